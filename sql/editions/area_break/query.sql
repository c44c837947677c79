-- The reforms of codes that cannot be followed through an area, where the months compared show a region that proves it.
SELECT DISTINCT area, from_month
FROM reform
WHERE list_has_any(evidence, (SELECT list(DISTINCT area) FROM area_month WHERE kind = 'region' AND cut = 'all'))
