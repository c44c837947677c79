-- One row per district of the registry, matched workplaces only. Where nothing matched but something was
-- ambiguous, or nobody knows where the district lies, the measures are unknown: null, never 0.
WITH matched AS (
    SELECT
        district_id,
        count(*) FILTER (is_counted) AS workplaces,
        coalesce(sum(subscribers) FILTER (is_counted), 0)::BIGINT AS workers,
        coalesce(sum(billed_amount_krw) FILTER (is_counted), 0)::BIGINT AS billed_amount_krw,
        sum(joined)::BIGINT AS joined,
        sum("left")::BIGINT AS "left",
        count(*) FILTER (is_counted AND legal_form = 1) AS corporate_workplaces,
        coalesce(sum(subscribers) FILTER (is_counted AND legal_form = 1), 0)::BIGINT AS corporate_workers,
        coalesce(sum(billed_amount_krw) FILTER (is_counted AND legal_form = 1), 0)::BIGINT AS corporate_billed_amount_krw,
        coalesce(max(subscribers) FILTER (is_counted), 0)::BIGINT AS largest_workplace_workers,
        count(*) FILTER (is_counted AND grade = 'high') AS high_workplaces,
        coalesce(sum(subscribers) FILTER (is_counted AND grade = 'high'), 0)::BIGINT AS high_workers
    FROM district_member
    WHERE district_id IS NOT NULL
    GROUP BY district_id
),
ambiguous AS (
    SELECT district_id, count(*) AS ambiguous_workplaces
    FROM (SELECT unnest(string_split(candidate_ids, '|')) AS district_id FROM district_member WHERE grade = 'ambiguous' AND is_counted)
    GROUP BY district_id
),
known AS (
    SELECT
        district.district_id,
        coalesce(ambiguous_workplaces, 0) AS ambiguous_workplaces,
        coalesce(workplaces, 0) > 0 OR (has_place AND coalesce(ambiguous_workplaces, 0) = 0) AS is_known,
        matched.* EXCLUDE (district_id)
    FROM district
    LEFT JOIN matched USING (district_id)
    LEFT JOIN ambiguous USING (district_id)
)
SELECT
    district_id,
    getvariable('data_month') AS data_month,
    CASE WHEN is_known THEN coalesce(workplaces, 0) END AS workplaces,
    CASE WHEN is_known THEN coalesce(workers, 0) END AS workers,
    CASE WHEN is_known THEN coalesce(billed_amount_krw, 0) END AS billed_amount_krw,
    getvariable('rate_bp')::INTEGER AS rate_bp,
    CASE WHEN is_known THEN divide_half_even(coalesce(billed_amount_krw, 0)::HUGEINT * 10000, getvariable('rate_bp'))::BIGINT END AS payroll_krw,
    CASE WHEN is_known THEN coalesce(joined, 0) END AS joined,
    CASE WHEN is_known THEN coalesce("left", 0) END AS "left",
    CASE WHEN is_known THEN coalesce(corporate_workplaces, 0) END AS corporate_workplaces,
    CASE WHEN is_known THEN coalesce(corporate_workers, 0) END AS corporate_workers,
    CASE WHEN is_known THEN coalesce(corporate_billed_amount_krw, 0) END AS corporate_billed_amount_krw,
    CASE WHEN is_known THEN coalesce(largest_workplace_workers, 0) END AS largest_workplace_workers,
    CASE WHEN is_known THEN coalesce(high_workplaces, 0) END AS high_workplaces,
    CASE WHEN is_known THEN coalesce(workplaces, 0) - coalesce(high_workplaces, 0) END AS medium_workplaces,
    CASE WHEN is_known THEN coalesce(high_workers, 0) END AS high_workers,
    CASE WHEN is_known THEN coalesce(workers, 0) - coalesce(high_workers, 0) END AS medium_workers,
    ambiguous_workplaces,
    CASE WHEN is_known THEN 'ok' ELSE 'not_computable' END AS status
FROM known
ORDER BY district_id
