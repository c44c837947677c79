"""The sources of monthly files: a module each, listed in `registry.py`."""
