"""Builders of the committed reference tables of regions."""
