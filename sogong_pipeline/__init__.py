"""Reference crisis stages for SME districts, from the National Pension workplace file."""
