-- The default rule set, as in stage_current; the name a district had on the last day of the quarter.
WITH decided AS (
    SELECT district_id, quarter, period, decided_stage, decided_on
    FROM (
        SELECT *, row_number() OVER (PARTITION BY district_id, quarter ORDER BY period DESC, record_number DESC) AS place
        FROM stage_history
        WHERE is_in_force
    ) AS standing
    WHERE place = 1
)

SELECT
    proposal.quarter,
    proposal.district_id,
    coalesce(span.name, district.name) AS district_name,
    kind.label_ko AS district_kind_ko,
    district.office_code,
    office.name AS office_name,
    stage_label.label_ko AS stage_ko,
    proposal.stage,
    proposal.confidence,
    CASE proposal.stage
        WHEN 'severe' THEN proposal.probability_severe_pct
        WHEN 'caution' THEN proposal.probability_caution_pct
        WHEN 'good' THEN 100 - proposal.probability_caution_pct
    END AS confidence_pct,
    fact.workplaces,
    fact.workplaces_change_year,
    fact.workplaces_change_year_pct,
    fact.workers,
    fact.workers_base_year,
    fact.workers_change_year,
    fact.workers_change_year_pct,
    fact.workers_year_points,
    fact.payroll_krw,
    fact.payroll_change_year_krw,
    fact.payroll_change_year_pct,
    fact.payroll_year_points,
    fact.year_scope,
    fact.status,
    fact.year_status,
    fact.payroll_year_status,
    proposal.reason_ko,
    decided.period,
    decided.decided_stage,
    decided_label.label_ko AS decided_stage_ko,
    decided.decided_on,
    proposal.rule_set,
    proposal.edition
FROM stage_proposal_latest AS proposal
INNER JOIN fact_district_quarter_latest AS fact
    ON fact.district_id = proposal.district_id AND fact.quarter = proposal.quarter
INNER JOIN district ON district.district_id = proposal.district_id
INNER JOIN dim_quarter ON dim_quarter.quarter = proposal.quarter
LEFT JOIN dim_district AS span
    ON span.district_id = proposal.district_id
    AND span.valid_from <= dim_quarter.last_day
    AND coalesce(span.valid_to, '9999-12-31') >= dim_quarter.last_day
LEFT JOIN dim_office AS office ON office.office_code = district.office_code
LEFT JOIN label AS kind ON kind.code_set = 'district_kind' AND kind.code = district.district_kind
LEFT JOIN label AS stage_label ON stage_label.code_set = 'stage' AND stage_label.code = proposal.stage
LEFT JOIN decided ON decided.district_id = proposal.district_id AND decided.quarter = proposal.quarter
LEFT JOIN label AS decided_label ON decided_label.code_set = 'stage' AND decided_label.code = decided.decided_stage
WHERE proposal.rule_set = 'ref_5_10'
