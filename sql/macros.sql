-- Integer division rounded half to even, null for a denominator that is not positive: the only rounding there is.
CREATE OR REPLACE MACRO rounds_up(quotient, remainder, denominator) AS (
    2 * remainder > denominator OR (2 * remainder = denominator AND quotient % 2 = 1)
);
CREATE OR REPLACE MACRO divide_magnitude(magnitude, denominator) AS (
    magnitude // denominator
    + rounds_up(magnitude // denominator, magnitude % denominator, denominator)::HUGEINT
);
CREATE OR REPLACE MACRO divide_half_even(numerator, denominator) AS (
    CASE WHEN denominator > 0
        THEN sign(numerator)::HUGEINT * divide_magnitude(abs(numerator::HUGEINT), denominator::HUGEINT)
    END
);

-- A mean to one decimal, and basis points as percent with two.
CREATE OR REPLACE MACRO mean_tenths(total, months) AS ((divide_half_even(total * 10, months) / 10)::DECIMAL(14, 1));
CREATE OR REPLACE MACRO percent(basis_points) AS ((basis_points / 100)::DECIMAL(12, 2));

-- Published values. Each macro looks first for what nearly every value is, as 600,000 rows of 22 columns pass through
-- them; whatever is left takes the careful way, which gives the same answer for both.

-- A published text without the blanks around it; nothing but blanks stands for none.
CREATE OR REPLACE MACRO published_text(text) AS (
    CASE WHEN text = '' OR text LIKE ' %' OR text LIKE '% ' THEN nullif(trim(text), '') ELSE text END
);

-- A published month, 202005 or 2021-03, as 2020-05.
CREATE OR REPLACE MACRO published_month(text) AS (
    CASE WHEN length(trim(text)) = 6 THEN left(trim(text), 4) || '-' || right(trim(text), 2) ELSE trim(text) END
);

-- A published date: 19880101 or 1988-01-01; blank, 00010101 and 0001-01-01 stand for none.
CREATE OR REPLACE MACRO is_no_date(text) AS (replace(trim(text), '-', '') IN ('', '00010101'));
CREATE OR REPLACE MACRO published_date(text) AS (
    CASE
        WHEN text = '' THEN NULL
        WHEN text BETWEEN '0001' AND '9999-12-31' AND text LIKE '____-__-__' THEN nullif(TRY_CAST(text AS DATE), DATE '0001-01-01')
        WHEN NOT is_no_date(text) AND regexp_full_match(trim(text), '\d{8}|\d{4}-\d{2}-\d{2}')
            THEN try_strptime(replace(trim(text), '-', ''), '%Y%m%d')::DATE
    END
);

-- A published code: digits whose leading zeros may have been lost; blank or zero stands for none. What is longer or no
-- number stays as it came, for the gate to object to.
CREATE OR REPLACE MACRO published_code(text, width) AS (
    CASE
        WHEN strlen(text) = width AND text NOT LIKE '0%' AND text NOT LIKE ' %' AND text NOT LIKE '% ' THEN text
        WHEN ltrim(trim(text), '0') = '' THEN NULL
        WHEN regexp_full_match(trim(text), '\d+') THEN lpad(trim(text), greatest(width, length(trim(text)))::INTEGER, '0')
        ELSE trim(text)
    END
);

-- A postal code: five digits since 2015-08, whose leading zero may have been lost, or the old six as 363-888.
CREATE OR REPLACE MACRO published_postal_code(text) AS (
    CASE
        WHEN strlen(text) = 5 THEN published_code(text, 5)
        WHEN regexp_full_match(trim(text), '\d{6}') AND ltrim(trim(text), '0') <> ''
            THEN left(trim(text), 3) || '-' || right(trim(text), 3)
        ELSE published_code(text, 5)
    END
);

-- An industry code; zeros, which stand for none, are kept: the source wrote them in some years and nothing in others.
CREATE OR REPLACE MACRO published_industry_code(text) AS (
    CASE WHEN text LIKE '%0' AND ltrim(trim(text), '0') = '' THEN '000000' ELSE published_code(text, 6) END
);

-- A published code of one digit that is 1 or 2; null for anything else.
CREATE OR REPLACE MACRO published_one_or_two(text) AS (
    CASE trim(text) WHEN '1' THEN 1 WHEN '2' THEN 2 END::TINYINT
);

-- A value as it came, for a message: in quotes, and no longer than a line bears.
CREATE OR REPLACE MACRO quote_value(text) AS ('''' || left(text, 40) || '''');

-- A published whole number; text with a fraction or a sign is no count.
CREATE OR REPLACE MACRO published_count(text) AS (
    CASE WHEN regexp_full_match(trim(text), '\d{1,15}') THEN trim(text)::BIGINT END
);

-- One complaint about one value, or null when there is none.
CREATE OR REPLACE MACRO complaint(is_bad, column_name, text, problem) AS (
    CASE WHEN is_bad THEN column_name || ': ' || quote_value(text) || ' ' || problem END
);

-- The quarter judged, for every area of a view of month facts (area, quarter and the measures of a month):
-- monthly means, and the change of each measure against each base of the view `comparison`
-- (base, base_quarter, scope). Everything stays whole until the last division: means are compared as
-- sums cross-multiplied with the months they cover, payroll with the contribution rate as well.
CREATE OR REPLACE MACRO quarter_facts(month_facts) AS TABLE
WITH month AS (FROM query_table(month_facts)),
total AS (
    SELECT
        area, quarter, 'all' AS scope, count(*) AS months, min(rate_bp) AS rate_bp,
        sum(workplaces) AS workplaces, sum(workers) AS workers, sum(billed_amount_krw) AS billed
    FROM month
    WHERE workplaces IS NOT NULL
    GROUP BY area, quarter
    UNION ALL
    SELECT
        area, quarter, 'corporations', count(*), min(rate_bp),
        sum(corporate_workplaces), sum(corporate_workers), sum(corporate_billed_amount_krw)
    FROM month
    WHERE workplaces IS NOT NULL
    GROUP BY area, quarter
),
measure AS (
    SELECT area, quarter, scope, months, unnest([
        {'measure': 'workplaces', 'total': workplaces, 'weight': months},
        {'measure': 'workers', 'total': workers, 'weight': months},
        {'measure': 'payroll_krw', 'total': billed, 'weight': months * rate_bp}
    ], recursive := TRUE)
    FROM total
),
change AS (
    SELECT
        now.area,
        base,
        now.measure,
        divide_half_even(
            (now.total * before.weight - before.total * now.weight) * 10000, before.total * now.weight
        ) AS change_bp,
        CASE
            WHEN coalesce(before.total, 0) = 0 THEN 'not_computable'
            WHEN least(now.months, before.months) < 3 THEN 'partial'
            ELSE 'ok'
        END AS status
    FROM comparison
    JOIN measure AS now ON now.quarter = getvariable('quarter') AND now.scope = comparison.scope
    LEFT JOIN measure AS before
        ON before.area = now.area AND before.quarter = base_quarter
        AND before.scope = now.scope AND before.measure = now.measure
),
wide AS (
    SELECT
        area,
        max(change_bp) FILTER (base = 'quarter' AND measure = 'workplaces') AS workplaces_quarter,
        max(change_bp) FILTER (base = 'quarter' AND measure = 'workers') AS workers_quarter,
        max(change_bp) FILTER (base = 'quarter' AND measure = 'payroll_krw') AS payroll_quarter,
        max(change_bp) FILTER (base = 'year' AND measure = 'workplaces') AS workplaces_year,
        max(change_bp) FILTER (base = 'year' AND measure = 'workers') AS workers_year,
        max(change_bp) FILTER (base = 'year' AND measure = 'payroll_krw') AS payroll_year,
        max(change_bp) FILTER (base = 'two_years' AND measure = 'workplaces') AS workplaces_two_years,
        max(change_bp) FILTER (base = 'two_years' AND measure = 'workers') AS workers_two_years,
        max(change_bp) FILTER (base = 'two_years' AND measure = 'payroll_krw') AS payroll_two_years,
        max(status) FILTER (base = 'quarter' AND measure = 'workers') AS quarter_status,
        max(status) FILTER (base = 'year' AND measure = 'workers') AS year_status,
        max(status) FILTER (base = 'two_years' AND measure = 'workers') AS two_years_status
    FROM change
    GROUP BY area
),
level AS (
    SELECT
        area,
        count(workplaces) AS months,
        sum(workplaces) AS workplaces, sum(workers) AS workers, sum(billed_amount_krw) AS billed,
        min(rate_bp) AS rate_bp, sum(joined) AS joined, sum("left") AS "left",
        sum(largest_workplace_workers) AS largest, sum(ambiguous_workplaces) AS ambiguous, count(*) AS seen
    FROM month
    WHERE quarter = getvariable('quarter')
    GROUP BY area
)
SELECT
    area,
    months::INTEGER AS months,
    mean_tenths(workplaces, months) AS workplaces,
    mean_tenths(workers, months) AS workers,
    divide_half_even(billed * 10000, months * rate_bp)::BIGINT AS payroll_krw,
    divide_half_even(billed * 10000, workers * rate_bp)::BIGINT AS pay_per_worker_krw,
    mean_tenths(joined, months) AS joined,
    mean_tenths("left", months) AS "left",
    percent(divide_half_even(largest * 10000, workers)) AS largest_share_pct,
    mean_tenths(ambiguous, seen) AS ambiguous_workplaces,
    CASE
        WHEN months = 0 THEN 'not_computable'
        WHEN months < 3 THEN 'partial'
        WHEN 2 * largest > workers THEN 'dominated_by_one'
        WHEN workplaces < 20 * months THEN 'few_workplaces'
        ELSE 'ok'
    END AS status,
    percent(workplaces_quarter) AS workplaces_change_quarter_pct,
    percent(workers_quarter) AS workers_change_quarter_pct,
    percent(payroll_quarter) AS payroll_change_quarter_pct,
    percent(workplaces_year) AS workplaces_change_year_pct,
    percent(workers_year) AS workers_change_year_pct,
    percent(payroll_year) AS payroll_change_year_pct,
    percent(workplaces_two_years) AS workplaces_change_two_years_pct,
    percent(workers_two_years) AS workers_change_two_years_pct,
    percent(payroll_two_years) AS payroll_change_two_years_pct,
    (SELECT scope FROM comparison WHERE base = 'quarter') AS quarter_scope,
    coalesce(quarter_status, 'not_computable') AS quarter_status,
    (SELECT scope FROM comparison WHERE base = 'year') AS year_scope,
    coalesce(year_status, 'not_computable') AS year_status,
    (SELECT scope FROM comparison WHERE base = 'two_years') AS two_years_scope,
    coalesce(two_years_status, 'not_computable') AS two_years_status
FROM level
LEFT JOIN wide USING (area);

-- A part of a whole to six decimals, null where the whole is not positive; what the gate compares and keeps.
CREATE OR REPLACE MACRO share_of(part, whole) AS (
    (divide_half_even(part::HUGEINT * 1000000, whole::HUGEINT) / 1000000)::DECIMAL(18, 6)
);
-- Today's code of the 시도 a row lies in, from the regions joined by its 시군구 and by its 시도.
CREATE OR REPLACE MACRO sido_today(sigungu_successor, sido_successor, sido_code) AS (
    coalesce(sigungu_successor[:2], sido_successor, sido_code)
);

-- Workplaces through time. The place of a workplace is its postal code, which no reform of region codes changes.
CREATE OR REPLACE MACRO workplace_place(postal_code, legal_dong_code) AS (coalesce(postal_code, legal_dong_code[:8], ''));
CREATE OR REPLACE MACRO road_name(road_address) AS (split_part(road_address, ' ', -1));

-- A name without the corporate form and everything else that the same firm writes now so, now otherwise.
CREATE OR REPLACE MACRO plain_name(name) AS (
    regexp_replace(
        name,
        '주식회사|유한책임회사|유한회사|합자회사|합명회사|[(（][주유합재사의][)）]|㈜|㈔|㈐|[\s()（）.,·&''"/-]+',
        '', 'g'
    )
);

-- The surrogate of a workplace: a digest of what it was called and where it stood when it was first seen.
CREATE OR REPLACE MACRO workplace_key(plain, prefix, place, told_apart) AS (
    md5(concat_ws('|', coalesce(plain, ''), prefix, place, told_apart))[:16]
);

-- Fewest subscribers with which a workplace of a legal form is in the file, and whether one was about to fall below.
CREATE OR REPLACE MACRO coverage_floor(legal_form) AS (CASE WHEN legal_form = 1 THEN 3 ELSE 10 END);
CREATE OR REPLACE MACRO near_floor(legal_form, subscribers, left_heads) AS (
    subscribers - left_heads < coverage_floor(legal_form) OR subscribers <= coverage_floor(legal_form) + 1
);
