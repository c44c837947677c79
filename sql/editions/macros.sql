-- Change of a mean in basis points; a mean is a sum over a weight, and the base's must be positive.
CREATE OR REPLACE MACRO change_bp(now, now_weight, before, before_weight) AS (
    divide_half_even(
        (now::HUGEINT * before_weight - before::HUGEINT * now_weight) * 10000, before::HUGEINT * now_weight
    )
);
-- greatest() would turn null, which is unknown, into 0.
CREATE OR REPLACE MACRO not_negative(number) AS (CASE WHEN number < 0 THEN 0 ELSE number END);
-- Whether a comparison holds; the first that applies.
CREATE OR REPLACE MACRO change_status(has_break, has_base, months) AS (
    CASE
        WHEN has_break THEN 'unadjusted_break'
        WHEN NOT has_base THEN 'not_computable'
        WHEN months < 3 THEN 'partial'
        ELSE 'ok'
    END
);

-- The quarter judged, for every area, cut and part of a view of month facts: monthly means, the change of each measure
-- against each base of the view `comparison`, and how far it lies from that of the nation's same part. A month fact has kind
-- (`district`, `region`), area ('00' is the nation), cut ('all' is the whole area), part, quarter and the sums of a month.
-- The view `area_months` has how many months of a quarter are known of an area: in one of those, a part without a row is a
-- true 0. Everything stays whole until the last division: means are compared as sums cross-multiplied with the months they
-- cover, payroll with the contribution rate as well. All tables of a quarter select from one run of this.
CREATE OR REPLACE MACRO quarter_facts(month_facts) AS TABLE
WITH total AS (
    SELECT
        any_value(kind) AS kind, area, cut, part, quarter, coalesce(any_value(known_months), 0) AS months, min(rate_bp) AS rate_bp,
        sum(workplaces) AS workplaces, sum(workers) AS workers, sum(billed_amount_krw) AS billed,
        sum(corporate_workplaces) AS corporate_workplaces, sum(corporate_workers) AS corporate_workers,
        sum(corporate_billed_amount_krw) AS corporate_billed,
        sum(joined) AS joined, sum("left") AS "left", sum(largest_workplace_workers) AS largest,
        sum(squared_workers) AS squared_workers, sum(ceiling_workers) AS ceiling_workers
    FROM query_table(month_facts)
    LEFT JOIN area_months USING (area, quarter)
    GROUP BY area, cut, part, quarter
),
scoped AS (
    SELECT 'all' AS scope, area, cut, part, quarter, months, rate_bp, workplaces, workers, billed, ceiling_workers
    FROM total
    WHERE workplaces IS NOT NULL
    UNION ALL
    SELECT
        'corporations', area, cut, part, quarter, months, rate_bp, corporate_workplaces, corporate_workers, corporate_billed,
        ceiling_workers
    FROM total
    WHERE workplaces IS NOT NULL
),
pair AS (
    SELECT
        now.area, now.cut, now.part, base,
        change_bp(now.workplaces, now.months, before.workplaces, before.months) AS workplaces,
        change_bp(now.workers, now.months, before.workers, before.months) AS workers,
        change_bp(now.billed, now.months * now.rate_bp, before.billed, before.months * before.rate_bp) AS payroll,
        change_bp(now.billed, now.workers * now.rate_bp, before.billed, before.workers * before.rate_bp) AS pay_per_worker,
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
    JOIN scoped AS now ON now.quarter = getvariable('quarter') AND now.scope = comparison.scope
    LEFT JOIN scoped AS before
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
),
wide AS (
    SELECT
        area,
        cut,
        part,
        max(workplaces) FILTER (base = 'quarter') AS workplaces_quarter,
        max(workers) FILTER (base = 'quarter') AS workers_quarter,
        max(payroll) FILTER (base = 'quarter') AS payroll_quarter,
        max(pay_per_worker) FILTER (base = 'quarter') AS pay_per_worker_quarter,
        max(workplaces_points) FILTER (base = 'quarter') AS workplaces_points_quarter,
        max(workers_points) FILTER (base = 'quarter') AS workers_points_quarter,
        max(payroll_points) FILTER (base = 'quarter') AS payroll_points_quarter,
        max(ceiling_bound) FILTER (base = 'quarter') AS ceiling_bound_quarter,
        max(status) FILTER (base = 'quarter') AS quarter_status,
        max(payroll_status) FILTER (base = 'quarter') AS payroll_quarter_status,
        max(workplaces) FILTER (base = 'year') AS workplaces_year,
        max(workers) FILTER (base = 'year') AS workers_year,
        max(payroll) FILTER (base = 'year') AS payroll_year,
        max(pay_per_worker) FILTER (base = 'year') AS pay_per_worker_year,
        max(workplaces_points) FILTER (base = 'year') AS workplaces_points_year,
        max(workers_points) FILTER (base = 'year') AS workers_points_year,
        max(payroll_points) FILTER (base = 'year') AS payroll_points_year,
        max(ceiling_bound) FILTER (base = 'year') AS ceiling_bound_year,
        max(status) FILTER (base = 'year') AS year_status,
        max(payroll_status) FILTER (base = 'year') AS payroll_year_status,
        max(workplaces) FILTER (base = 'two_years') AS workplaces_two_years,
        max(workers) FILTER (base = 'two_years') AS workers_two_years,
        max(payroll) FILTER (base = 'two_years') AS payroll_two_years,
        max(pay_per_worker) FILTER (base = 'two_years') AS pay_per_worker_two_years,
        max(workplaces_points) FILTER (base = 'two_years') AS workplaces_points_two_years,
        max(workers_points) FILTER (base = 'two_years') AS workers_points_two_years,
        max(payroll_points) FILTER (base = 'two_years') AS payroll_points_two_years,
        max(ceiling_bound) FILTER (base = 'two_years') AS ceiling_bound_two_years,
        max(status) FILTER (base = 'two_years') AS two_years_status,
        max(payroll_status) FILTER (base = 'two_years') AS payroll_two_years_status
    FROM change
    GROUP BY area, cut, part
),
level AS (
    SELECT *, sum(workers) OVER (PARTITION BY area, cut) AS area_workers FROM total WHERE quarter = getvariable('quarter')
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
    divide_half_even(billed * 10000, months * rate_bp)::BIGINT AS payroll_krw,
    divide_half_even(billed * 10000, workers * rate_bp)::BIGINT AS pay_per_worker_krw,
    mean_tenths(joined, months) AS joined,
    mean_tenths("left", months) AS "left",
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
    percent(workplaces_quarter) AS workplaces_change_quarter_pct,
    percent(workers_quarter) AS workers_change_quarter_pct,
    percent(payroll_quarter) AS payroll_change_quarter_pct,
    percent(pay_per_worker_quarter) AS pay_per_worker_change_quarter_pct,
    percent(workplaces_year) AS workplaces_change_year_pct,
    percent(workers_year) AS workers_change_year_pct,
    percent(payroll_year) AS payroll_change_year_pct,
    percent(pay_per_worker_year) AS pay_per_worker_change_year_pct,
    percent(workplaces_two_years) AS workplaces_change_two_years_pct,
    percent(workers_two_years) AS workers_change_two_years_pct,
    percent(payroll_two_years) AS payroll_change_two_years_pct,
    percent(pay_per_worker_two_years) AS pay_per_worker_change_two_years_pct,
    (SELECT scope FROM comparison WHERE base = 'quarter') AS quarter_scope,
    coalesce(quarter_status, 'not_computable') AS quarter_status,
    coalesce(payroll_quarter_status, 'not_computable') AS payroll_quarter_status,
    percent(ceiling_bound_quarter) AS payroll_quarter_ceiling_bound_points,
    (SELECT scope FROM comparison WHERE base = 'year') AS year_scope,
    coalesce(year_status, 'not_computable') AS year_status,
    coalesce(payroll_year_status, 'not_computable') AS payroll_year_status,
    percent(ceiling_bound_year) AS payroll_year_ceiling_bound_points,
    (SELECT scope FROM comparison WHERE base = 'two_years') AS two_years_scope,
    coalesce(two_years_status, 'not_computable') AS two_years_status,
    coalesce(payroll_two_years_status, 'not_computable') AS payroll_two_years_status,
    percent(ceiling_bound_two_years) AS payroll_two_years_ceiling_bound_points,
    percent(workplaces_points_quarter) AS workplaces_quarter_points,
    percent(workers_points_quarter) AS workers_quarter_points,
    percent(payroll_points_quarter) AS payroll_quarter_points,
    percent(workplaces_points_year) AS workplaces_year_points,
    percent(workers_points_year) AS workers_year_points,
    percent(payroll_points_year) AS payroll_year_points,
    percent(workplaces_points_two_years) AS workplaces_two_years_points,
    percent(workers_points_two_years) AS workers_two_years_points,
    percent(payroll_points_two_years) AS payroll_two_years_points,
    location_quotient(workers, area_workers, nation_part_workers, nation_workers) AS location_quotient
FROM level
LEFT JOIN wide USING (area, cut, part)
LEFT JOIN nation USING (cut, part);

-- What each workplace adds to both sides of every comparison, one row per district, workplace and base: from matched rows of
-- the months compared. Each side is weighted with the months and the rate of the other, so that one side over the other is
-- what is left of a mean, and everything stays whole.
CREATE OR REPLACE MACRO paired_workplaces(members) AS TABLE
WITH member AS (
    SELECT district_id, workplace_id, quarter, legal_form, subscribers, billed_amount_krw
    FROM query_table(members)
    JOIN calendar USING (data_month)
    WHERE is_counted AND district_id IS NOT NULL
),
side AS (
    SELECT base, getvariable('quarter') AS quarter, base_quarter AS other, scope, base_rate_bp AS other_rate_bp, TRUE AS is_now FROM comparison
    UNION ALL
    SELECT base, base_quarter, getvariable('quarter'), scope, rate_bp, FALSE FROM comparison
)
SELECT
    district_id,
    workplace_id,
    base,
    is_now,
    count(*) * any_value(known_months) AS workplaces,
    sum(subscribers) * any_value(known_months) AS workers,
    sum(billed_amount_krw) * any_value(known_months) * any_value(other_rate_bp) AS payroll
FROM member
JOIN side USING (quarter)
JOIN area_months ON area = district_id AND area_months.quarter = other
WHERE scope = 'all' OR legal_form = 1
GROUP BY district_id, workplace_id, base, is_now;
