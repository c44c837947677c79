"""Evaluation of the pipeline on simulated countries, whose truth is known."""
