-- A later file of a month beside the first one that counted, by 시도 of today and for the nation. Rows that are equal in every
-- column cancel out, as often as they occur; rows of one name, number and 시도 are held together by a hash of 64 bits, as comparing all
-- columns of two files takes more than a gigabyte. Of those left, a row that went and one that came with the same name and
-- business number in the same 시도 are one changed row: the file has no key, so a renamed workplace is one gone and one come.
WITH version AS (
    SELECT false AS is_later, hash(*COLUMNS(* EXCLUDE (row_number, flags))) AS row_hash, * FROM first_workplace
    UNION ALL BY NAME
    SELECT true AS is_later, hash(*COLUMNS(* EXCLUDE (row_number, flags))) AS row_hash, * FROM later_workplace
),
placed AS (
    SELECT
        is_later,
        coalesce(sido_today(sigungu.successor_code, sido.successor_code, version.sido_code), '99') AS region_code,
        workplace_name,
        business_number_prefix,
        row_hash,
        status = 1 AND subscribers >= 1 AS is_counted,
        subscribers,
        billed_amount_krw
    FROM version
    LEFT JOIN region AS sigungu ON sigungu.region_code = version.legal_dong_code[:5]
    LEFT JOIN region AS sido ON sido.region_code = version.sido_code
),
level AS (
    SELECT
        CASE WHEN grouping(region_code) = 0 THEN region_code ELSE '00' END AS region_code,
        count(*) FILTER (NOT is_later) AS first_rows,
        count(*) FILTER (is_later) AS later_rows,
        count(*) FILTER (is_counted AND NOT is_later) AS first_workplaces,
        count(*) FILTER (is_counted AND is_later) AS later_workplaces,
        coalesce(sum(subscribers) FILTER (is_counted AND NOT is_later), 0)::BIGINT AS first_workers,
        coalesce(sum(subscribers) FILTER (is_counted AND is_later), 0)::BIGINT AS later_workers,
        coalesce(sum(billed_amount_krw) FILTER (is_counted AND NOT is_later), 0)::BIGINT AS first_billed_amount_krw,
        coalesce(sum(billed_amount_krw) FILTER (is_counted AND is_later), 0)::BIGINT AS later_billed_amount_krw
    FROM placed
    GROUP BY GROUPING SETS ((), (region_code))
),
unequal AS (
    SELECT region_code, workplace_name, business_number_prefix, sum(CASE WHEN is_later THEN 1 ELSE -1 END) AS balance
    FROM placed
    GROUP BY region_code, workplace_name, business_number_prefix, row_hash
    HAVING balance <> 0
),
paired AS (
    SELECT
        region_code,
        sum(greatest(-balance, 0)) AS gone,
        sum(greatest(balance, 0)) AS come,
        least(gone, come) AS changed
    FROM unequal
    GROUP BY region_code, workplace_name, business_number_prefix
),
moved AS (
    SELECT
        CASE WHEN grouping(region_code) = 0 THEN region_code ELSE '00' END AS region_code,
        sum(come - changed)::BIGINT AS added,
        sum(gone - changed)::BIGINT AS removed,
        sum(changed)::BIGINT AS changed
    FROM paired
    GROUP BY GROUPING SETS ((), (region_code))
)
SELECT
    getvariable('data_month') AS data_month,
    getvariable('vintage') AS vintage,
    getvariable('first_vintage') AS first_vintage,
    level.region_code,
    first_rows,
    later_rows,
    coalesce(added, 0) AS rows_added,
    coalesce(removed, 0) AS rows_removed,
    coalesce(changed, 0) AS rows_changed,
    first_workplaces,
    later_workplaces,
    later_workplaces - first_workplaces AS workplaces_revision,
    first_workers,
    later_workers,
    later_workers - first_workers AS workers_revision,
    first_billed_amount_krw,
    later_billed_amount_krw,
    later_billed_amount_krw - first_billed_amount_krw AS billed_amount_revision_krw
FROM level
LEFT JOIN moved ON moved.region_code = level.region_code
ORDER BY level.region_code
