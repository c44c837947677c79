-- Every district in the quarter judged by size band, and how much more the band weighs there than in the nation.
SELECT
    area AS district_id,
    part AS size_band,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    * EXCLUDE (kind, area, cut, part)
FROM quarter_fact
WHERE kind = 'district' AND cut = 'size'
ORDER BY district_id, size_band
