-- Every decision ever recorded, whether it stands, and what stood in the period before.
WITH standing AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY district_id, period ORDER BY record_number DESC) = 1 AS is_in_force,
        lead(record_number) OVER (PARTITION BY district_id, period ORDER BY record_number) AS replaced_by
    FROM stage_decision
),

sequence AS (
    SELECT
        district_id,
        period,
        lag(decided_stage) OVER (PARTITION BY district_id ORDER BY period) AS decided_stage_before,
        lag(period) OVER (PARTITION BY district_id ORDER BY period) AS period_before
    FROM standing
    WHERE is_in_force
)

SELECT
    standing.district_id,
    standing.period,
    standing.record_number,
    standing.office_code,
    standing.record_kind,
    standing.proposed_stage,
    standing.decided_stage,
    standing.reason,
    standing.replaces,
    standing.replaced_by,
    standing.is_in_force,
    sequence.period_before,
    sequence.decided_stage_before,
    standing.decided_on,
    standing.recorded_at,
    standing.quarter,
    standing.edition
FROM standing
INNER JOIN sequence ON sequence.district_id = standing.district_id AND sequence.period = standing.period
ORDER BY standing.district_id, standing.period, standing.record_number
