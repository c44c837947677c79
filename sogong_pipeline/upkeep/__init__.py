"""Maintenance of a lake: verify digests, back up and restore source data, rebuild derived data, clean."""
