-- The nation and each 시도 in the quarter judged by KSIC division.
WITH workers AS (
    SELECT area, part, sum(workers) AS workers FROM region_month WHERE quarter = getvariable('quarter') GROUP BY area, part
),
nation AS (
    SELECT part, sum(workers) AS workers FROM nation_month WHERE quarter = getvariable('quarter') GROUP BY part
)
SELECT
    area AS region_code,
    part AS division,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (area, part),
    location_quotient(
        workers.workers, sum(workers.workers) OVER (PARTITION BY area),
        nation.workers, (SELECT sum(workers) FROM nation)
    ) AS location_quotient
FROM quarter_facts('region_month') AS facts
JOIN workers USING (area, part)
LEFT JOIN nation USING (part)
ORDER BY region_code, division
