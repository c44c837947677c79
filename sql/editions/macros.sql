-- Change of a mean in basis points; a mean is a sum over a weight, and the base's must be positive.
CREATE OR REPLACE MACRO change_bp(now, now_weight, before, before_weight) AS (
    divide_half_even(
        (now::HUGEINT * before_weight - before::HUGEINT * now_weight) * 10000, before::HUGEINT * now_weight
    )
);
-- Pay behind billed won, per month or per head: won / (weight x contribution rate), whole won.
CREATE OR REPLACE MACRO mean_won(billed, weight, rate_bp) AS (
    divide_half_even(billed::HUGEINT * 10000, weight * rate_bp)::BIGINT
);
-- Contribution of a part to the change of a whole, in basis points of the whole's base: both means are sums over
-- weights.
CREATE OR REPLACE MACRO contribution_bp(now, now_weight, before, before_weight, whole_before) AS (
    divide_half_even(
        (now::HUGEINT * before_weight - before::HUGEINT * now_weight) * 10000, whole_before::HUGEINT * now_weight
    )
);
-- greatest() would turn null, which is unknown, into 0.
CREATE OR REPLACE MACRO not_negative(number) AS (CASE WHEN number < 0 THEN 0 ELSE number END);
-- Status of a comparison; the first that applies.
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
