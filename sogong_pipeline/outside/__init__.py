"""Indicators of other agencies with the user's own keys, and the office's own sales and arrears; never released."""
