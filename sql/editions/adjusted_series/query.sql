-- Three years of months of regions and large districts, with their season taken out. It reads series (sums by level, area
-- and month, of corporations only where the file's coverage changed on the way), season (the factors found, in millionths,
-- of areas that are large and known in every month), calendar, broken_area and outside_roll_out.
WITH area AS (
    SELECT
        level,
        area,
        count(*) FILTER (workplaces > 0 AND payroll_krw > 0) AS months,
        sum(workplaces) >= getvariable('fewest') * count(workplaces) AS is_large,
        2 * sum(largest_workplace_workers) > sum(all_workers) AS is_dominated
    FROM series
    GROUP BY level, area
    HAVING level <> 'district' OR is_large
),
known_area AS (
    SELECT
        level,
        area,
        CASE
            WHEN area IN (SELECT area FROM broken_area) THEN 'unadjusted_break'
            WHEN months < (SELECT count(*) FROM calendar) THEN 'not_computable'
            WHEN NOT is_large THEN 'few_workplaces'
            WHEN is_dominated THEN 'dominated_by_one'
            WHEN area IN (SELECT area FROM outside_roll_out) THEN 'outside_roll_out'
            ELSE 'ok'
        END AS status
    FROM area
),
month AS (
    SELECT
        known_area.level, known_area.area, calendar.data_month, status, workplaces, workers, payroll_krw,
        COLUMNS('_(seasonal|irregular)$')
    FROM known_area
    CROSS JOIN calendar
    LEFT JOIN series USING (level, area, data_month)
    LEFT JOIN season
        ON season.level = known_area.level AND season.area = known_area.area AND season.data_month = calendar.data_month
        AND status NOT IN ('unadjusted_break', 'not_computable', 'few_workplaces')
)
SELECT
    level,
    area,
    data_month,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    getvariable('scope') AS scope,
    workplaces,
    mean_tenths(workplaces::HUGEINT * 1000000, workplaces_seasonal) AS workplaces_adjusted,
    mean_tenths(workplaces::HUGEINT * 1000000000000, workplaces_seasonal::HUGEINT * workplaces_irregular) AS workplaces_trend,
    (workplaces_seasonal / 1000000)::DECIMAL(18, 6) AS workplaces_seasonal_factor,
    workers,
    mean_tenths(workers::HUGEINT * 1000000, workers_seasonal) AS workers_adjusted,
    mean_tenths(workers::HUGEINT * 1000000000000, workers_seasonal::HUGEINT * workers_irregular) AS workers_trend,
    (workers_seasonal / 1000000)::DECIMAL(18, 6) AS workers_seasonal_factor,
    payroll_krw,
    divide_half_even(payroll_krw::HUGEINT * 1000000, payroll_krw_seasonal)::BIGINT AS payroll_adjusted_krw,
    divide_half_even(
        payroll_krw::HUGEINT * 1000000000000, payroll_krw_seasonal::HUGEINT * payroll_krw_irregular
    )::BIGINT AS payroll_trend_krw,
    (payroll_krw_seasonal / 1000000)::DECIMAL(18, 6) AS payroll_seasonal_factor,
    status
FROM month
ORDER BY level, area, data_month
