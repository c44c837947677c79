-- The quarter judged, for every area, cut and part at once; the tables of a quarter, `fact_district_quarter` and the six beside
-- it, are its rows. Levels are monthly means of `area_quarter`; changes are those of `area_change`, a group of columns per base.
WITH change AS (
    PIVOT area_change
    ON base IN ('quarter', 'year', 'two_years')
    USING
        max(workplaces_change_pct) AS workplaces_change_pct,
        max(workers_change_pct) AS workers_change_pct,
        max(payroll_change_pct) AS payroll_change_pct,
        max(pay_per_worker_change_pct) AS pay_per_worker_change_pct,
        max(workplaces_base) AS workplaces_base,
        max(workplaces_change) AS workplaces_change,
        max(workers_base) AS workers_base,
        max(workers_change) AS workers_change,
        max(payroll_base_krw) AS payroll_base_krw,
        max(payroll_change_krw) AS payroll_change_krw,
        max(pay_per_worker_base_krw) AS pay_per_worker_base_krw,
        max(pay_per_worker_change_krw) AS pay_per_worker_change_krw,
        max(scope) AS scope,
        max(status) AS status,
        max(payroll_status) AS payroll_status,
        max(payroll_ceiling_bound_points) AS payroll_ceiling_bound_points,
        max(workplaces_points) AS workplaces_points,
        max(workers_points) AS workers_points,
        max(payroll_points) AS payroll_points
    GROUP BY area, cut, part
),
level AS (
    SELECT *, sum(workers) OVER (PARTITION BY area, cut) AS area_workers FROM area_quarter WHERE quarter = getvariable('quarter')
),
nation AS (
    SELECT cut, part, workers AS nation_part_workers, area_workers AS nation_workers FROM level WHERE area = '00'
)
SELECT
    kind,
    area,
    cut,
    part,
    months::INTEGER AS months,
    mean_tenths(workplaces, months) AS workplaces,
    mean_tenths(workers, months) AS workers,
    mean_won(billed, months, rate_bp) AS payroll_krw,
    mean_won(billed, workers, rate_bp) AS pay_per_worker_krw,
    mean_tenths(joined, months) AS joined,
    mean_tenths(departed, months) AS departed,
    share_pct(largest, workers) AS largest_share_pct,
    effective_number(workers, squared_workers, months) AS effective_workplaces,
    share_pct(ceiling_workers, workers) AS ceiling_share_pct,
    level_status(
        months, 3,
        EXISTS (
            FROM area_break
            WHERE area_break.area = level.area AND from_month > getvariable('first_month')
                AND from_month <= getvariable('last_month')
        ),
        largest, workers, workplaces,
        area NOT IN (SELECT area FROM outside_roll_out)
    ) AS status,
    -- `quarter_workers_change_pct` becomes `workers_change_quarter_pct`, and so on for every base.
    COLUMNS('^(quarter|year|two_years)_(.+)_change_pct$') AS '\2_change_\1_pct',
    COLUMNS('^(quarter|year|two_years)_(workplaces|workers|payroll|pay_per_worker)_(base|change)(_krw|)$') AS '\2_\3_\1\4',
    COLUMNS('^(quarter|year|two_years)_(payroll_|)(scope|status|ceiling_bound_points)$') AS '\2\1_\3',
    COLUMNS('^(quarter|year|two_years)_(workplaces|workers|payroll)_points$') AS '\2_\1_points',
    location_quotient(workers, area_workers, nation_part_workers, nation_workers) AS location_quotient
FROM level
LEFT JOIN change USING (area, cut, part)
LEFT JOIN nation USING (cut, part)
