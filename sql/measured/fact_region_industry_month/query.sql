-- All workplaces of a month in the nation and each 시도 by KSIC division.
SELECT * RENAME (area AS region_code, part AS division)
FROM month_parts('part_measures', 'region', 'division')
ORDER BY region_code, division
