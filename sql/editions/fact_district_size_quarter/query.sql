-- Every district in the quarter judged by size band, and how much more the band weighs there than in the nation.
SELECT
    area AS district_id,
    part AS size_band,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (area, part)
FROM part_facts('district_month') AS facts
ORDER BY district_id, size_band
