-- The ten workplaces of every district that changed its workers most against each base, gains and losses alike, of the scope that
-- can be compared. Whoever came to or left the district changed it by all its heads. Ties go by the identifier.
WITH member AS (
    SELECT district_id, workplace_id, quarter, legal_form, sum(subscribers) AS workers
    FROM compared_member
    JOIN calendar USING (data_month)
    WHERE is_counted AND district_id IS NOT NULL
    GROUP BY ALL
),
whole AS (
    SELECT now.area AS district_id, base, base_quarter, now.scope, now.months AS months_now, before.months AS months_before, before.workers
    FROM comparison
    JOIN scoped_quarter AS now ON now.quarter = getvariable('quarter') AND now.scope = comparison.scope
    JOIN scoped_quarter AS before
        ON before.area = now.area AND before.cut = now.cut AND before.quarter = base_quarter AND before.scope = now.scope
    WHERE now.kind = 'district' AND now.cut = 'all' AND now.months > 0 AND before.months > 0 AND before.workers > 0
),
side AS (
    SELECT
        district_id, base, scope, workplace_id, months_now, months_before, whole.workers AS whole_before,
        coalesce(sum(member.workers) FILTER (quarter = getvariable('quarter')), 0)::BIGINT AS now,
        coalesce(sum(member.workers) FILTER (quarter = base_quarter), 0)::BIGINT AS before
    FROM whole
    JOIN member USING (district_id)
    WHERE quarter IN (getvariable('quarter'), base_quarter) AND (scope = 'all' OR legal_form = 1)
    GROUP BY ALL
),
ranked AS (
    SELECT
        *,
        now * months_before - before * months_now AS added,
        row_number() OVER (PARTITION BY district_id, base ORDER BY abs(added) DESC, workplace_id) AS rank_in_district
    FROM side
)
SELECT
    district_id,
    base,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    rank_in_district::INTEGER AS rank_in_district,
    workplace_id,
    scope,
    mean_tenths(before, months_before) AS workers_base,
    (mean_tenths(now, months_now) - workers_base)::DECIMAL(14, 1) AS workers_change,
    percent(contribution_bp(now, months_now, before, months_before, whole_before)) AS workers_contribution_points
FROM ranked
WHERE rank_in_district <= 10 AND added <> 0
ORDER BY district_id, base, rank_in_district
