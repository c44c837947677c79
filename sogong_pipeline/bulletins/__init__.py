"""The monthly bulletin."""
