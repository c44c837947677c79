"""Stages: rule sets as data, and the reference stage each proposes for a district and quarter."""
