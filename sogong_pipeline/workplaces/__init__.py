"""Workplaces through time: who is who from month to month, and who came and went."""
