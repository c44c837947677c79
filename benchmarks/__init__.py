"""Benchmarks: ratios against plain implementations, measured in one run on one machine; `make bench`."""
