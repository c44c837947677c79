-- Which rows of a register a workplace of a month is: the same plain name in the same legal dong; in an eup or myeon also
-- on the same road, as published codes often stop there; and on the same road of the sigungu where a register's address
-- tells no more. A name alone joins nothing, nor does a row of a building site.
WITH candidate AS (
    SELECT
        workplace.row_number,
        workplace_trace.workplace_id,
        row_name.plain_name,
        workplace.postal_code,
        workplace.legal_dong_code AS published_code,
        single_blanks(workplace.lot_address) AS lot_address,
        nullif(road_name(workplace.road_address), '') AS road
    FROM workplace
    JOIN workplace_trace USING (row_number)
    JOIN row_name ON row_name.name = workplace.workplace_name
    WHERE NOT is_building_site(workplace.workplace_name) AND row_name.plain_name <> ''
        AND row_name.plain_name IN (SELECT plain_name FROM factory_firm)
),
entry AS (
    -- Today's legal dong as sql/matched/district_member has it: where code and name disagree the name counts.
    SELECT
        candidate.* EXCLUDE (published_code, lot_address),
        CASE
            WHEN name_today.today_emd_code IS NULL OR dong_today.today_code[:8] = name_today.today_emd_code THEN dong_today.today_code
            ELSE coalesce(dong_divided.today_code, name_today.today_emd_code || '00')
        END AS legal_dong_code
    FROM candidate
    LEFT JOIN dong_today ON dong_today.legal_dong_code = candidate.published_code
    LEFT JOIN name_today
        ON name_today.address = candidate.lot_address AND name_today.address IS DISTINCT FROM dong_today.address
    LEFT JOIN dong_divided
        ON dong_divided.legal_dong_code = candidate.published_code
        AND dong_divided.today_emd_code = name_today.today_emd_code
),
firm AS (
    SELECT register_version, row_number AS firm_row, site, plain_name, legal_dong_codes, emd_code, sigungu_codes, road
    FROM factory_firm
    WHERE plain_name IN (SELECT plain_name FROM entry)
),
firm_dong AS (
    SELECT register_version, firm_row, site, plain_name, unnest(legal_dong_codes) AS legal_dong_code FROM firm
),
firm_sigungu AS (
    SELECT register_version, firm_row, site, plain_name, road, unnest(sigungu_codes) AS sigungu_code
    FROM firm WHERE len(legal_dong_codes) = 0 AND emd_code IS NULL AND road IS NOT NULL
),
hit AS (
    SELECT entry.*, register_version, firm_row, site
    FROM entry JOIN firm_dong USING (plain_name, legal_dong_code)
    UNION
    SELECT entry.*, register_version, firm_row, site
    FROM entry
    JOIN firm ON firm.plain_name = entry.plain_name AND firm.emd_code = entry.legal_dong_code[:8] AND firm.road = entry.road
    UNION
    SELECT entry.*, register_version, firm_row, site
    FROM entry
    JOIN firm_sigungu AS firm
        ON firm.plain_name = entry.plain_name AND firm.road = entry.road
        AND firm.sigungu_code = entry.legal_dong_code[:5]
)
SELECT
    row_number, getvariable('data_month') AS data_month, workplace_id, postal_code, legal_dong_code, road,
    register_version, firm_row, site
FROM hit
ORDER BY row_number, register_version, firm_row, site
