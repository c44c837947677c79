"""The invented country: a nation with a known truth, its portal, and the evaluation on it; not part of the wheel."""
