-- All workplaces of a month in the nation and each 시도 by KSIC division.
WITH sums AS (
    FROM region_sums WHERE cut = 'division'
)
SELECT area AS region_code, part AS division, getvariable('data_month') AS data_month, * EXCLUDE (area, cut, part)
FROM month_measures('sums')
ORDER BY region_code, division
