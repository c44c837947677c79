"""Builders of committed tables and pictures; run in the checkout."""
