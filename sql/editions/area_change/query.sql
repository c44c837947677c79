-- How the quarter judged differs from each base of the view `comparison`: one row per area, cut, part and base, as levels of both
-- sides, in percent, and in percentage points against the nation's same part. Everything stays whole until the last division:
-- means are compared as sums cross-multiplied with the months they cover, payroll with the contribution rate as well. A part
-- without a row in a known month of the base is a true 0 there, and has no change in percent.
WITH pair AS (
    SELECT
        now.area, now.cut, now.part, base,
        change_bp(now.workplaces, now.months, before.workplaces, before.months) AS workplaces,
        change_bp(now.workers, now.months, before.workers, before.months) AS workers,
        change_bp(now.billed, now.months * now.rate_bp, before.billed, before.months * before.rate_bp) AS payroll,
        change_bp(now.billed, now.workers * now.rate_bp, before.billed, before.workers * before.rate_bp) AS pay_per_worker,
        mean_tenths(now.workplaces, now.months) AS workplaces_now,
        mean_tenths(now.workers, now.months) AS workers_now,
        mean_won(now.billed, now.months, now.rate_bp) AS payroll_now,
        mean_won(now.billed, now.workers, now.rate_bp) AS pay_per_worker_now,
        mean_tenths(coalesce(before.workplaces, 0), nullif(known_months, 0)) AS workplaces_base,
        mean_tenths(coalesce(before.workers, 0), nullif(known_months, 0)) AS workers_base,
        mean_won(coalesce(before.billed, 0), nullif(known_months, 0), base_rate_bp) AS payroll_base,
        mean_won(before.billed, before.workers, before.rate_bp) AS pay_per_worker_base,
        -- The most that the rise of the ceiling can have added: as many at the ceiling as the payroll of the base
        -- allows, all others at the floor. And what it did add where whole workplaces are there.
        divide_half_even(
            not_negative(before.billed::HUGEINT * 10000 - floor_krw::HUGEINT * before.workers * before.rate_bp)
                * ceiling_rise_krw,
            (ceiling_krw - floor_krw) * before.billed::HUGEINT
        ) AS ceiling_bound,
        divide_half_even(before.ceiling_workers::HUGEINT * before.rate_bp * ceiling_rise_krw, before.billed) AS ceiling_effect,
        coalesce(before.workplaces, 0) > 0 AS has_base,
        least(now.months, before.months) AS months,
        EXISTS (
            FROM area_break
            WHERE area_break.area = now.area AND from_month > base_first_month AND from_month <= getvariable('last_month')
        ) AS has_break
    FROM comparison
    JOIN scoped_quarter AS now ON now.quarter = getvariable('quarter') AND now.scope = comparison.scope
    LEFT JOIN area_months ON area_months.area = now.area AND area_months.quarter = base_quarter
    LEFT JOIN scoped_quarter AS before
        ON before.area = now.area AND before.cut = now.cut AND before.part = now.part
        AND before.quarter = base_quarter AND before.scope = now.scope
),
change AS (
    SELECT
        pair.*,
        pair.workplaces - nation.workplaces AS workplaces_points,
        pair.workers - nation.workers AS workers_points,
        pair.payroll - nation.payroll AS payroll_points,
        change_status(pair.has_break, pair.has_base, pair.months) AS status,
        change_status(pair.has_break OR coalesce(pair.ceiling_effect, 0) >= 100, pair.has_base, pair.months) AS payroll_status
    FROM pair
    LEFT JOIN pair AS nation
        ON nation.area = '00' AND nation.base = pair.base AND nation.cut = pair.cut AND nation.part = pair.part
)
SELECT
    area,
    cut,
    part,
    base,
    scope,
    percent(change.workplaces) AS workplaces_change_pct,
    percent(change.workers) AS workers_change_pct,
    percent(change.payroll) AS payroll_change_pct,
    percent(change.pay_per_worker) AS pay_per_worker_change_pct,
    workplaces_base,
    (workplaces_now - workplaces_base)::DECIMAL(14, 1) AS workplaces_change,
    workers_base,
    (workers_now - workers_base)::DECIMAL(14, 1) AS workers_change,
    payroll_base AS payroll_base_krw,
    payroll_now - payroll_base AS payroll_change_krw,
    pay_per_worker_base AS pay_per_worker_base_krw,
    pay_per_worker_now - pay_per_worker_base AS pay_per_worker_change_krw,
    coalesce(status, 'not_computable') AS status,
    coalesce(payroll_status, 'not_computable') AS payroll_status,
    percent(ceiling_bound) AS payroll_ceiling_bound_points,
    percent(workplaces_points) AS workplaces_points,
    percent(workers_points) AS workers_points,
    percent(payroll_points) AS payroll_points
FROM area_quarter
CROSS JOIN comparison
LEFT JOIN change USING (area, cut, part, base)
WHERE quarter = getvariable('quarter')
