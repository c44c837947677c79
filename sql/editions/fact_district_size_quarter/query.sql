-- Every district in the quarter judged by size band, and how much more the band weighs there than in the nation.
WITH workers AS (
    SELECT area, part, sum(workers) AS workers FROM district_month WHERE quarter = getvariable('quarter') GROUP BY area, part
),
nation AS (
    SELECT part, sum(workers) AS workers FROM nation_month WHERE quarter = getvariable('quarter') GROUP BY part
)
SELECT
    area AS district_id,
    part AS size_band,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (area, part),
    location_quotient(
        workers.workers, sum(workers.workers) OVER (PARTITION BY area),
        nation.workers, (SELECT sum(workers) FROM nation)
    ) AS location_quotient
FROM quarter_facts('district_month') AS facts
JOIN workers USING (area, part)
LEFT JOIN nation USING (part)
ORDER BY district_id, size_band
