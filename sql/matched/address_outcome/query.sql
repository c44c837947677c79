-- What the addresses of a month say of who is there. `spot` holds the addresses, each with the industry codes in it where
-- districts ask for these. The surest evidence decides: the district's name or an allow-listed road in the address (high),
-- the postal code and legal dong (medium). Of nested districts the inner one wins; several that are left are ambiguous and
-- stay with nobody. A place is medium with a trade that usually settles there, and alone it is low; as it is where the
-- district lists roads and theirs is none of these, or another one claims a part of the legal dong, or the road leads on to
-- other places. Other trades make high medium, medium low, and beside the listed roads ambiguous: where a trade matters there
-- is a second row for the others than the usual ones. Of addresses that nobody speaks for there is none.
WITH place AS (
    SELECT
        spot.spot_number, address.address_key, address.place_code, address.place_code[:5] AS sigungu_code, address.road,
        address.postal_code, spot.industry_code, spot.rows
    FROM spot JOIN address USING (address_number)
),
said AS (
    SELECT DISTINCT spot_number, district_id, evidence, rank
    FROM claimed_address JOIN place USING (address_key)
    WHERE industry_prefix IS NULL OR starts_with(place.industry_code, industry_prefix)
),
through_road AS (
    -- A road of which more than a twentieth lies at places that a district does not claim leads on to others.
    SELECT sigungu_code, road, district_id
    FROM (
        SELECT
            sigungu_code, road, spoken.district_id,
            coalesce(sum(rows) FILTER (own.district_id IS NOT NULL), 0) AS own_rows
        FROM (SELECT DISTINCT spot_number, district_id FROM said WHERE rank >= 4) AS spoken
        JOIN place USING (spot_number)
        LEFT JOIN (SELECT DISTINCT district_id, legal_dong_code, postal_code FROM claim) AS own
            ON own.district_id = spoken.district_id AND own.legal_dong_code = place.place_code
            AND (own.postal_code IS NULL OR own.postal_code = place.postal_code)
        WHERE road <> '' AND spoken.district_id IN (SELECT district_id FROM claim)
        GROUP BY ALL
    )
    JOIN (SELECT sigungu_code, road, sum(rows) AS rows FROM place GROUP BY ALL) USING (sigungu_code, road)
    WHERE own_rows < 0.95 * rows
),
candidate AS (
    -- Such a road on a district's list tells nothing beyond the place.
    SELECT
        said.spot_number,
        said.district_id,
        through_road.district_id IS NOT NULL AS leads_on,
        CASE WHEN leads_on AND said.rank = 4 THEN 'through_road' ELSE said.evidence END AS evidence,
        CASE WHEN leads_on AND said.rank = 4 THEN 7 ELSE said.rank END AS rank
    FROM said
    JOIN place USING (spot_number)
    LEFT JOIN through_road
        ON through_road.sigungu_code = place.sigungu_code
        AND through_road.road = place.road
        AND through_road.district_id = said.district_id
),
surest AS (
    SELECT * FROM candidate QUALIFY rank = min(rank) OVER (PARTITION BY spot_number)
),
innermost AS (
    FROM surest AS outermost
    WHERE NOT EXISTS (
        FROM surest AS inner_one
        JOIN nest ON nest.inner_id = inner_one.district_id
        WHERE inner_one.spot_number = outermost.spot_number AND nest.outer_id = outermost.district_id
            AND (nest.is_narrower OR outermost.rank < 5)
    )
),
found AS (
    SELECT
        spot_number,
        min(district_id) AS district_id,
        min(district_id) <> max(district_id) AS are_several,
        min(rank) AS rank,
        CASE
            WHEN min(evidence) <> max(evidence) OR (min(rank) = 5 AND are_several) THEN 'place'
            ELSE min(evidence)
        END AS evidence,
        bool_or(leads_on) AS leads_on
    FROM innermost
    GROUP BY spot_number
),
several AS (
    SELECT spot_number, string_agg(DISTINCT district_id, '|' ORDER BY district_id) AS district_ids
    FROM innermost
    WHERE spot_number IN (SELECT spot_number FROM found WHERE are_several)
    GROUP BY spot_number
),
weighed AS (
    SELECT
        found.* EXCLUDE (leads_on),
        coalesce(several.district_ids, found.district_id) AS district_ids,
        -- Where nothing is asked of the trade, the place tells by itself.
        rank = 5 AND leads_on AND habit.district_id IS NOT NULL AS leads_on,
        first_division,
        last_division,
        is_unusual
    FROM found
    LEFT JOIN several USING (spot_number)
    -- Several districts claim no less whoever it is.
    LEFT JOIN habit ON habit.district_id = found.district_id AND NOT are_several
    JOIN (VALUES (false), (true)) AS trade(is_unusual) ON NOT is_unusual OR habit.district_id IS NOT NULL
),
graded AS (
    SELECT
        * REPLACE (
            CASE
                WHEN evidence IN ('postal_code', 'legal_dong') AND leads_on THEN 'through_road'
                WHEN evidence IN ('postal_code', 'legal_dong') AND is_unusual THEN 'other_trade'
                ELSE evidence
            END AS evidence
        ),
        CASE
            WHEN rank = 6 THEN 'not_assignable'
            WHEN are_several OR rank = 7 OR (is_unusual AND evidence = 'beside_roads') THEN 'ambiguous'
            WHEN rank = 5 AND (is_unusual OR leads_on OR evidence IN ('beside_roads', 'shared_dong', 'any_trade')) THEN 'low'
            WHEN rank = 5 OR is_unusual THEN 'medium'
            ELSE 'high'
        END AS grade
    FROM weighed
)
SELECT
    spot_number,
    is_unusual,
    first_division,
    last_division,
    CASE WHEN grade IN ('high', 'medium', 'low') THEN district_id END AS district_id,
    grade,
    evidence,
    CASE WHEN grade IN ('ambiguous', 'not_assignable') THEN district_ids END AS candidate_ids
FROM graded
ORDER BY spot_number, is_unusual
