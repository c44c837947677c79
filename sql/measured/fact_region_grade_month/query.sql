-- All workplaces of a month in the nation and each 시도 by grade of the match.
SELECT * RENAME (area AS region_code, part AS grade)
FROM month_parts('part_measures', 'region', 'grade')
ORDER BY region_code, grade
