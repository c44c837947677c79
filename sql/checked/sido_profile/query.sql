-- Every 시도 of today in a staged month, beside the month before and the bounds of its share. Codes are brought to
-- today's first, so that a reform is no change. Ratios need 500 corporations the month before, shares 10,000 workplaces:
-- fewer say nothing.
WITH placed AS (
    SELECT
        workplace.data_month = getvariable('data_month') AS is_now,
        sido_today(sigungu.successor_code, sido.successor_code, workplace.sido_code) AS sido_code,
        legal_form = 1 AS is_corporation,
        subscribers
    FROM workplace
    LEFT JOIN region AS sigungu ON sigungu.region_code = workplace.legal_dong_code[:5]
    LEFT JOIN region AS sido ON sido.region_code = workplace.sido_code
    WHERE status = 1
),
figures AS (
    SELECT
        sido_code,
        count(*) FILTER (is_now AND subscribers >= 1) AS workplaces,
        coalesce(sum(subscribers) FILTER (is_now), 0)::BIGINT AS subscribers,
        coalesce(sum(subscribers) FILTER (is_now AND subscribers < 300), 0)::BIGINT AS subscribers_under_300,
        count(*) FILTER (is_now AND is_corporation) AS corporations,
        coalesce(sum(subscribers) FILTER (is_now AND is_corporation), 0)::BIGINT AS corporate_subscribers,
        count(*) FILTER (NOT is_now AND is_corporation) AS corporations_before,
        coalesce(sum(subscribers) FILTER (NOT is_now AND is_corporation), 0)::BIGINT AS corporate_subscribers_before
    FROM placed
    GROUP BY sido_code
),
total AS (
    SELECT sum(workplaces) AS workplaces, sum(subscribers_under_300) AS subscribers_under_300 FROM figures
)
SELECT
    bound.sido_code,
    bound.name,
    coalesce(figures.workplaces, 0) AS workplaces,
    coalesce(figures.subscribers, 0) AS subscribers,
    CASE WHEN corporations_before >= 500 THEN share_of(corporations, corporations_before) END AS corporations_to_month_before,
    CASE WHEN corporations_before >= 500 THEN share_of(corporate_subscribers, corporate_subscribers_before) END AS corporate_subscribers_to_month_before,
    CASE WHEN total.workplaces >= 10000 THEN share_of(coalesce(figures.workplaces, 0), total.workplaces) END AS workplace_share,
    CASE WHEN total.workplaces >= 10000 THEN share_of(coalesce(figures.subscribers_under_300, 0), total.subscribers_under_300) END AS subscriber_share,
    least_workplace_share,
    most_workplace_share,
    least_subscriber_share,
    most_subscriber_share
FROM bound
CROSS JOIN total
LEFT JOIN figures ON figures.sido_code = bound.sido_code
ORDER BY bound.sido_code
