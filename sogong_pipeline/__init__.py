"""Reference crisis stages for SME districts, from the National Pension workplace file."""

__version__ = "0.1.0"
