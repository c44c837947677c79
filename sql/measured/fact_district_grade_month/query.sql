-- Matched workplaces of a month by district and grade of the match.
WITH sums AS (
    FROM district_sums WHERE cut = 'grade'
)
SELECT area AS district_id, part AS grade, getvariable('data_month') AS data_month, * EXCLUDE (area, cut, part)
FROM month_measures('sums')
ORDER BY district_id, grade
