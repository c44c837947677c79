-- Who was known and is not enrolled this month: kept for three months, as one may come back, move or register anew.
WITH here AS (
    SELECT workplace_id, status = 1 AS is_enrolled FROM workplace_trace JOIN workplace USING (row_number)
)
SELECT
    known.* EXCLUDE (is_enrolled),
    getvariable('data_month') AS data_month,
    workplace_id IN (SELECT workplace_id FROM here WHERE NOT is_enrolled) AS is_withdrawn
FROM known
ANTI JOIN (SELECT workplace_id FROM here WHERE is_enrolled) AS enrolled USING (workplace_id)
ORDER BY workplace_id
