"""Spreadsheets that somebody fills in and sends back: opened with distrust, read cell by cell."""
