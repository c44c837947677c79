-- Matched workplaces of a month by district and size band.
WITH sums AS (
    FROM district_sums WHERE cut = 'size'
)
SELECT area AS district_id, part AS size_band, getvariable('data_month') AS data_month, * EXCLUDE (area, cut, part)
FROM month_measures('sums')
ORDER BY district_id, size_band
