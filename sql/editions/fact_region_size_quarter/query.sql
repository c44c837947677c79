-- The nation and each 시도 in the quarter judged by size band.
SELECT
    area AS region_code,
    part AS size_band,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    * EXCLUDE (kind, area, cut, part)
FROM quarter_fact
WHERE kind = 'region' AND cut = 'size'
ORDER BY region_code, size_band
