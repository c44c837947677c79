-- The month facts of the quarters compared, of every area and cut in one table. `kind` is district or region; the nation is the
-- region '00'; `cut` is all, industry or size and `part` the division or the size band, 'all' for the whole area. An office has
-- two areas, the sums of its members in `office_area`: its districts together, and its 시도. A measure that is unknown in one
-- district adds nothing; a workplace that several districts claim is none of them's, so districts have no sum of those.
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
),
office AS (
    SELECT
        'office' AS kind, office_area.area, cut, part, data_month, min(rate_bp) AS rate_bp,
        sum(COLUMNS(['workplaces', 'workers', 'billed_amount_krw', 'joined', 'departed']))::BIGINT,
        sum(COLUMNS('^corporate_'))::BIGINT,
        max(largest_workplace_workers) AS largest_workplace_workers,
        sum(COLUMNS(['squared_workers', 'ceiling_workers']))::BIGINT,
        (sum(COLUMNS(['matched_workplaces', 'ambiguous_workplaces', 'unassigned_workplaces'])) FILTER (place = 'region'))::BIGINT
    FROM fact
    JOIN office_area ON office_area.kind = fact.kind AND office_area.member = fact.area
    GROUP BY office_area.area, cut, part, data_month
)
SELECT
    kind, area, cut, part, quarter, level, rate_bp, workplaces, workers, billed_amount_krw,
    corporate_workplaces, corporate_workers, corporate_billed_amount_krw,
    joined, departed, largest_workplace_workers, squared_workers, ceiling_workers,
    matched_workplaces, ambiguous_workplaces, unassigned_workplaces
FROM (FROM fact UNION ALL BY NAME FROM office)
JOIN calendar USING (data_month)
