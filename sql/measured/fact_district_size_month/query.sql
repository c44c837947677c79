-- Matched workplaces of a month by district and size band.
SELECT * RENAME (area AS district_id, part AS size_band)
FROM month_parts('part_measures', 'district', 'size')
ORDER BY district_id, size_band
