"""Stage reports: one model that holds every sentence and figure, one renderer per format."""
