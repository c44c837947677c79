-- How uncertain the change of a sido on the year is: the variance of a ratio when its workplaces are drawn again, by
-- linearisation, in whole numbers so that it is the same whatever the order of the sums. X and Y are the sums of now and
-- of before; the error of the ratio X / Y is sqrt(squares) / Y^2.
WITH present AS (
    SELECT
        workplace_id, sido_code, data_month >= getvariable('first_month') AS is_now, legal_form, subscribers,
        billed_amount_krw::HUGEINT * 10000 // rate_bp // 1000000 AS payroll_million
    FROM member
    JOIN rate USING (data_month)
    WHERE is_counted AND sido_code IS NOT NULL
),
area_workplace AS (
    SELECT area_scope.region_code, workplace_id,
        count(*) FILTER (is_now) AS workplaces, count(*) FILTER (NOT is_now) AS workplaces_before,
        coalesce(sum(subscribers) FILTER (is_now), 0)::HUGEINT AS workers,
        coalesce(sum(subscribers) FILTER (NOT is_now), 0)::HUGEINT AS workers_before,
        coalesce(sum(payroll_million) FILTER (is_now), 0)::HUGEINT AS payroll,
        coalesce(sum(payroll_million) FILTER (NOT is_now), 0)::HUGEINT AS payroll_before
    FROM present
    JOIN area_scope ON area_scope.region_code IN (present.sido_code, '00')
    WHERE scope = 'all' OR legal_form = 1
    GROUP BY ALL
),
total AS (
    SELECT region_code,
        sum(workplaces)::HUGEINT AS wp, sum(workplaces_before)::HUGEINT AS wp0,
        sum(workers)::HUGEINT AS wk, sum(workers_before)::HUGEINT AS wk0,
        sum(payroll)::HUGEINT AS pk, sum(payroll_before)::HUGEINT AS pk0
    FROM area_workplace
    GROUP BY region_code
)
SELECT
    region_code, wp0, wk0, pk0,
    sum((workplaces * wp0 - wp * workplaces_before) * (workplaces * wp0 - wp * workplaces_before))::HUGEINT AS workplaces_squares,
    sum((workers * wk0 - wk * workers_before) * (workers * wk0 - wk * workers_before))::HUGEINT AS workers_squares,
    sum((payroll * pk0 - pk * payroll_before) * (payroll * pk0 - pk * payroll_before))::HUGEINT AS payroll_squares
FROM area_workplace
JOIN total USING (region_code)
GROUP BY ALL
ORDER BY region_code
