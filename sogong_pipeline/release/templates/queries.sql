-- Run against sogong-<quarter>.sqlite of this release.

-- Districts in trouble, worst first.
SELECT district_id, office_code, stage, confidence, workers, workers_change_year_pct
FROM district_report
WHERE stage IN ('caution', 'severe')
ORDER BY workers_change_year_pct, district_id;

-- Which clauses decided.
SELECT district_id, indicator, base, value, caution_limit, severe_limit, reaches
FROM stage_clause
WHERE rule_set = 'ref_5_10' AND is_decisive
ORDER BY district_id, indicator, base;

-- The same district by every rule set.
SELECT district_id, max(CASE WHEN rule_set = 'ref_5_10' THEN stage END) AS ref_5_10, group_concat(DISTINCT stage) AS stages
FROM stage_proposal
GROUP BY district_id
HAVING count(DISTINCT stage) > 1
ORDER BY district_id;

-- Is the nation the sum of its parts? The difference is 0 in each month.
SELECT data_month, workplaces - matched_workplaces - ambiguous_workplaces - unassigned_workplaces AS difference
FROM fact_region_month
WHERE region_code = '00'
ORDER BY data_month;

-- Divisions behind the change of an office's districts.
SELECT c.area, l.label_ko AS division, c.workers_change, c.workers_contribution_points
FROM contribution AS c
LEFT JOIN label AS l ON l.code_set = 'division' AND l.code = c.part
WHERE c.level = 'office_districts' AND c.breakdown = 'division' AND c.base = 'year'
ORDER BY c.area, c.workers_change, c.part;

-- How stages moved since the quarter before.
SELECT rule_set, stage_before, stage, move, count(*) AS districts
FROM stage_moves
GROUP BY rule_set, stage_before, stage, move
ORDER BY rule_set, stage_before, stage;
