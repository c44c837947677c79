"""Decisions of the councils, as they lie in the lake, and the half-years they belong to."""
