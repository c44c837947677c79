-- The nation and each 시도 in the quarter judged by size band.
SELECT * RENAME (area AS region_code, part AS size_band)
FROM quarter_parts('quarter_fact', 'region', 'size')
ORDER BY region_code, size_band
