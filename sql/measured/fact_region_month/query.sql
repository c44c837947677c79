-- The nation ('00'), today's 시도 and 시군구: all workplaces of the file, and how many of them were matched.
SELECT
    CASE
        WHEN grouping(sigungu_code) = 0 THEN sigungu_code
        WHEN grouping(sido_code) = 0 THEN sido_code
        ELSE '00'
    END AS region_code,
    CASE
        WHEN grouping(sigungu_code) = 0 THEN 'sigungu'
        WHEN grouping(sido_code) = 0 THEN 'sido'
        ELSE 'nation'
    END AS level,
    getvariable('data_month') AS data_month,
    count(*) FILTER (is_counted) AS workplaces,
    coalesce(sum(subscribers) FILTER (is_counted), 0)::BIGINT AS workers,
    coalesce(sum(billed_amount_krw) FILTER (is_counted), 0)::BIGINT AS billed_amount_krw,
    getvariable('rate_bp')::INTEGER AS rate_bp,
    divide_half_even(coalesce(sum(billed_amount_krw) FILTER (is_counted), 0) * 10000, getvariable('rate_bp'))::BIGINT AS payroll_krw,
    coalesce(sum(joined), 0)::BIGINT AS joined,
    coalesce(sum("left"), 0)::BIGINT AS "left",
    count(*) FILTER (is_counted AND legal_form = 1) AS corporate_workplaces,
    coalesce(sum(subscribers) FILTER (is_counted AND legal_form = 1), 0)::BIGINT AS corporate_workers,
    coalesce(sum(billed_amount_krw) FILTER (is_counted AND legal_form = 1), 0)::BIGINT AS corporate_billed_amount_krw,
    coalesce(max(subscribers) FILTER (is_counted), 0)::BIGINT AS largest_workplace_workers,
    count(*) FILTER (is_counted AND grade IN ('high', 'medium')) AS matched_workplaces,
    count(*) FILTER (is_counted AND grade = 'high') AS high_workplaces,
    count(*) FILTER (is_counted AND grade = 'medium') AS medium_workplaces,
    count(*) FILTER (is_counted AND grade = 'ambiguous') AS ambiguous_workplaces,
    count(*) FILTER (is_counted AND grade IN ('none', 'not_assignable')) AS unassigned_workplaces,
    count(*) FILTER (is_counted AND grade = 'not_assignable') AS not_assignable_workplaces,
    'ok' AS status
FROM district_member
GROUP BY GROUPING SETS ((), (sido_code), (sido_code, sigungu_code))
HAVING (grouping(sido_code) = 1 OR sido_code IS NOT NULL) AND (grouping(sigungu_code) = 1 OR sigungu_code IS NOT NULL)
ORDER BY region_code
