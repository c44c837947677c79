-- Who came and who went between two months under the same districts: counted workplaces only, district null outside.
-- A kind is what the files tell: a row of status 2, a last count near the floor, a new place, a new number.
WITH present AS (
    SELECT workplace_trace.workplace_id, link, district_id, district_member.legal_form, enrolled_on, workplace.subscribers
    FROM district_member
    JOIN workplace_trace USING (row_number)
    JOIN workplace USING (row_number)
    WHERE is_counted
),
past AS (
    SELECT workplace_trace_before.workplace_id, district_id, legal_form, subscribers, departed
    FROM district_member_before
    JOIN workplace_trace_before USING (row_number)
    WHERE is_counted
),
withdrawn AS (
    SELECT DISTINCT workplace_id FROM workplace_trace JOIN workplace USING (row_number) WHERE status = 2
),
pair AS (
    SELECT
        coalesce(present.workplace_id, past.workplace_id) AS workplace_id,
        present.workplace_id IS NOT NULL AS is_here,
        past.workplace_id IS NOT NULL AS was_here,
        present.district_id,
        past.district_id AS district_before,
        coalesce(present.subscribers, past.subscribers) AS subscribers,
        present.link,
        CASE
            WHEN link = 'moved' THEN 'moved'
            WHEN link IN ('re_registered', 'renamed') THEN 're_registered'
            WHEN was_here AND is_here THEN 'reassigned'
            WHEN link = 'same' THEN 'returned'
            WHEN getvariable('coverage_changed') AND present.legal_form = 2 THEN 'coverage'
            WHEN enrolled_on >= getvariable('newly_enrolled')::DATE THEN 'new'
            ELSE 'above_floor'
        END AS entry_kind,
        CASE
            WHEN is_here THEN entry_kind
            WHEN withdrawn.workplace_id IS NOT NULL THEN 'withdrawn'
            WHEN near_floor(past.legal_form, past.subscribers, past.departed) THEN 'below_floor'
            ELSE 'unknown'
        END AS exit_kind
    FROM present
    FULL JOIN past USING (workplace_id)
    LEFT JOIN withdrawn ON withdrawn.workplace_id = past.workplace_id
)
SELECT workplace_id, 'entry' AS direction, district_id, entry_kind AS kind, subscribers, getvariable('data_month') AS data_month
FROM pair WHERE is_here AND (NOT was_here OR district_id IS DISTINCT FROM district_before)
UNION ALL
SELECT workplace_id, 'exit', district_before, exit_kind, subscribers, getvariable('data_month')
FROM pair WHERE was_here AND (NOT is_here OR district_id IS DISTINCT FROM district_before)
UNION ALL
SELECT workplace_id, 'stay', district_id, entry_kind, subscribers, getvariable('data_month')
FROM pair WHERE was_here AND is_here AND district_id IS NOT DISTINCT FROM district_before AND link IN ('re_registered', 'renamed')
UNION ALL
-- A row of status 2 for one that was gone already: the reason comes late.
SELECT workplace_id, 'late', NULL, 'withdrawn', 0, getvariable('data_month')
FROM withdrawn
ANTI JOIN past USING (workplace_id)
ANTI JOIN present USING (workplace_id)
ORDER BY workplace_id, direction
