-- What each site of a register's rows says: the districts its centre stands for, else those of its complex. A centre is
-- told by its name, or by road and number where these are a centre's own. No districts where the row names none, or a
-- name that nobody has settled.
WITH site AS (
    SELECT *, CASE WHEN len(sigungu_codes) = 1 THEN sigungu_codes[1] ELSE '' END AS sigungu_code FROM factory_firm
),
by_building AS (
    SELECT site.register_version, site.row_number, site.site, list(DISTINCT building.district_id ORDER BY building.district_id) AS ids
    FROM site
    JOIN building
        ON building.road = site.road AND building.building_number = site.building_number
        AND list_contains(site.sigungu_codes, building.sigungu_code)
    GROUP BY ALL
)
SELECT
    site.register_version,
    site.row_number,
    site.site,
    site.plain_name,
    site.sigungu_code,
    site.legal_dong_codes,
    site.emd_code,
    site.road,
    CASE
        WHEN len(by_building.ids) > 0 THEN by_building.ids
        WHEN len(centre.district_ids) > 0 THEN centre.district_ids
        ELSE coalesce(complex.district_ids, [])
    END AS district_ids,
    CASE
        WHEN len(by_building.ids) > 0 THEN 'building'
        WHEN len(centre.district_ids) > 0 THEN 'centre'
        WHEN len(complex.district_ids) > 0 THEN 'complex'
        WHEN complex.how = 'alias' THEN 'no_district'
        WHEN site.complex_name IS NOT NULL OR site.centre_name IS NOT NULL THEN 'unsettled'
        ELSE 'blank'
    END AS basis
FROM site
LEFT JOIN by_building USING (register_version, row_number, site)
LEFT JOIN settled_name AS centre
    ON centre.role = 'centre' AND centre.name = site.centre_name AND centre.sigungu_code = site.sigungu_code
LEFT JOIN settled_name AS complex
    ON complex.role = 'complex' AND complex.name = site.complex_name AND complex.sigungu_code = site.sigungu_code
WHERE site.plain_name <> ''
ORDER BY register_version, row_number, site
