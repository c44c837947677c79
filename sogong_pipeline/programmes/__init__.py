"""Measures and programmes for districts in crisis: dated facts with their source and their tie to the stage."""
