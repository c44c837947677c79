"""How right the rule sets are, on countries whose truth is known."""
