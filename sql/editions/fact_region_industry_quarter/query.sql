-- The nation and each 시도 in the quarter judged by KSIC division.
SELECT
    area AS region_code,
    part AS division,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    * EXCLUDE (kind, area, cut, part)
FROM quarter_fact
WHERE kind = 'region' AND cut = 'industry'
ORDER BY region_code, division
