"""Indicators of other agencies, fetched with the user's keys; the office's own sales and arrears; never released."""
