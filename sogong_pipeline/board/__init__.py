"""The stage board: months, quarters and offices at one sight, with the way to every file."""
