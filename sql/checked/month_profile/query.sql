-- A staged month in one row, beside the month before where that is in. A figure is null where it cannot be told;
-- one about rare rows needs 10,000 of them.
WITH now AS (
    SELECT
        count(*) AS staged_rows,
        count(*) FILTER (status = 1 AND subscribers >= 1) AS counted_workplaces,
        count(*) FILTER (flags <> '') AS flagged,
        count(*) FILTER (contains(flags, 'amount_not_in_20_won')) AS odd_amounts,
        count(*) FILTER (contains(flags, 'unreadable_bytes')) AS unreadable,
        count(*) FILTER (status = 1 AND billed_amount_krw > subscribers::BIGINT * getvariable('billed_at_ceiling_krw')) AS above_ceiling,
        count(*) FILTER (status = 1 AND billed_amount_krw < subscribers::BIGINT * getvariable('billed_at_floor_krw')) AS below_floor,
        count(*) FILTER (
            status = 1 AND subscribers >= 1
            AND billed_amount_krw BETWEEN subscribers::BIGINT * getvariable('billed_at_ceiling_krw') * 98 // 100
                AND subscribers::BIGINT * getvariable('billed_at_ceiling_krw')
        ) AS at_ceiling,
        count(DISTINCT workplace.sido_code) AS sidos,
        count(*) FILTER (sido.region_code IS NULL) AS unknown_sido,
        count(*) FILTER (workplace.legal_dong_code IS NOT NULL AND sigungu.region_code IS NULL) AS unknown_sigungu,
        -- Dongs keep their last digits when a code changes; those of a region that was split cannot be followed.
        count(*) FILTER (sigungu.successor_code IS NOT NULL AND dong.legal_dong_code IS NULL) AS unknown_legal_dong,
        count(*) FILTER (workplace.sido_code <> workplace.legal_dong_code[:2]) AS code_disagreement,
        count(*) FILTER (enrolled_on > last_day((workplace.data_month || '-01')::DATE)) AS enrolled_later,
        count(*) FILTER (status = 1 AND joined + departed > 0) AS moving
    FROM workplace
    LEFT JOIN region AS sido ON sido.region_code = workplace.sido_code
    LEFT JOIN region AS sigungu ON sigungu.region_code = workplace.legal_dong_code[:5]
    LEFT JOIN legal_dong AS dong ON dong.legal_dong_code = sigungu.successor_code || workplace.legal_dong_code[6:]
    WHERE workplace.data_month = getvariable('data_month')
),
corporation AS (
    SELECT
        data_month = getvariable('data_month') AS is_now,
        count(*) FILTER (status = 1) AS corporations,
        sum(subscribers)::BIGINT AS subscribers,
        sum(billed_amount_krw)::BIGINT AS billed
    FROM workplace
    WHERE legal_form = 1
    GROUP BY is_now
),
-- Rows that a month without change lacks. Files of fewer than 1,000 rows, or of a month before with few of them, say nothing.
still AS (
    SELECT count(*) AS still_sidos
    FROM (
        SELECT 1 FROM workplace
        WHERE data_month = getvariable('data_month') AND status = 1
        GROUP BY sido_code
        HAVING count(*) >= 100 AND sum(joined + departed) = 0
    )
),
turnover AS (
    SELECT
        data_month = getvariable('data_month') AS is_now,
        count(*) FILTER (status = 2) AS withdrawn,
        count(*) FILTER (enrolled_on BETWEEN (data_month || '-01')::DATE AND last_day((data_month || '-01')::DATE)) AS newly_enrolled
    FROM workplace
    GROUP BY is_now
)
SELECT
    0 AS columns_amiss,
    counted_workplaces,
    CASE WHEN NOT getvariable('has_month_before') THEN staged_rows END AS rows_of_a_first_month,
    share_of(getvariable('quarantined_rows'), getvariable('quarantined_rows') + staged_rows) AS quarantined_share,
    share_of(getvariable('duplicate_rows'), getvariable('quarantined_rows') + staged_rows) AS duplicate_share,
    share_of(flagged, staged_rows) AS flagged_share,
    share_of(odd_amounts, staged_rows) AS odd_amount_share,
    share_of(unreadable, staged_rows) AS unreadable_share,
    share_of(above_ceiling, staged_rows) AS above_ceiling_share,
    share_of(below_floor, staged_rows) AS below_floor_share,
    CASE WHEN counted_workplaces >= 10000 THEN share_of(at_ceiling, counted_workplaces) END AS at_ceiling_share,
    share_of(corporation.billed::HUGEINT * getvariable('rate_bp_before') * before.subscribers, before.billed::HUGEINT * getvariable('rate_bp') * corporation.subscribers) AS pay_to_month_before,
    share_of(coalesce(corporation.corporations, 0), before.corporations) AS corporations_to_month_before,
    share_of(coalesce(corporation.subscribers, 0), before.subscribers) AS corporate_subscribers_to_month_before,
    sidos,
    share_of(unknown_sido, staged_rows) AS unknown_sido_share,
    share_of(unknown_sigungu, staged_rows) AS unknown_sigungu_share,
    share_of(unknown_legal_dong, staged_rows) AS unknown_legal_dong_share,
    share_of(code_disagreement, staged_rows) AS code_disagreement_share,
    share_of(enrolled_later, staged_rows) AS enrolled_later_share,
    CASE WHEN staged_rows >= 1000 THEN share_of(moving, counted_workplaces) END AS moving_share,
    CASE WHEN staged_rows >= 1000 THEN still.still_sidos END AS still_sidos,
    CASE WHEN staged_rows >= 1000 AND turnover_before.withdrawn >= 5 THEN share_of(turnover.withdrawn, turnover_before.withdrawn) END AS withdrawn_to_month_before,
    CASE WHEN staged_rows >= 1000 AND turnover_before.newly_enrolled >= 5 THEN share_of(turnover.newly_enrolled, turnover_before.newly_enrolled) END AS newly_enrolled_to_month_before
FROM now
CROSS JOIN still
LEFT JOIN turnover ON turnover.is_now
LEFT JOIN turnover AS turnover_before ON NOT turnover_before.is_now
LEFT JOIN corporation ON corporation.is_now
LEFT JOIN corporation AS before ON NOT before.is_now
