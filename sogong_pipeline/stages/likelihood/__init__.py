"""Likelihood rules: test whether a district is smaller than ordinary turnover explains."""
