-- The month facts of the quarters compared, of every area and cut in one table. `kind` is district or region; the nation is the
-- region '00'; `cut` is all, industry or size and `part` the division or the size band, 'all' for the whole area.
WITH fact AS (
    SELECT 'district' AS kind, 'all' AS cut, 'all' AS part, * RENAME (district_id AS area) FROM fact_district_month
    UNION ALL BY NAME
    SELECT 'district' AS kind, 'industry' AS cut, * RENAME (district_id AS area, division AS part) FROM fact_district_industry_month
    UNION ALL BY NAME
    SELECT 'district' AS kind, 'size' AS cut, * RENAME (district_id AS area, size_band AS part) FROM fact_district_size_month
    UNION ALL BY NAME
    SELECT 'region' AS kind, 'all' AS cut, 'all' AS part, * RENAME (region_code AS area) FROM fact_region_month
    UNION ALL BY NAME
    SELECT 'region' AS kind, 'industry' AS cut, * RENAME (region_code AS area, division AS part) FROM fact_region_industry_month
    UNION ALL BY NAME
    SELECT 'region' AS kind, 'size' AS cut, * RENAME (region_code AS area, size_band AS part) FROM fact_region_size_month
)
SELECT
    kind, area, cut, part, quarter, level, rate_bp, workplaces, workers, billed_amount_krw,
    corporate_workplaces, corporate_workers, corporate_billed_amount_krw,
    joined, "left", largest_workplace_workers, squared_workers, ceiling_workers,
    matched_workplaces, ambiguous_workplaces, unassigned_workplaces
FROM fact
JOIN calendar USING (data_month)
