"""Evaluation: how right the pipeline is on simulated countries, whose truth is known."""
