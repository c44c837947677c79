-- Every district in the quarter judged by KSIC division, and how much more the division weighs there than in the nation.
SELECT
    area AS district_id,
    part AS division,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    * EXCLUDE (kind, area, cut, part)
FROM quarter_fact
WHERE kind = 'district' AND cut = 'industry'
ORDER BY district_id, division
