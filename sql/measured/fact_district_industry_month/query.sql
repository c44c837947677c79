-- Matched workplaces of a month by district and KSIC division.
SELECT * RENAME (area AS district_id, part AS division)
FROM month_parts('part_measures', 'district', 'division')
ORDER BY district_id, division
