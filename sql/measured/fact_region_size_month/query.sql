-- All workplaces of a month in the nation and each 시도 by size band.
WITH sums AS (
    FROM region_sums WHERE cut = 'size'
)
SELECT area AS region_code, part AS size_band, getvariable('data_month') AS data_month, * EXCLUDE (area, cut, part)
FROM month_measures('sums')
ORDER BY region_code, size_band
