"""Councils decide: sheets out, sheets back, decisions for good."""
