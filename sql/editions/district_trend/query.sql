-- Up to three years of months for the trend of every district, under the registry of the quarter judged.
SELECT area AS district_id, data_month, getvariable('quarter') AS quarter, getvariable('edition') AS edition, workplaces, workers, payroll_krw
FROM district_month
ORDER BY district_id, data_month
