"""The quality pages: what the gate saw in each month."""
