-- Up to three years of months for the trend of every district, under the registry of the quarter judged.
SELECT district_id, data_month, getvariable('quarter') AS quarter, getvariable('edition') AS edition, workplaces, workers, payroll_krw
FROM fact_district_month
ORDER BY district_id, data_month
