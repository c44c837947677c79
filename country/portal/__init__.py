"""A portal on this machine that serves the invented country's files page for page as the public one does."""
