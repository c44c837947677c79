-- The nation and each 시도 in the quarter judged by KSIC division.
SELECT
    area AS region_code,
    part AS division,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (area, part)
FROM part_facts('region_month') AS facts
ORDER BY region_code, division
