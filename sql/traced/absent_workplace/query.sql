-- Who was known and is not enrolled this month: kept for three months, as one may come back, move or register anew.
WITH here AS (
    SELECT workplace_id, bool_or(status = 1) AS is_enrolled
    FROM workplace_trace
    JOIN workplace USING (row_number)
    GROUP BY workplace_id
)
SELECT
    known.* EXCLUDE (is_enrolled),
    getvariable('data_month') AS data_month,
    here.workplace_id IS NOT NULL AS is_withdrawn
FROM known
LEFT JOIN here USING (workplace_id)
WHERE NOT coalesce(here.is_enrolled, false)
ORDER BY workplace_id
