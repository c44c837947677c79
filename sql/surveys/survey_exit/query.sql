-- Exits of the quarter from the districts surveyed that somebody has to look at: the file does not say why they went, or
-- says that they fell below the floor or moved. Settled as in establishment_flow; whoever is back in the district by the
-- last month is none.
WITH dated AS (
    SELECT *, (data_month || '-01')::DATE AS first_day FROM movement
),
settling AS (
    SELECT workplace_id, first_day, CASE WHEN kind = 'returned' THEN 'paused' ELSE kind END AS kind
    FROM dated
    WHERE (direction = 'entry' AND kind IN ('returned', 'moved', 're_registered')) OR direction = 'late'
),
settled AS (
    SELECT
        dated.workplace_id, dated.district_id, dated.data_month, dated.subscribers,
        coalesce(arg_min(settling.kind, settling.first_day), any_value(dated.kind)) AS kind
    FROM dated
    LEFT JOIN settling
        ON dated.kind IN ('withdrawn', 'below_floor', 'unknown')
        AND settling.workplace_id = dated.workplace_id
        AND settling.first_day > dated.first_day AND settling.first_day <= dated.first_day + INTERVAL 3 MONTH
    WHERE dated.direction = 'exit'
    GROUP BY ALL
),
here AS (
    SELECT DISTINCT district_id, workplace_id
    FROM member_now
    WHERE is_counted AND data_month = getvariable('last_month')
),
named AS (
    SELECT
        district_member.workplace_id,
        arg_max(workplace_name, (workplace.data_month, -row_number)) AS workplace_name,
        arg_max(coalesce(road_address, lot_address), (workplace.data_month, -row_number)) AS address,
        arg_max(division, (workplace.data_month, -row_number)) AS division
    FROM district_member
    JOIN workplace USING (data_month, row_number)
    WHERE workplace_id IN (SELECT workplace_id FROM settled)
    GROUP BY workplace_id
)
SELECT
    district_id, workplace_id,
    arg_max(kind, data_month) AS kind,
    max(data_month) AS exit_month,
    arg_max(subscribers, data_month)::BIGINT AS subscribers,
    any_value(workplace_name) AS workplace_name,
    any_value(address) AS address,
    any_value(division) AS division
FROM settled
JOIN flagged USING (district_id)
LEFT JOIN named USING (workplace_id)
ANTI JOIN here USING (district_id, workplace_id)
GROUP BY district_id, workplace_id
HAVING arg_max(kind, data_month) IN ('unknown', 'below_floor', 'moved')
ORDER BY district_id, workplace_id
