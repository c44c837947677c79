-- The nation and each 시도 in the quarter judged by size band.
SELECT
    area AS region_code,
    part AS size_band,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (area, part)
FROM part_facts('region_month') AS facts
ORDER BY region_code, size_band
