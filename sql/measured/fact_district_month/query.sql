-- One row per district of the registry, matched workplaces only. Where nothing matched but something was
-- ambiguous, or nobody knows where the district lies, the measures are unknown: null, never 0.
WITH matched AS (
    FROM district_sums WHERE cut = 'all'
),
ambiguous AS (
    SELECT district_id, count(*) AS ambiguous
    FROM (SELECT unnest(string_split(candidate_ids, '|')) AS district_id FROM district_member WHERE grade = 'ambiguous' AND is_counted)
    GROUP BY district_id
),
known AS (
    SELECT
        district.district_id AS area,
        coalesce(ambiguous, 0) AS ambiguous,
        coalesce(workplaces, 0) > 0 OR (has_place AND coalesce(ambiguous, 0) = 0) AS is_known,
        matched.* EXCLUDE (area, cut, part)
    FROM district
    LEFT JOIN matched ON matched.area = district.district_id
    LEFT JOIN ambiguous USING (district_id)
),
sums AS (
    SELECT
        area,
        ambiguous,
        CASE WHEN is_known THEN coalesce(COLUMNS(* EXCLUDE (area, ambiguous, is_known)), 0) END
    FROM known
)
SELECT
    area AS district_id,
    getvariable('data_month') AS data_month,
    measures.* EXCLUDE (area, ambiguous),
    high_workplaces,
    sums.workplaces - high_workplaces - low_workplaces AS medium_workplaces,
    low_workplaces,
    high_workers,
    sums.workers - high_workers - low_workers AS medium_workers,
    low_workers,
    sums.ambiguous AS ambiguous_workplaces
FROM month_measures('sums') AS measures
JOIN sums USING (area)
ORDER BY district_id
