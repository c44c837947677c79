-- The sums of a month by district, in all and by division, band and grade; the tables of districts take their rows from here.
WITH district_row AS (SELECT *, district_id AS area FROM district_member WHERE district_id IS NOT NULL),
cell AS (FROM month_cells('district_row'))
FROM month_sums('cell')
