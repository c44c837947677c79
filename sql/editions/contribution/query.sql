-- Contribution of each division and each size band to the change of its area, in points of the area's base: one row
-- per area, base and part, including parts that no longer exist, and one row `rounding` with the difference to the
-- change of the area. No rows without a base.
WITH side AS (
    SELECT
        base, comparison.scope, kind, area, cut, part,
        coalesce(sum(workplaces) FILTER (quarter = getvariable('quarter')), 0) AS workplaces_now,
        coalesce(sum(workers) FILTER (quarter = getvariable('quarter')), 0) AS workers_now,
        coalesce(sum(billed) FILTER (quarter = getvariable('quarter')), 0) AS billed_now,
        coalesce(sum(workplaces) FILTER (quarter = base_quarter), 0) AS workplaces_before,
        coalesce(sum(workers) FILTER (quarter = base_quarter), 0) AS workers_before,
        coalesce(sum(billed) FILTER (quarter = base_quarter), 0) AS billed_before,
        any_value(months) FILTER (quarter = getvariable('quarter')) AS months_now,
        any_value(months) FILTER (quarter = base_quarter) AS months_before,
        any_value(comparison.rate_bp) AS rate_now,
        any_value(base_rate_bp) AS rate_before
    FROM comparison
    JOIN scoped_quarter AS scoped ON scoped.scope = comparison.scope AND quarter IN (getvariable('quarter'), base_quarter)
    GROUP BY base, comparison.scope, kind, area, cut, part
),
whole AS (
    SELECT
        base, area, months_now, months_before,
        workplaces_before AS whole_workplaces, workers_before AS whole_workers, billed_before AS whole_billed
    FROM side
    WHERE cut = 'all' AND months_now > 0 AND months_before > 0 AND workplaces_before > 0
),
part AS (
    SELECT
        kind, area, cut, part, base,
        mean_tenths(workplaces_before, whole.months_before) AS workplaces_base,
        (mean_tenths(workplaces_now, whole.months_now) - workplaces_base)::DECIMAL(14, 1) AS workplaces_change,
        contribution_bp(workplaces_now, whole.months_now, workplaces_before, whole.months_before, whole_workplaces) AS workplaces,
        mean_tenths(workers_before, whole.months_before) AS workers_base,
        (mean_tenths(workers_now, whole.months_now) - workers_base)::DECIMAL(14, 1) AS workers_change,
        contribution_bp(workers_now, whole.months_now, workers_before, whole.months_before, whole_workers) AS workers,
        mean_won(billed_before, whole.months_before, rate_before) AS payroll_base_krw,
        mean_won(billed_now, whole.months_now, rate_now) - payroll_base_krw AS payroll_change_krw,
        contribution_bp(
            billed_now, whole.months_now * rate_now, billed_before, whole.months_before * rate_before, whole_billed
        ) AS payroll
    FROM side
    JOIN whole USING (base, area)
    WHERE cut <> 'all'
),
points AS (
    SELECT
        kind, area, cut, part, base,
        workplaces_base, workplaces_change, percent(workplaces) AS workplaces_contribution_points,
        workers_base, workers_change, percent(workers) AS workers_contribution_points,
        payroll_base_krw, payroll_change_krw, percent(payroll) AS payroll_contribution_points
    FROM part
),
total AS (
    SELECT kind, area, cut, base, sum(COLUMNS('_(base|change|points|krw)$'))
    FROM points
    GROUP BY kind, area, cut, base
),
rounding AS (
    SELECT
        kind, area, total.cut, 'rounding' AS part, base,
        (change.workplaces_base - total.workplaces_base)::DECIMAL(14, 1) AS workplaces_base,
        (change.workplaces_change - total.workplaces_change)::DECIMAL(14, 1) AS workplaces_change,
        (change.workplaces_change_pct - workplaces_contribution_points)::DECIMAL(12, 2) AS workplaces_contribution_points,
        (change.workers_base - total.workers_base)::DECIMAL(14, 1) AS workers_base,
        (change.workers_change - total.workers_change)::DECIMAL(14, 1) AS workers_change,
        (change.workers_change_pct - workers_contribution_points)::DECIMAL(12, 2) AS workers_contribution_points,
        (change.payroll_base_krw - total.payroll_base_krw)::BIGINT AS payroll_base_krw,
        (change.payroll_change_krw - total.payroll_change_krw)::BIGINT AS payroll_change_krw,
        (change.payroll_change_pct - payroll_contribution_points)::DECIMAL(12, 2) AS payroll_contribution_points
    FROM total
    JOIN area_change AS change USING (area, base)
    WHERE change.cut = 'all'
)
SELECT
    CASE
        WHEN kind = 'office' THEN 'office_' || split_part(area, '/', 2)
        WHEN kind = 'district' THEN 'district'
        WHEN area = '00' THEN 'nation'
        ELSE 'sido'
    END AS level,
    split_part(area, '/', 1) AS area,
    CASE added.cut WHEN 'industry' THEN 'division' ELSE 'size_band' END AS breakdown,
    added.part,
    base,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    added.* EXCLUDE (kind, area, cut, part, base),
    scope,
    status,
    payroll_status
FROM (FROM points UNION ALL BY NAME FROM rounding) AS added
JOIN (SELECT area, base, scope, status, payroll_status FROM area_change WHERE cut = 'all') USING (area, base)
ORDER BY level, area, breakdown, part, base
