-- The nation ('00'), today's 시도 and 시군구: all workplaces of the file, and how many of them were matched.
WITH sums AS (
    FROM region_sums WHERE cut = 'all'
)
SELECT
    area AS region_code,
    CASE WHEN area = '00' THEN 'nation' WHEN length(area) = 2 THEN 'sido' ELSE 'sigungu' END AS level,
    getvariable('data_month') AS data_month,
    measures.* EXCLUDE (area, cut, part),
    matched_workplaces,
    high_workplaces,
    matched_workplaces - high_workplaces - low_workplaces AS medium_workplaces,
    low_workplaces,
    ambiguous_workplaces,
    unassigned_workplaces,
    not_assignable_workplaces
FROM month_measures('sums') AS measures
JOIN (
    SELECT
        area, matched_workplaces, high_workplaces, low_workplaces, ambiguous_workplaces, unassigned_workplaces,
        not_assignable_workplaces
    FROM sums
) USING (area)
ORDER BY region_code
