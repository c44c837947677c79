"""Councils decide: sheets are issued, returned, and recorded as permanent decisions."""
