-- Every district in the quarter judged, and how far its changes lie from the nation's, in percentage points.
SELECT
    area AS district_id,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (kind, area, cut, part, location_quotient),
    mean_tenths(ambiguous, seen) AS ambiguous_workplaces
FROM quarter_fact AS facts
JOIN (
    SELECT area, sum(ambiguous_workplaces) AS ambiguous, count(*) AS seen
    FROM area_month
    WHERE quarter = getvariable('quarter') AND cut = 'all'
    GROUP BY area
) USING (area)
WHERE kind = 'district' AND cut = 'all'
ORDER BY district_id
