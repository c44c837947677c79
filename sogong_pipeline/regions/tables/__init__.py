"""One module per reference table: how it is made of what the packages hold. Only `regions.build` uses it."""
