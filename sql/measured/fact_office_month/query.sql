-- The offices in a month: their districts together, and all workplaces of their 시도. `office_area` says who is a member of what.
WITH sums AS (
    SELECT
        office_area.area,
        sum(COLUMNS(['workplaces', 'workers', 'billed_amount_krw', 'joined', 'departed']))::BIGINT,
        sum(COLUMNS('^corporate_'))::BIGINT,
        max(largest_workplace_workers)::BIGINT AS largest_workplace_workers,
        sum(squared_workers)::BIGINT AS squared_workers,
        sum(COLUMNS('^ceiling_'))::BIGINT,
        sum(COLUMNS('^(matched|ambiguous|unassigned|high|low|not_assignable)_'))::BIGINT
    FROM (SELECT 'district' AS kind, * FROM district_sums UNION ALL SELECT 'region', * FROM region_sums) AS sums
    JOIN office_area ON office_area.kind = sums.kind AND office_area.member = sums.area
    WHERE cut = 'all'
    GROUP BY office_area.area
)
SELECT
    split_part(area, '/', 1) AS office_code,
    split_part(area, '/', 2) AS place,
    getvariable('data_month') AS data_month,
    measures.* EXCLUDE (area),
    matched_workplaces,
    CASE WHEN place = 'region' THEN ambiguous_workplaces END AS ambiguous_workplaces,
    CASE WHEN place = 'region' THEN unassigned_workplaces END AS unassigned_workplaces
FROM month_measures('sums') AS measures
JOIN (SELECT area, matched_workplaces, ambiguous_workplaces, unassigned_workplaces FROM sums) USING (area)
ORDER BY office_code, place
