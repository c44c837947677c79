-- What the registers say of a workplace at one address, over all months of a book: evidence belongs to the address, so that
-- it holds for every month in which the workplace is there, however it was called. All rows joined must agree.
WITH said AS (
    SELECT DISTINCT
        joined_firm.workplace_id, joined_firm.postal_code, joined_firm.legal_dong_code, joined_firm.road,
        factory_claim.district_ids, factory_claim.basis, joined_firm.register_version, joined_firm.firm_row, joined_firm.site
    FROM joined_firm
    JOIN factory_claim
        ON factory_claim.register_version = joined_firm.register_version
        AND factory_claim.row_number = joined_firm.firm_row AND factory_claim.site = joined_firm.site
),
gathered AS (
    SELECT
        workplace_id, postal_code, legal_dong_code, road,
        count(*) AS hits,
        count(*) FILTER (len(district_ids) = 0) AS unnamed,
        count(DISTINCT district_ids) FILTER (len(district_ids) > 0) AS answers,
        list_sort(list_distinct(flatten(list(district_ids)))) AS district_ids,
        bool_or(basis IN ('building', 'centre')) AS by_centre,
        min({'register': register_version, 'firm_row': firm_row}) AS first_row
    FROM said
    GROUP BY ALL
),
month AS (
    SELECT
        workplace_id, postal_code, legal_dong_code, road,
        min(data_month) AS first_month, max(data_month) AS last_month, count(DISTINCT data_month) AS months
    FROM joined_firm
    GROUP BY ALL
)
SELECT
    gathered.* EXCLUDE (first_row),
    CASE
        WHEN answers = 0 THEN 'unnamed'
        WHEN answers > 1 OR unnamed > 0 THEN 'disagree'
        WHEN len(district_ids) > 1 THEN 'several'
        ELSE 'one'
    END AS verdict,
    first_row.register AS register_version,
    first_row.firm_row AS firm_row,
    month.first_month,
    month.last_month,
    month.months
FROM gathered
JOIN month
    ON month.workplace_id = gathered.workplace_id
    AND month.postal_code IS NOT DISTINCT FROM gathered.postal_code
    AND month.legal_dong_code IS NOT DISTINCT FROM gathered.legal_dong_code
    AND month.road IS NOT DISTINCT FROM gathered.road
ORDER BY gathered.workplace_id, gathered.postal_code, gathered.legal_dong_code, gathered.road
