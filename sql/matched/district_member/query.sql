-- Where every workplace of a month lies. Codes and names of a row are taken to today's legal dong first. Then what a
-- registry says is looked for from the surest to the least sure: an override, a supplied list, the district's name or
-- an allow-listed road in the address (high), the postal code and legal dong (medium). The first that says anything
-- decides. Of nested districts the inner one wins; several that are left are ambiguous and stay with nobody. A place is
-- medium with a trade that usually settles there, and alone it is low; as it is where the district lists roads and theirs
-- is none of these, or another one claims a part of the legal dong, or the road leads on to other places. Other trades
-- make high medium, medium low, and beside the listed roads ambiguous.
WITH keyed AS NOT MATERIALIZED (
    SELECT *, hash(legal_dong_code, lot_address, road_address, postal_code, industry) AS spot_id
    FROM (SELECT *, CASE WHEN getvariable('by_industry') THEN industry_code END AS industry FROM workplace)
),
spot AS (
    -- All that evidence is about; many rows share it.
    SELECT
        spot_id,
        any_value(legal_dong_code) AS legal_dong_code,
        any_value(lot_address) AS lot_address,
        any_value(road_address) AS road_address,
        any_value(postal_code) AS postal_code,
        any_value(industry) AS industry_code,
        count(*) AS rows
    FROM keyed
    GROUP BY spot_id
),
named AS (
    SELECT
        spot.*,
        dong_today.today_code,
        name_today.today_emd_code,
        sigungu_then.sigungu_code AS sigungu_then
    FROM spot
    LEFT JOIN dong_today USING (legal_dong_code)
    LEFT JOIN sigungu_then USING (legal_dong_code)
    -- A name that was the code's own does not disagree with it, whatever both became.
    LEFT JOIN name_today
        ON name_today.address = single_blanks(spot.lot_address)
        AND name_today.address IS DISTINCT FROM dong_today.address
),
located AS (
    -- Where code and name disagree the name counts, as a wrong code looks as good as a right one. Of a divided dong
    -- the name tells the part.
    SELECT
        named.* EXCLUDE (today_code, today_emd_code, legal_dong_code),
        CASE
            WHEN named.today_emd_code IS NULL OR named.today_code[:8] = named.today_emd_code THEN named.today_code
            ELSE coalesce(dong_divided.today_code, named.today_emd_code || '00')
        END AS dong_code,
        named.legal_dong_code AS published_code,
        replace(concat_ws(' ', lot_address, road_address), ' ', '') AS address,
        regexp_extract(road_address, '(\S+)$', 1) AS road
    FROM named
    LEFT JOIN dong_divided
        ON dong_divided.legal_dong_code = named.legal_dong_code
        AND dong_divided.today_emd_code = named.today_emd_code
),
place AS (
    SELECT *, coalesce(dong_code, published_code) AS place_code FROM located
),
said AS (
    SELECT spot_id, name.district_id, 'name' AS evidence, 3 AS rank
    FROM place JOIN name ON name.sigungu_code = place.place_code[:5] AND contains(place.address, name.text)
    UNION
    SELECT spot_id, road.district_id, 'road', 4
    FROM place JOIN road ON road.road = place.road AND road.area_code IN (place.place_code[:8], place.place_code[:5])
    UNION
    SELECT
        spot_id, claim.district_id, claim.evidence,
        CASE WHEN claim.evidence IN ('building', 'dong_alone') THEN 6 ELSE 5 END
    FROM place
    JOIN claim
        ON claim.legal_dong_code = place.place_code
        AND (claim.postal_code IS NULL OR claim.postal_code = place.postal_code)
        AND (claim.industry_code IS NULL OR starts_with(place.industry_code, claim.industry_code))
),
through_road AS (
    -- A road of which more than a twentieth lies at places that a district does not claim leads on to others.
    SELECT sigungu_code, road, district_id
    FROM (
        SELECT
            place_code[:5] AS sigungu_code, road, spoken.district_id,
            coalesce(sum(rows) FILTER (own.district_id IS NOT NULL), 0) AS own_rows
        FROM (SELECT DISTINCT spot_id, district_id FROM said WHERE rank >= 4) AS spoken
        JOIN place USING (spot_id)
        LEFT JOIN (SELECT DISTINCT district_id, legal_dong_code, postal_code FROM claim) AS own
            ON own.district_id = spoken.district_id AND own.legal_dong_code = place.place_code
            AND (own.postal_code IS NULL OR own.postal_code = place.postal_code)
        WHERE road <> '' AND spoken.district_id IN (SELECT district_id FROM claim)
        GROUP BY ALL
    )
    JOIN (SELECT place_code[:5] AS sigungu_code, road, sum(rows) AS rows FROM place GROUP BY ALL) USING (sigungu_code, road)
    WHERE own_rows < 0.95 * rows
),
candidate AS (
    -- Such a road on a district's list tells nothing beyond the place.
    SELECT
        said.spot_id,
        said.district_id,
        through_road.district_id IS NOT NULL AS leads_on,
        CASE WHEN leads_on AND said.rank = 4 THEN 'through_road' ELSE said.evidence END AS evidence,
        CASE WHEN leads_on AND said.rank = 4 THEN 7 ELSE said.rank END AS rank
    FROM said
    JOIN place USING (spot_id)
    LEFT JOIN through_road
        ON through_road.sigungu_code = place.place_code[:5]
        AND through_road.road = place.road
        AND through_road.district_id = said.district_id
),
surest AS (
    SELECT * FROM candidate QUALIFY rank = min(rank) OVER (PARTITION BY spot_id)
),
innermost AS (
    FROM surest AS outermost
    WHERE NOT EXISTS (
        FROM surest AS inner_one
        JOIN nest ON nest.inner_id = inner_one.district_id
        WHERE inner_one.spot_id = outermost.spot_id AND nest.outer_id = outermost.district_id
            AND (nest.is_narrower OR outermost.rank < 5)
    )
),
found AS (
    SELECT
        spot_id,
        list(DISTINCT district_id ORDER BY district_id) AS district_ids,
        min(rank) AS rank,
        CASE
            WHEN count(DISTINCT evidence) > 1 OR (min(rank) = 5 AND count(DISTINCT district_id) > 1) THEN 'place'
            ELSE min(evidence)
        END AS evidence,
        bool_or(leads_on) AS leads_on
    FROM innermost
    GROUP BY spot_id
),
placed AS (
    SELECT
        workplace.row_number,
        arg_min(placement.role, placement.role = 'list') AS role,
        arg_min({'id': placement.district_id}, placement.role = 'list').id AS district_id,
        list(DISTINCT placement.district_id ORDER BY placement.district_id) FILTER (placement.role = 'list') AS listed_ids
    FROM workplace
    JOIN placement
        ON placement.business_number_prefix = workplace.business_number_prefix
        AND plain_name(placement.workplace_name) = plain_name(workplace.workplace_name)
    LEFT JOIN dong_today ON dong_today.legal_dong_code = workplace.legal_dong_code
    WHERE placement.legal_dong_code IS NULL
        OR placement.legal_dong_code = coalesce(dong_today.today_code, workplace.legal_dong_code)
    GROUP BY workplace.row_number
),
judged AS (
    SELECT
        workplace.*,
        place.dong_code,
        place.sigungu_then,
        CASE
            WHEN placed.role = 'override' THEN [placed.district_id]
            WHEN placed.role = 'list' THEN placed.listed_ids
            ELSE coalesce(found.district_ids, [])
        END AS district_ids,
        coalesce(placed.role, found.evidence) AS evidence,
        placed.role IS NULL AND found.rank = 5 AND found.leads_on AS leads_on,
        CASE WHEN placed.role IS NOT NULL THEN 1 ELSE found.rank END AS rank
    FROM keyed AS workplace
    LEFT JOIN place USING (spot_id)
    LEFT JOIN found USING (spot_id)
    LEFT JOIN placed USING (row_number)
),
division AS (
    SELECT industry_code, arg_max(industry_rule.division, length(code_prefix)) AS division
    FROM (SELECT DISTINCT industry_code FROM workplace)
    JOIN industry_rule ON starts_with(industry_code, code_prefix)
    WHERE industry_code NOT IN ('000000', '999999')
    GROUP BY industry_code
),
weighed AS (
    SELECT
        judged.* EXCLUDE (leads_on),
        coalesce(division.division, 'unknown') AS division,
        -- Where nothing is asked of the trade, the place tells by itself.
        leads_on AND habit.district_id IS NOT NULL AS leads_on,
        habit.district_id IS NOT NULL
            AND coalesce(division.division, 'unknown') NOT BETWEEN first_division AND last_division AS is_unusual
    FROM judged
    LEFT JOIN division ON division.industry_code = judged.industry_code
    -- Several districts claim no less whoever it is.
    LEFT JOIN habit ON habit.district_id = CASE WHEN len(judged.district_ids) = 1 THEN judged.district_ids[1] END
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
            WHEN rank IS NULL OR district_ids = [NULL] THEN 'none'
            WHEN rank = 6 THEN 'not_assignable'
            WHEN len(district_ids) > 1 OR rank = 7 OR (is_unusual AND evidence = 'beside_roads') THEN 'ambiguous'
            WHEN rank = 5 AND (is_unusual OR leads_on OR evidence IN ('beside_roads', 'shared_dong', 'any_trade')) THEN 'low'
            WHEN rank = 5 OR (is_unusual AND rank > 1) THEN 'medium'
            ELSE 'high'
        END AS grade
    FROM weighed
)
SELECT
    graded.row_number,
    graded.data_month,
    workplace_trace.workplace_id,
    CASE WHEN grade IN ('high', 'medium', 'low') THEN district_ids[1] END AS district_id,
    grade,
    evidence,
    CASE WHEN grade IN ('ambiguous', 'not_assignable') THEN array_to_string(district_ids, '|') END AS candidate_ids,
    sido_today(coalesce(dong_code[:5], sigungu.successor_code), sido.successor_code, graded.sido_code) AS sido_code,
    coalesce(dong_code[:5], sigungu.successor_code, graded.legal_dong_code[:5]) AS sigungu_code,
    dong_code AS legal_dong_code,
    sigungu_then AS sigungu_code_then,
    graded.division,
    CASE WHEN graded.status = 1 THEN size_band(graded.subscribers) END AS size_band,
    graded.legal_form,
    graded.status = 1 AND graded.subscribers >= 1 AS is_counted,
    graded.subscribers,
    graded.billed_amount_krw,
    graded.joined,
    graded.departed
FROM graded
LEFT JOIN workplace_trace USING (row_number)
LEFT JOIN region AS sigungu ON sigungu.region_code = graded.legal_dong_code[:5]
LEFT JOIN region AS sido ON sido.region_code = graded.sido_code
ORDER BY graded.row_number
