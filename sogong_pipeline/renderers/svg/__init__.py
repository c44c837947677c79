"""Drawings as SVG that needs nothing around it, for the formats that can show one."""
