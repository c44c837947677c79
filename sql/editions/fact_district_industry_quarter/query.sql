-- Every district in the quarter judged by KSIC division, and how much more the division weighs there than in the nation.
SELECT
    area AS district_id,
    part AS division,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (area, part)
FROM part_facts('district_month') AS facts
ORDER BY district_id, division
