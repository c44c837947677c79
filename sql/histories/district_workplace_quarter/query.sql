-- Workplaces of districts in a quarter; `member` holds the matched rows of its months, `rate` their contribution rates.
SELECT
    ('0x' || workplace_id)::UBIGINT AS workplace_key,
    arg_max(district_id, (data_month, -row_number)) AS district_id,
    arg_max(division, (data_month, -row_number)) AS division,
    arg_max(legal_form, (data_month, -row_number)) AS legal_form,
    count(DISTINCT data_month) AS months,
    sum(subscribers)::BIGINT AS subscriber_months,
    sum(billed_amount_krw::HUGEINT * 10000 // rate_bp)::BIGINT AS payroll_krw,
    max(data_month) = getvariable('last_month') AS is_in_last_month
FROM member JOIN rate USING (data_month)
WHERE is_counted AND district_id IS NOT NULL
GROUP BY workplace_id
ORDER BY workplace_key
