-- Change of pay per worker along a chain: inside a July year base incomes stand still, so pay is compared directly; over
-- each July only workplaces that are there in June and July, below the ceiling in both, so that neither its rise nor who
-- came and went is taken for a change of pay.
WITH month AS (
    SELECT 'district' AS level, * EXCLUDE (district_id), district_id AS area FROM fact_district_month
    UNION ALL BY NAME
    SELECT * EXCLUDE (region_code), region_code AS area FROM fact_region_month
),
form AS (
    SELECT level, area, data_month, rate_bp, 'all' AS scope, billed_amount_krw AS billed, workers FROM month
    UNION ALL
    SELECT level, area, data_month, rate_bp, 'corporations', corporate_billed_amount_krw, corporate_workers FROM month
),
pay AS (
    SELECT level, area, scope, data_month AS period, billed / (workers * rate_bp) AS pay FROM form WHERE workers > 0
    UNION ALL
    SELECT level, area, scope, quarter, sum(billed) / (sum(workers) * min(rate_bp))
    FROM form
    JOIN calendar USING (data_month)
    GROUP BY level, area, scope, quarter
    HAVING sum(workers) > 0
),
counted AS (
    SELECT member.*, rate_bp, is_at_ceiling(billed_amount_krw, subscribers, rate_bp, ceiling_krw) AS at_ceiling
    FROM july_member AS member
    JOIN month_law USING (data_month)
    WHERE is_counted
),
linked AS (
    SELECT
        unnest([
            {'level': 'district', 'area': july.district_id},
            {'level': 'nation', 'area': '00'},
            {'level': 'sido', 'area': july.sido_code},
            {'level': 'sigungu', 'area': july.sigungu_code}
        ], recursive := TRUE),
        july.data_month AS july, july.legal_form,
        june.billed_amount_krw AS june_billed, june.subscribers * june.rate_bp AS june_weight,
        july.billed_amount_krw AS july_billed, july.subscribers * july.rate_bp AS july_weight
    FROM july_link
    JOIN counted AS june ON june.data_month = july_link.june
    JOIN counted AS july ON july.data_month = july_link.july AND july.workplace_id = june.workplace_id
    WHERE NOT june.at_ceiling AND NOT july.at_ceiling AND june.district_id IS NOT DISTINCT FROM july.district_id
),
link AS (
    SELECT
        level, area, july, scope, count(*) AS workplaces,
        sum(july_billed)::DOUBLE * sum(june_weight) / (sum(june_billed)::DOUBLE * sum(july_weight)) AS factor
    FROM linked
    JOIN (SELECT unnest(['all', 'corporations']) AS scope) ON scope = 'all' OR legal_form = 1
    WHERE area IS NOT NULL
    GROUP BY level, area, july, scope
    HAVING sum(june_billed) > 0 AND sum(july_weight) > 0
),
step AS (
    SELECT pay.level, pay.area, base, pay.pay / before.pay AS factor, NULL AS workplaces
    FROM chain_segment
    JOIN pay ON pay.period = to_period AND pay.scope = chain_segment.scope
    JOIN pay AS before
        ON before.period = from_period AND before.level = pay.level AND before.area = pay.area
        AND before.scope = pay.scope AND before.pay > 0
    UNION ALL
    SELECT level, area, base, factor, workplaces
    FROM chain_july
    JOIN link USING (july, scope)
),
chained AS (
    SELECT level, area, base, count(*) AS steps, product(factor) AS factor, min(workplaces) AS workplaces
    FROM step
    GROUP BY level, area, base
)
SELECT
    level,
    area,
    base,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    CASE WHEN chained.steps = chain.steps THEN round_even(100 * (factor - 1), 2)::DECIMAL(12, 2) END AS pay_per_worker_change_pct,
    scope,
    workplaces AS linked_workplaces,
    CASE
        WHEN chained.steps IS DISTINCT FROM chain.steps THEN 'not_computable'
        WHEN workplaces < 20 THEN 'few_workplaces'
        ELSE 'ok'
    END AS status
FROM (SELECT DISTINCT level, area FROM month JOIN calendar USING (data_month) WHERE quarter = getvariable('quarter'))
CROSS JOIN chain
LEFT JOIN chained USING (level, area, base)
ORDER BY level, area, base
