-- Every district in the quarter judged by size band, and how much more the band weighs there than in the nation.
SELECT * RENAME (area AS district_id, part AS size_band)
FROM quarter_parts('quarter_fact', 'district', 'size')
ORDER BY district_id, size_band
