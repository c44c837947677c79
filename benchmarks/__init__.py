"""Ratios against what one would write instead, taken in one run on one machine; `make bench`."""
