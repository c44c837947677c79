"""Indicators: workplaces, workers and payroll of districts and regions, by month and by quarter."""
