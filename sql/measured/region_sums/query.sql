-- The sums of a month of the nation ('00'), 시도 and 시군구, in all, and of the nation and 시도 by division, band and grade too;
-- the tables of regions take their rows from here. The 시군구 are summed from the rows, once, and the larger areas from them.
WITH region_row AS (SELECT *, {'sido': sido_code, 'sigungu': sigungu_code} AS area FROM district_member),
cell AS (SELECT * REPLACE (unnest(['00', area.sido, area.sigungu]) AS area) FROM month_cells('region_row'))
FROM month_sums('cell')
WHERE area IS NOT NULL AND (cut = 'all' OR length(area) = 2)
