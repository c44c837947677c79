-- Every district in the quarter judged, and how far its changes lie from the nation's, in percentage points.
SELECT
    facts.area AS district_id,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (area, part),
    mean_tenths(ambiguous, seen) AS ambiguous_workplaces
FROM quarter_facts('district_month') AS facts
JOIN (
    SELECT area, sum(ambiguous_workplaces) AS ambiguous, count(*) AS seen
    FROM district_month
    WHERE quarter = getvariable('quarter')
    GROUP BY area
) USING (area)
ORDER BY district_id
