-- Matched workplaces of a month by district and KSIC division.
WITH sums AS (
    FROM district_sums WHERE cut = 'division'
)
SELECT area AS district_id, part AS division, getvariable('data_month') AS data_month, * EXCLUDE (area, cut, part)
FROM month_measures('sums')
ORDER BY district_id, division
