-- Integer division rounded half to even, null for a denominator that is not positive: the only rounding there is. The quotient
-- is guessed in floating point, mended by the remainder of the guess, and exact for whatever lies below 2^100: dividing
-- 128-bit integers takes ten times as long. No CASE, inside which DuckDB computes again and again what recurs.
CREATE OR REPLACE MACRO nearer_quotient(numerator, denominator, quotient) AS (
    quotient + ((numerator - quotient * denominator)::DOUBLE / denominator::DOUBLE)::HUGEINT
);
CREATE OR REPLACE MACRO half_even_from(numerator, denominator, quotient) AS (
    quotient
    + (2 * (numerator - quotient * denominator) > denominator - (quotient & 1))::HUGEINT
    - (2 * (numerator - quotient * denominator) < (quotient & 1) - denominator)::HUGEINT
);
CREATE OR REPLACE MACRO divide_by_positive(numerator, denominator) AS (
    half_even_from(
        numerator, denominator,
        nearer_quotient(numerator, denominator, (numerator::DOUBLE / denominator::DOUBLE)::HUGEINT)
    )
);
CREATE OR REPLACE MACRO divide_half_even(numerator, denominator) AS (
    divide_by_positive(numerator::HUGEINT, nullif(greatest(denominator::HUGEINT, 0), 0))
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
CREATE OR REPLACE MACRO near_floor(legal_form, subscribers, departed_heads) AS (
    subscribers - departed_heads < coverage_floor(legal_form) OR subscribers <= coverage_floor(legal_form) + 1
);

-- A text with its blanks made single: the source writes two between 시도 and what follows where there is no 시군구.
CREATE OR REPLACE MACRO single_blanks(text) AS (
    CASE WHEN contains(text, '  ') THEN regexp_replace(text, ' +', ' ', 'g') ELSE text END
);

-- The name by which a register row and a published workplace are the same firm: `plain_name` of the text in compatibility
-- form (NFKC, done before), without what stands in brackets and without 제n공장, X공장 or X지점 at its end. A name of which
-- that leaves less than two characters keeps more of itself.
CREATE OR REPLACE MACRO without_brackets(name) AS (
    CASE WHEN regexp_matches(name, '[(\[{<〔【]') THEN regexp_replace(name, '[(\[{<〔【][^()\[\]{}<>〔〕【】]*[)\]}>〕】]?', ' ', 'g') ELSE name END
);
CREATE OR REPLACE MACRO without_site(name) AS (
    CASE
        WHEN regexp_matches(name, '(공장|지점)\s*$')
            THEN regexp_replace(name, '((^|[\s,]+)[^\s,]*(공장|지점)[\s,]*)+$|(제?\d+공장|지점)\s*$', '', '')
        ELSE name
    END
);
CREATE OR REPLACE MACRO first_of_length(one, two, three) AS (
    CASE WHEN length(one) >= 2 THEN one WHEN length(two) >= 2 THEN two ELSE three END
);
CREATE OR REPLACE MACRO factory_name(name) AS (
    first_of_length(
        plain_name(without_site(without_brackets(replace(name, '주시회사', '주식회사')))),
        plain_name(without_brackets(name)),
        plain_name(name)
    )
);

-- Rows of building sites, which firms enrol for day labourers.
CREATE OR REPLACE MACRO is_building_site(name) AS (contains(name, '/일용') OR contains(name, '/상용'));
