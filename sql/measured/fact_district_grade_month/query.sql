-- Matched workplaces of a month by district and grade of the match.
SELECT * RENAME (area AS district_id, part AS grade)
FROM month_parts('part_measures', 'district', 'grade')
ORDER BY district_id, grade
