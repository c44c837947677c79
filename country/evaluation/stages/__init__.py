"""Accuracy of the rule sets on countries whose truth is known."""
