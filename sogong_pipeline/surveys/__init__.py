"""The survey (실태조사): lists of districts and visits per office, answers back, estimates. Method: docs/survey.md."""
