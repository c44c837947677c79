-- How a month was placed and traced beside the last one that counts before it, both under the same districts and on today's
-- codes: in the nation and in each 시도. `placed_to_before` compares the shares of corporations in districts (the file took in
-- sole proprietors at one time), `stayed_share` is of the workplaces in a district then and still counted those in the same
-- one, `recognised_share` of all that counted then those the file still knows. Null where fewer than 30 workplaces tell.
WITH before AS (
    SELECT workplace_id, district_id, sido_code, legal_form FROM district_member_before WHERE is_counted
),
now AS (
    SELECT workplace_id, any_value(district_id) AS district_id, bool_or(is_counted) AS is_counted
    FROM district_member
    GROUP BY workplace_id
),
pair AS (
    SELECT
        before.sido_code,
        now.workplace_id IS NOT NULL AS is_recognised,
        before.district_id IS NOT NULL AND coalesce(now.is_counted, false) AS could_stay,
        could_stay AND before.district_id IS NOT DISTINCT FROM now.district_id AS stayed
    FROM before
    LEFT JOIN now ON now.workplace_id = before.workplace_id
),
followed AS (
    SELECT
        CASE WHEN GROUPING(sido_code) = 1 THEN '00' ELSE sido_code END AS area,
        count(*) AS known,
        count(*) FILTER (is_recognised) AS recognised,
        count(*) FILTER (could_stay) AS placed_still_here,
        count(*) FILTER (stayed) AS stayed
    FROM pair
    GROUP BY GROUPING SETS ((), (sido_code))
),
placed AS (
    SELECT
        CASE WHEN GROUPING(sido_code) = 1 THEN '00' ELSE sido_code END AS area,
        count(*) FILTER (is_now) AS rows,
        count(*) FILTER (is_now AND district_id IS NOT NULL) AS placed,
        count(*) FILTER (NOT is_now) AS rows_before,
        count(*) FILTER (NOT is_now AND district_id IS NOT NULL) AS placed_before
    FROM (
        SELECT true AS is_now, sido_code, district_id FROM district_member WHERE is_counted AND legal_form = 1
        UNION ALL
        SELECT false, sido_code, district_id FROM before WHERE legal_form = 1
    )
    GROUP BY GROUPING SETS ((), (sido_code))
),
share AS (
    SELECT
        area.area,
        area.name,
        CASE WHEN placed_before >= 30 THEN share_of(placed::HUGEINT * rows_before, placed_before::HUGEINT * rows) END AS placed_to_before,
        CASE WHEN known >= 30 THEN share_of(recognised, known) END AS recognised_share,
        CASE WHEN placed_still_here >= 30 THEN share_of(stayed, placed_still_here) END AS stayed_share
    FROM area
    LEFT JOIN followed USING (area)
    LEFT JOIN placed USING (area)
)
SELECT
    area,
    name,
    CASE WHEN area = '00' THEN placed_to_before END AS nation_placed_to_before,
    CASE WHEN area <> '00' THEN placed_to_before END AS sido_placed_to_before,
    CASE WHEN area = '00' THEN stayed_share END AS nation_stayed_share,
    CASE WHEN area <> '00' THEN stayed_share END AS sido_stayed_share,
    CASE WHEN area = '00' THEN recognised_share END AS nation_recognised_share,
    CASE WHEN area <> '00' THEN recognised_share END AS sido_recognised_share
FROM share
ORDER BY area
