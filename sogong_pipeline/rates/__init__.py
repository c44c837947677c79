"""Contribution rates, income limits and coverage by month."""
