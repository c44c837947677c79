-- Every district in the quarter judged, and how far its changes lie from the nation's, in percentage points.
SELECT
    district.area AS district_id,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    district.* EXCLUDE (area),
    district.workplaces_change_quarter_pct - nation.workplaces_change_quarter_pct AS workplaces_quarter_points,
    district.workers_change_quarter_pct - nation.workers_change_quarter_pct AS workers_quarter_points,
    district.payroll_change_quarter_pct - nation.payroll_change_quarter_pct AS payroll_quarter_points,
    district.workplaces_change_year_pct - nation.workplaces_change_year_pct AS workplaces_year_points,
    district.workers_change_year_pct - nation.workers_change_year_pct AS workers_year_points,
    district.payroll_change_year_pct - nation.payroll_change_year_pct AS payroll_year_points,
    district.workplaces_change_two_years_pct - nation.workplaces_change_two_years_pct AS workplaces_two_years_points,
    district.workers_change_two_years_pct - nation.workers_change_two_years_pct AS workers_two_years_points,
    district.payroll_change_two_years_pct - nation.payroll_change_two_years_pct AS payroll_two_years_points
FROM quarter_facts('district_month') AS district
CROSS JOIN (FROM fact_region_quarter WHERE region_code = '00') AS nation
ORDER BY district_id
