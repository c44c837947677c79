-- The sums of each quarter compared, once over all workplaces and once over corporations alone; areas whose measures are unknown
-- are left out.
SELECT
    'all' AS scope, kind, area, cut, part, quarter, months, rate_bp, workplaces, workers, billed, ceiling_workers
FROM area_quarter
WHERE workplaces IS NOT NULL
UNION ALL
SELECT
    'corporations', kind, area, cut, part, quarter, months, rate_bp, corporate_workplaces, corporate_workers, corporate_billed,
    ceiling_workers
FROM area_quarter
WHERE workplaces IS NOT NULL
