"""Measurements of any lake: how much is placed, by which evidence, which districts can be assigned."""
