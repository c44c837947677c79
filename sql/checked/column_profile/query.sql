-- Each column that decides where a workplace belongs or which one it is, in the nation and in each 시도 of today: the share
-- of enrolled rows that can be used in it, beside the month before, and the share of the workplaces in both months that
-- say the same in it. A workplace is in both months where its plain name and number stand once in each. What a reform of
-- codes renames is no change: legal dongs are compared as they are called today, addresses by their last word, the dong or
-- the road, and missing trades are one, however the source writes them. Of `workplace` the share is those of the month
-- before that are still there, of `figures` those whose people or bills changed; of `subscribers` the share is that of
-- pairs whose people neither halved nor doubled, give or take three heads, of `pay` that of pairs whose bill a head, at the
-- rate of its month, neither halved nor doubled. Null where fewer than 30 rows tell, for people and pay fewer than 100;
-- bounds without a month before, and unchanged figures, need 1,000 rows of the nation; a 시도 needs 500 workplaces before it
-- is said how many are still there or unchanged, as the other checks of a 시도 do, and 30 before it is said that most left.
WITH entry AS (
    SELECT
        workplace.data_month = getvariable('data_month') AS is_now,
        coalesce(sido_today(sigungu.successor_code, sido.successor_code, workplace.sido_code), '') AS sido_code,
        hash(plain_name(workplace_name), business_number_prefix) AS identity,
        hash(workplace_name) AS workplace_name,
        length(workplace_name) >= 2 AS has_name,
        hash(business_number_prefix) AS business_number_prefix,
        regexp_full_match(business_number_prefix, '\d{6}') AND business_number_prefix <> '000000' AS has_number,
        coalesce(dong_today.today_code, workplace.legal_dong_code) AS legal_dong_code,
        dong_divided.legal_dong_code IS NOT NULL AS is_divided,
        regexp_full_match(workplace.legal_dong_code, '\d{10}') AND workplace.legal_dong_code[6:8] <> '000' AS has_dong,
        postal_code,
        regexp_full_match(postal_code, '\d{5}|\d{3}-\d{3}') AS has_postal_code,
        split_part(lot_address, ' ', -1) AS lot_address,
        regexp_matches(lot_address, '(읍|면|동|리|가|로)( |$)') AS has_lot,
        split_part(road_address, ' ', -1) AS road_address,
        regexp_matches(road_address, '(로|길)( |$)') AS has_road,
        CASE WHEN industry_code NOT IN ('000000', '999999') THEN industry_code END AS industry_code,
        regexp_full_match(industry_code, '\d{6}') AND industry_code NOT IN ('000000', '999999') AS has_industry,
        legal_form,
        enrolled_on,
        hash(subscribers, billed_amount_krw, joined, departed) AS figures,
        subscribers,
        CASE WHEN subscribers >= 1 THEN billed_amount_krw / subscribers / CASE WHEN is_now THEN getvariable('rate_bp') ELSE getvariable('rate_bp_before') END END AS pay
    FROM workplace
    LEFT JOIN region AS sigungu ON sigungu.region_code = workplace.legal_dong_code[:5]
    LEFT JOIN region AS sido ON sido.region_code = workplace.sido_code
    LEFT JOIN dong_today ON dong_today.legal_dong_code = workplace.legal_dong_code
    LEFT JOIN (SELECT DISTINCT legal_dong_code FROM dong_divided) AS dong_divided
        ON dong_divided.legal_dong_code = workplace.legal_dong_code
    WHERE status = 1
),
usable AS (
    SELECT
        is_now, CASE WHEN GROUPING(sido_code) = 1 THEN '00' ELSE sido_code END AS area, count(*) AS rows,
        unnest([
            {'column_name': 'workplace_name', 'usable': count(*) FILTER (has_name)},
            {'column_name': 'business_number_prefix', 'usable': count(*) FILTER (has_number)},
            {'column_name': 'legal_dong_code', 'usable': count(*) FILTER (has_dong)},
            {'column_name': 'postal_code', 'usable': count(*) FILTER (has_postal_code)},
            {'column_name': 'lot_address', 'usable': count(*) FILTER (has_lot)},
            {'column_name': 'road_address', 'usable': count(*) FILTER (has_road)},
            {'column_name': 'industry_code', 'usable': count(*) FILTER (has_industry)},
            {'column_name': 'legal_form', 'usable': count(legal_form)},
            {'column_name': 'enrolled_on', 'usable': count(enrolled_on)}
        ], recursive := true)
    FROM entry
    GROUP BY GROUPING SETS ((is_now), (is_now, sido_code))
),
single AS (
    SELECT *, count(*) OVER (PARTITION BY is_now, identity) AS twins FROM entry
),
pair AS (
    -- The workplaces of the month before with what they say now; by the 시도 they lay in, as a broken code must not move them.
    SELECT before.sido_code, before, now
    FROM (SELECT * FROM single WHERE NOT is_now AND twins = 1) AS before
    LEFT JOIN (SELECT * FROM single WHERE is_now AND twins = 1) AS now ON now.identity = before.identity
),
same AS (
    SELECT
        CASE WHEN GROUPING(sido_code) = 1 THEN '00' ELSE sido_code END AS area,
        unnest([
            {'column_name': 'workplace', 'pairs': count(*), 'same': count(now.identity)},
            {'column_name': 'figures', 'pairs': count(now.identity), 'same': count(now.identity) FILTER (before.figures <> now.figures)},
            {'column_name': 'subscribers', 'pairs': count(now.identity) FILTER (before.subscribers >= 1), 'same': count(now.identity) FILTER (before.subscribers >= 1 AND (abs(now.subscribers - before.subscribers) <= 3 OR now.subscribers BETWEEN before.subscribers / 2 AND before.subscribers * 2))},
            {'column_name': 'pay', 'pairs': count(now.identity) FILTER (before.pay > 0 AND now.pay IS NOT NULL), 'same': count(now.identity) FILTER (before.pay > 0 AND now.pay BETWEEN before.pay / 2 AND before.pay * 2)},
            {'column_name': 'legal_dong_code', 'pairs': count(now.identity) FILTER (NOT before.is_divided AND NOT now.is_divided), 'same': count(now.identity) FILTER (NOT before.is_divided AND NOT now.is_divided AND before.legal_dong_code IS NOT DISTINCT FROM now.legal_dong_code)},
            {'column_name': 'postal_code', 'pairs': count(now.identity), 'same': count(now.identity) FILTER (before.postal_code IS NOT DISTINCT FROM now.postal_code)},
            {'column_name': 'lot_address', 'pairs': count(now.identity), 'same': count(now.identity) FILTER (before.lot_address IS NOT DISTINCT FROM now.lot_address)},
            {'column_name': 'road_address', 'pairs': count(now.identity), 'same': count(now.identity) FILTER (before.road_address IS NOT DISTINCT FROM now.road_address)},
            {'column_name': 'industry_code', 'pairs': count(now.identity), 'same': count(now.identity) FILTER (before.industry_code IS NOT DISTINCT FROM now.industry_code)},
            {'column_name': 'legal_form', 'pairs': count(now.identity), 'same': count(now.identity) FILTER (before.legal_form IS NOT DISTINCT FROM now.legal_form)},
            {'column_name': 'enrolled_on', 'pairs': count(now.identity), 'same': count(now.identity) FILTER (before.enrolled_on IS NOT DISTINCT FROM now.enrolled_on)}
        ], recursive := true)
    FROM pair
    GROUP BY GROUPING SETS ((), (sido_code))
),
area AS (
    SELECT '00' AS area, '전국' AS name
    UNION ALL
    SELECT sido_code, name FROM bound
),
share AS (
    SELECT
        area.area,
        area.name || ' ' || watched.title_ko AS name,
        watched.column_name,
        watched.place,
        watched.least_usable_share,
        now.rows,
        CASE WHEN now.rows >= 30 THEN share_of(now.usable, now.rows) END AS usable_share,
        same.pairs,
        CASE WHEN before.rows >= 30 THEN share_of(before.usable, before.rows) END AS usable_share_before,
        CASE WHEN getvariable('has_month_before') AND same.pairs >= CASE WHEN watched.column_name = 'figures' THEN CASE WHEN area.area <> '00' THEN 500 ELSE 1000 END WHEN watched.column_name IN ('subscribers', 'pay') THEN 100 ELSE 30 END THEN share_of(same.same, same.pairs) END AS same_share
    FROM area
    CROSS JOIN watched
    LEFT JOIN usable AS now ON now.area = area.area AND now.column_name = watched.column_name AND now.is_now
    LEFT JOIN usable AS before ON before.area = area.area AND before.column_name = watched.column_name AND NOT before.is_now
    LEFT JOIN same ON same.area = area.area AND same.column_name = watched.column_name
)
SELECT
    name,
    column_name,
    usable_share,
    usable_share_before,
    same_share,
    CASE WHEN area = '00' AND rows >= 1000 THEN usable_share END AS nation_usable_share,
    least_usable_share,
    CASE WHEN area = '00' THEN 1 - usable_share_before + usable_share END AS nation_usable_kept,
    CASE WHEN area <> '00' THEN 1 - usable_share_before + usable_share END AS sido_usable_kept,
    CASE WHEN area = '00' AND column_name NOT IN ('workplace', 'figures', 'subscribers', 'pay') THEN same_share END AS nation_same_share,
    CASE WHEN area <> '00' AND column_name NOT IN ('workplace', 'figures', 'subscribers', 'pay') THEN same_share END AS sido_same_share,
    CASE WHEN area = '00' AND column_name = 'workplace' THEN same_share END AS nation_found_share,
    CASE WHEN area <> '00' AND column_name = 'workplace' AND pairs >= 500 THEN same_share END AS sido_found_share,
    CASE WHEN area <> '00' AND column_name = 'workplace' THEN same_share END AS sido_found_least,
    CASE WHEN area = '00' AND column_name = 'figures' THEN same_share END AS nation_changed_share,
    CASE WHEN area <> '00' AND column_name = 'figures' THEN same_share END AS sido_changed_share,
    CASE WHEN area = '00' AND column_name IN ('subscribers', 'pay') THEN same_share END AS nation_near_share,
    CASE WHEN area <> '00' AND column_name IN ('subscribers', 'pay') THEN same_share END AS sido_near_share
FROM share
ORDER BY area, place
