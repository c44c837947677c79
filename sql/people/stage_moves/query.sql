WITH judged AS (
    SELECT
        district_id,
        rule_set,
        quarter,
        stage,
        lag(quarter) OVER (PARTITION BY district_id, rule_set ORDER BY quarter) AS quarter_before,
        lag(stage) OVER (PARTITION BY district_id, rule_set ORDER BY quarter) AS stage_before
    FROM stage_proposal_latest
),

ranked AS (
    SELECT
        *,
        CASE stage WHEN 'good' THEN 0 WHEN 'caution' THEN 1 WHEN 'severe' THEN 2 END AS severity_now,
        CASE stage_before WHEN 'good' THEN 0 WHEN 'caution' THEN 1 WHEN 'severe' THEN 2 END AS severity_before
    FROM judged
    WHERE quarter_before IS NOT NULL
)

SELECT
    district_id,
    rule_set,
    quarter,
    quarter_before,
    stage_before,
    stage,
    CASE
        WHEN stage = stage_before THEN 'same'
        WHEN severity_now > severity_before THEN 'worse'
        WHEN severity_now < severity_before THEN 'better'
        ELSE 'undetermined'
    END AS move
FROM ranked
