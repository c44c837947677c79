"""Warehouse: a copy of the lake's tables for analysts, rebuilt at any time from the lake."""
