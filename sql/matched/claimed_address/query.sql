-- The districts that speak for each address, whoever is there: by their name in it, by an allow-listed road, by a claim on its
-- place. It says the same of an address in every month. `industry_prefix` is set where a claim asks for a trade.
WITH written AS MATERIALIZED (
    SELECT address_key, place_code[:5] AS sigungu_code, replace(concat_ws(' ', lot_address, road_address), ' ', '') AS address
    FROM address
)
SELECT address_key, name.district_id, 'name' AS evidence, 3 AS rank, NULL::VARCHAR AS industry_prefix
FROM written JOIN name ON name.sigungu_code = written.sigungu_code AND contains(written.address, name.text)
UNION
SELECT address_key, road.district_id, 'road', 4, NULL
FROM address JOIN road ON road.road = address.road AND road.area_code IN (address.place_code[:8], address.place_code[:5])
UNION
SELECT
    address_key, claim.district_id, claim.evidence,
    CASE WHEN claim.evidence IN ('building', 'dong_alone') THEN 6 ELSE 5 END,
    claim.industry_code
FROM address
JOIN claim
    ON claim.legal_dong_code = address.place_code
    AND (claim.postal_code IS NULL OR claim.postal_code = address.postal_code)
