-- A month of areas (districts, their sums by office and for the nation, regions) beside other months. A district enters a sum
-- only where every month of the span is known on both sides, so that not knowing one is no change.
-- It reads month_fact (place, data_month and measures), member (area, place), and span (span, scope, side, data_month).
WITH value AS (
    SELECT place, data_month, scope, unnest([
        {'measure': 'workplaces', 'value': workplaces},
        {'measure': 'workers', 'value': workers},
        {'measure': 'payroll_krw', 'value': payroll_krw}
    ], recursive := TRUE)
    FROM (
        SELECT place, data_month, 'all' AS scope, workplaces, workers, payroll_krw FROM month_fact
        UNION ALL
        SELECT
            place, data_month, 'corporations', corporate_workplaces, corporate_workers,
            divide_half_even(corporate_billed_amount_krw::HUGEINT * 10000, rate_bp)::BIGINT
        FROM month_fact
    )
),
needed AS (
    SELECT span, scope, count(*) AS sides, count(*) FILTER (side = 'now') AS months FROM span GROUP BY span, scope
),
known AS (
    SELECT
        place, span.span, span.scope, measure, any_value(months) AS months,
        sum(value) FILTER (side = 'now') AS now,
        sum(value) FILTER (side = 'base') AS base
    FROM span
    JOIN needed USING (span, scope)
    JOIN value ON value.data_month = span.data_month AND value.scope = span.scope
    WHERE value.value IS NOT NULL
    GROUP BY place, span.span, span.scope, measure
    HAVING count(*) = any_value(sides)
),
summed AS (
    SELECT
        area, span, scope, measure, count(*) AS places, any_value(months) AS months, sum(now) AS now, sum(base) AS base
    FROM member
    JOIN known USING (place)
    GROUP BY area, span, scope, measure
)
-- The nation's payroll of three months has 15 digits, so these means are wider than those of the quarter.
SELECT
    area,
    span,
    scope,
    measure,
    places,
    (divide_half_even(now * 10, months) / 10)::DECIMAL(18, 1) AS level,
    (divide_half_even(base * 10, months) / 10)::DECIMAL(18, 1) AS base_level,
    (divide_half_even((now - base) * 10, months) / 10)::DECIMAL(18, 1) AS change,
    percent(divide_half_even((now - base) * 10000, base)) AS change_pct
FROM summed
ORDER BY area, span, measure
