"""Decisions of the councils, stored in the lake, and the half-years they belong to."""
