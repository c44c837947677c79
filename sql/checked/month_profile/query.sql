-- A staged month in one row, beside the month before where that is in.
WITH figures AS (
    SELECT
        data_month,
        count(*) AS staged_rows,
        count(*) FILTER (status = 1 AND subscribers >= 1) AS counted_workplaces,
        count(*) FILTER (legal_form = 1 AND status = 1) AS corporations,
        coalesce(sum(subscribers) FILTER (legal_form = 1), 0) AS corporate_subscribers,
        count(*) FILTER (contains(flags, 'amount_not_in_20_won')) AS odd_amounts,
        count(*) FILTER (contains(flags, 'unreadable_bytes')) AS unreadable,
        count(*) FILTER (billed_amount_krw > subscribers::BIGINT * getvariable('billed_at_ceiling_krw') AND status = 1) AS above_ceiling,
        count(*) FILTER (billed_amount_krw < subscribers::BIGINT * getvariable('billed_at_floor_krw') AND status = 1) AS below_floor,
        count(DISTINCT sido_code) AS sidos
    FROM workplace
    GROUP BY data_month
)
SELECT
    getvariable('data_month') AS data_month,
    coalesce(now.staged_rows, 0) AS staged_rows,
    coalesce(now.counted_workplaces, 0) AS counted_workplaces,
    getvariable('quarantined_rows') / (getvariable('quarantined_rows') + coalesce(now.staged_rows, 0)) AS quarantined_share,
    now.corporations / nullif(before.corporations, 0) AS corporations_to_month_before,
    now.corporate_subscribers::DOUBLE / nullif(before.corporate_subscribers, 0) AS corporate_subscribers_to_month_before,
    now.odd_amounts / now.staged_rows AS odd_amount_share,
    now.unreadable / now.staged_rows AS unreadable_share,
    now.above_ceiling / now.staged_rows AS above_ceiling_share,
    now.below_floor / now.staged_rows AS below_floor_share,
    coalesce(now.sidos, 0) AS sidos
FROM (SELECT 1)
LEFT JOIN figures AS now ON now.data_month = getvariable('data_month')
LEFT JOIN figures AS before ON before.data_month <> getvariable('data_month')
