"""The survey (실태조사): visit lists per office, returned answers, estimates. Method: docs/survey.md."""
