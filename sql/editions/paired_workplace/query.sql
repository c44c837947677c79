-- What each workplace adds to both sides of every comparison, one row per district and workplace, from matched rows of the
-- months compared; `bootstrap.draw` draws from it. Each side is weighted with the months and the rate of the other, so that one
-- side over the other is what is left of a mean, and everything stays whole.
WITH member AS (
    SELECT district_id, workplace_id, quarter, legal_form, subscribers, billed_amount_krw
    FROM compared_member
    JOIN calendar USING (data_month)
    WHERE is_counted AND district_id IS NOT NULL
),
side AS (
    SELECT base || '_now' AS side, getvariable('quarter') AS quarter, base_quarter AS other, scope, base_rate_bp AS other_rate_bp
    FROM comparison
    UNION ALL
    SELECT base || '_before', base_quarter, getvariable('quarter'), scope, rate_bp
    FROM comparison
),
weighted AS (
    SELECT
        district_id,
        workplace_id,
        side,
        known_months AS workplaces,
        subscribers * known_months AS workers,
        billed_amount_krw * known_months * other_rate_bp AS payroll
    FROM member
    JOIN side USING (quarter)
    JOIN area_months ON area = district_id AND area_months.quarter = other
    WHERE scope = 'all' OR legal_form = 1
),
paired AS (
    PIVOT weighted
    ON side IN ('quarter_now', 'quarter_before', 'year_now', 'year_before', 'two_years_now', 'two_years_before')
    USING sum(workplaces) AS workplaces, sum(workers) AS workers, sum(payroll) AS payroll
    GROUP BY district_id, workplace_id
)
SELECT district_id, coalesce(COLUMNS('_(workplaces|workers|payroll)$'), 0)::DOUBLE
FROM paired
ORDER BY district_id, workplace_id
