-- The measures of every area that is large and known in every month, each as a list of its months in their order.
SELECT
    level,
    area,
    list(workplaces ORDER BY data_month)::DOUBLE[] AS workplaces,
    list(workers ORDER BY data_month)::DOUBLE[] AS workers,
    list(payroll_krw ORDER BY data_month)::DOUBLE[] AS payroll_krw
FROM series
WHERE series.workplaces > 0 AND series.payroll_krw > 0
GROUP BY level, area
HAVING count(*) = (SELECT count(*) FROM calendar) AND sum(series.workplaces) >= getvariable('fewest') * count(*)
ORDER BY level, area
