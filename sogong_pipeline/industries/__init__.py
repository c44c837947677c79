"""Industry divisions of tax-office codes."""
