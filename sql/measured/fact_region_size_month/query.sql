-- All workplaces of a month in the nation and each 시도 by size band.
SELECT * RENAME (area AS region_code, part AS size_band)
FROM month_parts('part_measures', 'region', 'size')
ORDER BY region_code, size_band
