-- The workplaces that may turn up in a month: those in the file before it, and those gone for at most three months.
-- `last_seen` is the month in which each was last enrolled; a row of status 2 alone tells a workplace that is gone.
WITH seen AS (
    SELECT
        workplace_trace.workplace_id,
        before.workplace_name,
        before.business_number_prefix AS prefix,
        workplace_place(before.postal_code, before.legal_dong_code) AS place,
        before.enrolled_on,
        before.legal_form,
        before.industry_code,
        road_name(before.road_address) AS road,
        before.subscribers,
        getvariable('month_before')::DATE AS last_seen,
        before.status = 1 AS is_enrolled
    FROM before
    JOIN workplace_trace USING (row_number)
)
SELECT * FROM seen WHERE is_enrolled
UNION ALL BY NAME
-- Withdrawn when it was first seen; who withdraws later is among the absent, as last enrolled.
SELECT * FROM seen
WHERE NOT is_enrolled
    AND workplace_id NOT IN (SELECT workplace_id FROM seen WHERE is_enrolled)
    AND workplace_id NOT IN (SELECT workplace_id FROM absent)
UNION ALL BY NAME
SELECT * EXCLUDE (data_month, is_withdrawn), false AS is_enrolled
FROM absent
WHERE last_seen >= getvariable('oldest_month')::DATE
