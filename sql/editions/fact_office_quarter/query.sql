-- The offices in the quarter judged, their districts together and all workplaces of their 시도, with the noise of the changes of
-- their districts as `office_noise` has it: standard errors over draws of the workplaces of an office.
WITH noise AS (
    PIVOT office_noise
    ON base IN ('quarter', 'year', 'two_years')
    USING max(workplaces) AS workplaces, max(workers) AS workers, max(payroll) AS payroll
    GROUP BY area
)
SELECT
    split_part(facts.area, '/', 1) AS office_code,
    split_part(facts.area, '/', 2) AS place,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    facts.* EXCLUDE (kind, area, cut, part, location_quotient),
    CASE WHEN place = 'region' THEN mean_tenths(matched, facts.months) ELSE facts.workplaces END AS matched_workplaces,
    mean_tenths(ambiguous, facts.months) AS ambiguous_workplaces,
    mean_tenths(unassigned, facts.months) AS unassigned_workplaces,
    COLUMNS('^(quarter|year|two_years)_(workplaces|workers|payroll)$') AS '\2_standard_error_\1_points'
FROM quarter_fact AS facts
JOIN (
    SELECT
        area, sum(matched_workplaces) AS matched, sum(ambiguous_workplaces) AS ambiguous,
        sum(unassigned_workplaces) AS unassigned
    FROM area_month
    WHERE quarter = getvariable('quarter') AND cut = 'all' AND kind = 'office'
    GROUP BY area
) USING (area)
LEFT JOIN noise USING (area)
WHERE kind = 'office' AND cut = 'all'
ORDER BY office_code, place
