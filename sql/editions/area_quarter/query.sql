-- The sums of each quarter compared, by area, cut and part. `months` counts those that are known of the area.
SELECT
    any_value(kind) AS kind, area, cut, part, quarter, coalesce(any_value(known_months), 0) AS months, min(rate_bp) AS rate_bp,
    sum(workplaces) AS workplaces, sum(workers) AS workers, sum(billed_amount_krw) AS billed,
    sum(corporate_workplaces) AS corporate_workplaces, sum(corporate_workers) AS corporate_workers,
    sum(corporate_billed_amount_krw) AS corporate_billed,
    sum(joined) AS joined, sum(departed) AS departed, sum(largest_workplace_workers) AS largest,
    sum(squared_workers) AS squared_workers, sum(ceiling_workers) AS ceiling_workers
FROM area_month
LEFT JOIN area_months USING (area, quarter)
GROUP BY area, cut, part, quarter
