-- One row per published line, typed. `reason` is null where every value could be read and the line is the
-- first of its kind in the file; otherwise it names column and value, and the row goes to quarantine.
WITH suspect AS (
    -- Few lines share a hash with another; only those are compared in full.
    SELECT line_hash FROM line GROUP BY line_hash HAVING count(*) > 1
),
copy AS (
    SELECT row_number
    FROM (
        SELECT row_number, row_number() OVER (PARTITION BY COLUMNS(* EXCLUDE (row_number, line_hash, structural_reason)) ORDER BY row_number) AS copy_number
        FROM line
        WHERE line_hash IN (FROM suspect)
    )
    WHERE copy_number > 1
),
typed AS (
    SELECT
        *,
        regexp_replace(trim(data_month), '^(\d{4})(\d{2})$', '\1-\2') AS month_text,
        TRY_CAST(published_count(status) AS TINYINT) AS status_value,
        TRY_CAST(published_count(legal_form) AS TINYINT) AS legal_form_value,
        TRY_CAST(published_count(subscribers) AS INTEGER) AS subscribers_value,
        published_count(billed_amount_krw) AS billed_value,
        TRY_CAST(published_count(joined) AS INTEGER) AS joined_value,
        TRY_CAST(published_count("left") AS INTEGER) AS left_value,
        published_date(enrolled_on) AS enrolled_value,
        published_date(re_enrolled_on) AS re_enrolled_value,
        published_date(withdrawn_on) AS withdrawn_value
    FROM line
),
judged AS (
    SELECT
        *,
        nullif(concat_ws(
            '; ',
            complaint(month_text <> getvariable('data_month'), 'data_month', data_month, 'in a file of ' || getvariable('data_month')),
            complaint(coalesce(status_value NOT IN (1, 2), TRUE), 'status', status, 'is neither 1 nor 2'),
            complaint(coalesce(legal_form_value NOT IN (1, 2), TRUE), 'legal_form', legal_form, 'is neither 1 nor 2'),
            complaint(subscribers_value IS NULL, 'subscribers', subscribers, 'is not a count'),
            complaint(billed_value IS NULL, 'billed_amount_krw', billed_amount_krw, 'is not an amount in won'),
            complaint(joined_value IS NULL, 'joined', joined, 'is not a count'),
            complaint(left_value IS NULL, 'left', "left", 'is not a count'),
            complaint(enrolled_value IS NULL AND NOT is_no_date(enrolled_on), 'enrolled_on', enrolled_on, 'is not a date'),
            complaint(re_enrolled_value IS NULL AND NOT is_no_date(re_enrolled_on), 're_enrolled_on', re_enrolled_on, 'is not a date'),
            complaint(withdrawn_value IS NULL AND NOT is_no_date(withdrawn_on), 'withdrawn_on', withdrawn_on, 'is not a date'),
            CASE WHEN row_number IN (FROM copy) THEN 'the same line stands earlier in the file' END
        ), '') AS value_reason
    FROM typed
)
SELECT
    row_number::INTEGER AS row_number,
    month_text AS data_month,
    CASE WHEN trim(workplace_name) <> '' THEN workplace_name END AS workplace_name,
    trim(business_number_prefix) AS business_number_prefix,
    status_value AS status,
    nullif(trim(postal_code), '') AS postal_code,
    nullif(trim(lot_address), '') AS lot_address,
    nullif(trim(road_address), '') AS road_address,
    published_code(legal_dong_code, 10) AS legal_dong_code,
    published_code(admin_dong_code, 10) AS admin_dong_code,
    published_code(sido_code, 2) AS sido_code,
    published_code(sigungu_code, 3) AS sigungu_code,
    published_code(emd_code, 3) AS emd_code,
    legal_form_value AS legal_form,
    CASE WHEN regexp_full_match(trim(industry_code), '0+') THEN '000000' ELSE published_code(industry_code, 6) END AS industry_code,
    nullif(trim(industry_name), '') AS industry_name,
    enrolled_value AS enrolled_on,
    re_enrolled_value AS re_enrolled_on,
    withdrawn_value AS withdrawn_on,
    subscribers_value AS subscribers,
    billed_value AS billed_amount_krw,
    joined_value AS joined,
    left_value AS "left",
    -- Oddities that stay in: told, counted by the gate, never dropped.
    concat_ws(
        ',',
        CASE WHEN contains(concat(workplace_name, lot_address, road_address, industry_name), chr(65533)) THEN 'unreadable_bytes' END,
        CASE WHEN billed_value % 20 <> 0 THEN 'amount_not_in_20_won' END,
        CASE WHEN status_value = 1 AND subscribers_value = 0 THEN 'enrolled_without_subscribers' END,
        CASE WHEN status_value = 2 AND subscribers_value > 0 THEN 'withdrawn_with_subscribers' END,
        CASE WHEN trim(lot_address) = '' AND trim(road_address) = '' THEN 'no_address' END
    ) AS flags,
    coalesce(structural_reason, value_reason) AS reason
FROM judged
ORDER BY row_number
