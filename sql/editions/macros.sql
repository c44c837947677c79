-- Change of a mean in basis points; a mean is a sum over a weight, and the base's must be positive.
CREATE OR REPLACE MACRO change_bp(now, now_weight, before, before_weight) AS (
    divide_half_even(
        (now::HUGEINT * before_weight - before::HUGEINT * now_weight) * 10000, before::HUGEINT * now_weight
    )
);
-- greatest() would turn null, which is unknown, into 0.
CREATE OR REPLACE MACRO not_negative(number) AS (CASE WHEN number < 0 THEN 0 ELSE number END);
-- Whether a comparison holds; the first that applies.
CREATE OR REPLACE MACRO change_status(has_break, has_base, months) AS (
    CASE
        WHEN has_break THEN 'unadjusted_break'
        WHEN NOT has_base THEN 'not_computable'
        WHEN months < 3 THEN 'partial'
        ELSE 'ok'
    END
);

-- The rows of one of the tables by industry or by size: every area of a kind in the quarter judged, part by part.
CREATE OR REPLACE MACRO quarter_parts(facts, of_kind, of_cut) AS TABLE
SELECT area, part, getvariable('quarter') AS quarter, getvariable('edition') AS edition, * EXCLUDE (kind, area, cut, part)
FROM query_table(facts)
WHERE kind = of_kind AND cut = of_cut;
