-- Measures of a group of workplaces, by month and by quarter alike; every part is a whole number.

-- Share of one part in percent, two decimals.
CREATE OR REPLACE MACRO share_pct(part, whole) AS (percent(divide_half_even(part::HUGEINT * 10000, whole)));
-- Effective number of workplaces, 1 / sum(share^2), two decimals; over several months that of the months together.
CREATE OR REPLACE MACRO effective_number(workers, squared_workers, months) AS (
    (divide_half_even(workers::HUGEINT * workers * 100, squared_workers::HUGEINT * months) / 100)::DECIMAL(14, 2)
);
-- How much more a part weighs in an area than in the nation: (part / area) / (part of the nation / nation).
CREATE OR REPLACE MACRO location_quotient(part, area, nation_part, nation) AS (
    (divide_half_even(part::HUGEINT * nation * 1000000, area::HUGEINT * nation_part) / 1000000)::DECIMAL(18, 6)
);
-- The status of a level, the first that holds; see docs/method.md.
CREATE OR REPLACE MACRO level_status(months, wanted, has_break, largest, workers, workplaces, in_roll_out) AS (
    CASE
        WHEN months = 0 THEN 'not_computable'
        WHEN has_break THEN 'unadjusted_break'
        WHEN months < wanted THEN 'partial'
        WHEN 2 * largest > workers THEN 'dominated_by_one'
        WHEN workplaces < 20 * months THEN 'few_workplaces'
        WHEN NOT in_roll_out THEN 'outside_roll_out'
        ELSE 'ok'
    END
);

-- True when a workplace bills 98 % of the income ceiling or more per head: most of its pay above it is unseen.
CREATE OR REPLACE MACRO is_at_ceiling(billed_amount_krw, subscribers, rate_bp, ceiling_krw) AS (
    subscribers > 0
    AND billed_amount_krw::HUGEINT * 1000000 >= ceiling_krw::HUGEINT * rate_bp * 98 * subscribers
);

CREATE OR REPLACE MACRO billed_at_ceiling(billed_amount_krw, subscribers) AS (
    is_at_ceiling(billed_amount_krw, subscribers, getvariable('rate_bp'), getvariable('ceiling_krw'))
);

-- What is summed of a month: by area, division, band and grade together, then (`month_sums`) by what is published of them.
CREATE OR REPLACE MACRO month_cells(members) AS TABLE
SELECT
    area,
    division,
    size_band,
    grade,
    count(*) FILTER (is_counted) AS workplaces,
    coalesce(sum(subscribers) FILTER (is_counted), 0) AS workers,
    coalesce(sum(billed_amount_krw) FILTER (is_counted), 0) AS billed_amount_krw,
    coalesce(sum(joined), 0) AS joined,
    coalesce(sum(departed), 0) AS departed,
    count(*) FILTER (is_counted AND legal_form = 1) AS corporate_workplaces,
    coalesce(sum(subscribers) FILTER (is_counted AND legal_form = 1), 0) AS corporate_workers,
    coalesce(sum(billed_amount_krw) FILTER (is_counted AND legal_form = 1), 0) AS corporate_billed_amount_krw,
    coalesce(max(subscribers) FILTER (is_counted), 0) AS largest_workplace_workers,
    coalesce(sum(subscribers::BIGINT * subscribers) FILTER (is_counted), 0) AS squared_workers,
    count(*) FILTER (is_counted AND billed_at_ceiling(billed_amount_krw, subscribers)) AS ceiling_workplaces,
    coalesce(sum(subscribers) FILTER (is_counted AND billed_at_ceiling(billed_amount_krw, subscribers)), 0) AS ceiling_workers,
    count(*) FILTER (is_counted AND district_id IS NOT NULL) AS matched_workplaces,
    count(*) FILTER (is_counted AND district_id IS NULL AND grade = 'ambiguous') AS ambiguous_workplaces,
    count(*) FILTER (is_counted AND district_id IS NULL AND grade <> 'ambiguous') AS unassigned_workplaces,
    count(*) FILTER (is_counted AND grade = 'high') AS high_workplaces,
    coalesce(sum(subscribers) FILTER (is_counted AND grade = 'high'), 0) AS high_workers,
    count(*) FILTER (is_counted AND grade = 'low') AS low_workplaces,
    coalesce(sum(subscribers) FILTER (is_counted AND grade = 'low'), 0) AS low_workers,
    count(*) FILTER (is_counted AND grade = 'not_assignable') AS not_assignable_workplaces
FROM query_table(members)
GROUP BY area, division, size_band, grade;

-- Sums of a month over such cells: all of an area (cut `all`), and by division, band and grade. Who left with a closed
-- workplace is in no band.
CREATE OR REPLACE MACRO month_sums(cells) AS TABLE
SELECT
    area,
    CASE
        WHEN grouping(division) = 0 THEN 'division'
        WHEN grouping(size_band) = 0 THEN 'size'
        WHEN grouping(grade) = 0 THEN 'grade'
        ELSE 'all'
    END AS cut,
    coalesce(division, size_band, grade, 'all') AS part,
    sum(COLUMNS(['workplaces', 'workers', 'billed_amount_krw', 'joined', 'departed']))::BIGINT,
    sum(COLUMNS('^corporate_'))::BIGINT,
    max(largest_workplace_workers)::BIGINT AS largest_workplace_workers,
    sum(squared_workers)::BIGINT AS squared_workers,
    sum(COLUMNS('^ceiling_'))::BIGINT,
    sum(COLUMNS('^(matched|ambiguous|unassigned|high|low|not_assignable)_'))::BIGINT
FROM query_table(cells)
GROUP BY GROUPING SETS ((area), (area, division), (area, size_band), (area, grade))
HAVING grouping(size_band) = 1 OR size_band IS NOT NULL;

-- The measures of a month from its sums; `outside_roll_out` holds the areas that nobody watches yet.
CREATE OR REPLACE MACRO month_measures(sums) AS TABLE
SELECT
    * EXCLUDE (
        matched_workplaces, ambiguous_workplaces, unassigned_workplaces,
        high_workplaces, high_workers, low_workplaces, low_workers, not_assignable_workplaces
    ),
    getvariable('rate_bp')::INTEGER AS rate_bp,
    divide_half_even(billed_amount_krw::HUGEINT * 10000, getvariable('rate_bp'))::BIGINT AS payroll_krw,
    divide_half_even(billed_amount_krw::HUGEINT * 10000, workers::HUGEINT * getvariable('rate_bp'))::BIGINT AS pay_per_worker_krw,
    share_pct(largest_workplace_workers, workers) AS largest_share_pct,
    effective_number(workers, squared_workers, 1) AS effective_workplaces,
    share_pct(ceiling_workers, workers) AS ceiling_share_pct,
    level_status(
        (workplaces IS NOT NULL)::INTEGER, 1, FALSE, largest_workplace_workers, workers, workplaces,
        area NOT IN (SELECT area FROM outside_roll_out)
    ) AS status
FROM query_table(sums);

-- The rows of one of the tables by industry, size or grade: every area of a kind, part by part.
CREATE OR REPLACE MACRO month_parts(measures, of_kind, of_cut) AS TABLE
SELECT area, part, getvariable('data_month') AS data_month, * EXCLUDE (kind, area, cut, part)
FROM query_table(measures)
WHERE kind = of_kind AND cut = of_cut;
