-- Which rows of a register a workplace of a month is: the same plain name in the same legal dong; in an eup or myeon also
-- on the same road, as published codes often stop there; and on the same road of the sigungu where a register's address
-- tells no more. A name alone joins nothing, nor does a row of a building site.
WITH entry AS (
    SELECT
        placed.row_number,
        placed.workplace_id,
        row_name.plain_name,
        workplace.postal_code,
        placed.legal_dong_code,
        nullif(road_name(workplace.road_address), '') AS road
    FROM placed
    JOIN workplace USING (row_number)
    JOIN row_name ON row_name.name = workplace.workplace_name
    WHERE NOT is_building_site(workplace.workplace_name) AND row_name.plain_name <> ''
        AND row_name.plain_name IN (SELECT plain_name FROM factory_firm)
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
