"""The source: the National Pension Service file of enrolled workplaces (data set 15083277)."""
