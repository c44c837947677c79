"""Renderers: a page in, the bytes of one format out."""
