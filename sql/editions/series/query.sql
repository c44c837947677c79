-- The months of regions and districts that `adjusted_series` shows: all workplaces, or corporations only where the variable
-- `scope` says so.
WITH month AS (
    SELECT 'district' AS level, * RENAME (district_id AS area) FROM fact_district_month
    UNION ALL BY NAME
    SELECT * RENAME (region_code AS area) FROM fact_region_month
),
scoped AS (
    SELECT
        level, area, data_month, rate_bp, largest_workplace_workers, workers AS all_workers,
        CASE getvariable('scope') WHEN 'all' THEN workplaces ELSE corporate_workplaces END AS workplaces,
        CASE getvariable('scope') WHEN 'all' THEN workers ELSE corporate_workers END AS workers,
        CASE getvariable('scope') WHEN 'all' THEN billed_amount_krw ELSE corporate_billed_amount_krw END AS billed_amount_krw
    FROM month
)
SELECT
    level, area, data_month, workplaces, workers,
    divide_half_even(billed_amount_krw::HUGEINT * 10000, rate_bp)::BIGINT AS payroll_krw,
    largest_workplace_workers,
    all_workers
FROM scoped
