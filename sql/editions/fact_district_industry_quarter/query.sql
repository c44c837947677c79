-- Every district in the quarter judged by KSIC division, and how much more the division weighs there than in the nation.
SELECT * RENAME (area AS district_id, part AS division)
FROM quarter_parts('quarter_fact', 'district', 'industry')
ORDER BY district_id, division
