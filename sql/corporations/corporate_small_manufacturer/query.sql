-- Corporations of manufacturing with three to nine subscribers, by legal dong of today and division.
-- It reads workplace (staged rows), dong_today (legal_dong_code, today_code), industry_rule (code_prefix, division) and
-- manufacturing (division).
WITH code AS (
    SELECT DISTINCT industry_code FROM workplace WHERE industry_code IS NOT NULL
),
classified AS (
    SELECT industry_code, arg_max(industry_rule.division, length(code_prefix)) AS division
    FROM code
    JOIN industry_rule ON starts_with(industry_code, code_prefix)
    GROUP BY industry_code
)
SELECT
    left(today_code, 8) AS emd_code,
    division,
    count(*)::INTEGER AS corporations,
    sum(subscribers)::INTEGER AS subscribers
FROM workplace
JOIN classified USING (industry_code)
JOIN manufacturing USING (division)
JOIN dong_today USING (legal_dong_code)
WHERE status = 1 AND legal_form = 1
    AND subscribers BETWEEN getvariable('least_subscribers') AND getvariable('most_subscribers')
GROUP BY left(today_code, 8), division
ORDER BY emd_code, division
