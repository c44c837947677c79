-- The measures of every area of the month by division, band and grade at once: working them out is a long expression, and
-- the six tables by part take their rows from here.
WITH part_sums AS (
    SELECT 'district' AS kind, * FROM district_sums WHERE cut <> 'all'
    UNION ALL
    SELECT 'region', * FROM region_sums WHERE cut <> 'all'
)
FROM month_measures('part_sums')
