-- One row per published line, typed. `reason` is null where every value could be read and the line is the
-- first of its kind in the file; otherwise it names column and value, and the row goes to quarantine.
-- It reads the view `line`: one block of a file, its 22 columns as text, and row_number, fault, is_copy, is_unreadable.
WITH typed AS (
    SELECT
        *,
        published_one_or_two(status) AS status_value,
        published_one_or_two(legal_form) AS legal_form_value,
        TRY_CAST(published_count(subscribers) AS INTEGER) AS subscribers_value,
        published_count(billed_amount_krw) AS billed_value,
        TRY_CAST(published_count(joined) AS INTEGER) AS joined_value,
        TRY_CAST(published_count(departed) AS INTEGER) AS departed_value,
        published_date(enrolled_on) AS enrolled_value,
        published_date(re_enrolled_on) AS re_enrolled_value,
        published_date(withdrawn_on) AS withdrawn_value
    FROM line
)
SELECT
    row_number,
    getvariable('data_month') AS data_month,
    published_text(workplace_name) AS workplace_name,
    trim(business_number_prefix) AS business_number_prefix,
    status_value AS status,
    published_postal_code(postal_code) AS postal_code,
    published_text(lot_address) AS lot_address,
    published_text(road_address) AS road_address,
    published_code(legal_dong_code, 10) AS legal_dong_code,
    published_code(admin_dong_code, 10) AS admin_dong_code,
    published_code(sido_code, 2) AS sido_code,
    published_code(sigungu_code, 3) AS sigungu_code,
    published_code(emd_code, 3) AS emd_code,
    legal_form_value AS legal_form,
    published_industry_code(industry_code) AS industry_code,
    published_text(industry_name) AS industry_name,
    enrolled_value AS enrolled_on,
    re_enrolled_value AS re_enrolled_on,
    withdrawn_value AS withdrawn_on,
    subscribers_value AS subscribers,
    billed_value AS billed_amount_krw,
    joined_value AS joined,
    departed_value AS departed,
    -- Oddities that do not quarantine a row: flagged, counted by the gate, never dropped.
    concat_ws(
        ',',
        CASE WHEN is_unreadable THEN 'unreadable_bytes' END,
        CASE WHEN billed_value % 20 <> 0 THEN 'amount_not_in_20_won' END,
        CASE WHEN status_value = 1 AND subscribers_value = 0 THEN 'enrolled_without_subscribers' END,
        CASE WHEN status_value = 2 AND subscribers_value > 0 THEN 'withdrawn_with_subscribers' END,
        CASE WHEN published_text(lot_address) IS NULL AND published_text(road_address) IS NULL THEN 'no_address' END
    ) AS flags,
    coalesce(
        fault,
        nullif(concat_ws(
            '; ',
            complaint(published_month(data_month) <> getvariable('data_month'), 'data_month', data_month, 'in a file of ' || getvariable('data_month')),
            complaint(status_value IS NULL, 'status', status, 'is neither 1 nor 2'),
            complaint(legal_form_value IS NULL, 'legal_form', legal_form, 'is neither 1 nor 2'),
            complaint(subscribers_value IS NULL, 'subscribers', subscribers, 'is not a count'),
            complaint(billed_value IS NULL, 'billed_amount_krw', billed_amount_krw, 'is not an amount in won'),
            complaint(joined_value IS NULL, 'joined', joined, 'is not a count'),
            complaint(departed_value IS NULL, 'departed', departed, 'is not a count'),
            complaint(enrolled_value IS NULL AND NOT is_no_date(enrolled_on), 'enrolled_on', enrolled_on, 'is not a date'),
            complaint(re_enrolled_value IS NULL AND NOT is_no_date(re_enrolled_on), 're_enrolled_on', re_enrolled_on, 'is not a date'),
            complaint(withdrawn_value IS NULL AND NOT is_no_date(withdrawn_on), 'withdrawn_on', withdrawn_on, 'is not a date'),
            CASE WHEN is_copy THEN 'the same line stands earlier in the file' END
        ), '')
    ) AS reason
FROM typed
