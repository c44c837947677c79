-- Workplaces of the districts surveyed: heads in the quarter and a year before, as sums over the months that are in.
-- `flagged` names the districts and the scope that their change on the year is taken over.
WITH now AS (
    SELECT
        district_id, workplace_id,
        sum(subscribers)::BIGINT AS head_months,
        bool_or(data_month = getvariable('last_month')) AS is_in_last_month,
        arg_max(grade, data_month) AS grade,
        arg_max(division, data_month) AS division,
        arg_max(size_band, data_month) AS size_band,
        arg_max(legal_form, data_month) AS legal_form,
        arg_max(billed_amount_krw, data_month) AS billed_amount_krw,
        arg_max(subscribers, data_month) AS subscribers,
        arg_max(data_month, data_month) AS latest_month,
        arg_max(row_number, (data_month, -row_number)) AS row_number
    FROM member_now
    JOIN flagged USING (district_id)
    WHERE is_counted
    GROUP BY district_id, workplace_id
),
before AS (
    SELECT
        district_id, workplace_id,
        sum(subscribers)::BIGINT AS head_months,
        arg_max(legal_form, data_month) AS legal_form
    FROM member_before
    JOIN flagged USING (district_id)
    WHERE is_counted
    GROUP BY district_id, workplace_id
)
SELECT
    district_id, workplace_id,
    coalesce(now.head_months, 0) AS head_months,
    coalesce(before.head_months, 0) AS head_months_before,
    coalesce(is_in_last_month, FALSE) AS is_in_last_month,
    scope = 'all' OR coalesce(now.legal_form, before.legal_form) = 1 AS is_compared,
    grade, division, size_band, now.billed_amount_krw, now.subscribers, latest_month,
    workplace_name, coalesce(road_address, lot_address) AS address
FROM now
FULL JOIN before USING (district_id, workplace_id)
JOIN flagged USING (district_id)
LEFT JOIN workplace
    ON is_in_last_month AND now.row_number = workplace.row_number AND workplace.data_month = getvariable('last_month')
ORDER BY district_id, workplace_id
