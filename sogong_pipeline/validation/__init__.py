"""Measurements of any lake: share of placed workplaces, evidence behind it, and assignable districts."""
