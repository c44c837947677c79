-- The nation, 시도 and 시군구 in the quarter judged.
SELECT
    area AS region_code,
    level,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (kind, area, cut, part, location_quotient),
    mean_tenths(matched, facts.months) AS matched_workplaces,
    mean_tenths(ambiguous, facts.months) AS ambiguous_workplaces,
    mean_tenths(unassigned, facts.months) AS unassigned_workplaces
FROM quarter_fact AS facts
JOIN (
    SELECT
        area, any_value(level) AS level, sum(matched_workplaces) AS matched, sum(ambiguous_workplaces) AS ambiguous,
        sum(unassigned_workplaces) AS unassigned
    FROM area_month
    WHERE quarter = getvariable('quarter') AND cut = 'all'
    GROUP BY area
) USING (area)
WHERE kind = 'region' AND cut = 'all'
ORDER BY region_code
