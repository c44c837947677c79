-- The rows of a month that somebody placed by hand, by name and number: an override stands above a supplied list, and
-- several districts whose lists name a row leave it ambiguous.
WITH listed AS (
    SELECT row_number, workplace_name, business_number_prefix, legal_dong_code
    FROM workplace
    WHERE business_number_prefix IN (SELECT business_number_prefix FROM placement)
),
placed AS (
    SELECT
        listed.row_number,
        arg_min(placement.role, placement.role = 'list') AS role,
        arg_min({'id': placement.district_id}, placement.role = 'list').id AS district_id,
        list(DISTINCT placement.district_id ORDER BY placement.district_id) FILTER (placement.role = 'list') AS listed_ids
    FROM listed
    JOIN placement
        ON placement.business_number_prefix = listed.business_number_prefix
        AND plain_name(placement.workplace_name) = plain_name(listed.workplace_name)
    LEFT JOIN dong_today ON dong_today.legal_dong_code = listed.legal_dong_code
    WHERE placement.legal_dong_code IS NULL
        OR placement.legal_dong_code = coalesce(dong_today.today_code, listed.legal_dong_code)
    GROUP BY listed.row_number
)
SELECT
    row_number,
    CASE WHEN role = 'override' THEN district_id WHEN len(listed_ids) = 1 THEN listed_ids[1] END AS district_id,
    CASE
        WHEN role = 'override' AND district_id IS NULL THEN 'none'
        WHEN role = 'list' AND len(listed_ids) > 1 THEN 'ambiguous'
        ELSE 'high'
    END AS grade,
    role AS evidence,
    CASE WHEN role = 'list' AND len(listed_ids) > 1 THEN array_to_string(listed_ids, '|') END AS candidate_ids
FROM placed
ORDER BY row_number
