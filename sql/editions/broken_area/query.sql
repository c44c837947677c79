-- The areas that a reform of codes breaks within the three years, where the months show a region that proves it.
SELECT DISTINCT area
FROM reform
WHERE from_month > getvariable('first_month') AND from_month <= getvariable('last_month')
    AND list_has_any(evidence, (SELECT list(DISTINCT area) FROM series WHERE level <> 'district'))
