-- Current stage of each district: its latest decision, and beside it the newest proposal of the default rule set.
WITH ranked_decision AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY district_id ORDER BY period DESC, record_number DESC) AS place
    FROM stage_decision
),

ranked_proposal AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY district_id ORDER BY quarter DESC) AS place
    FROM stage_proposal_latest
    WHERE rule_set = 'ref_5_10'
),

known AS (
    SELECT district_id FROM stage_decision
    UNION
    SELECT district_id FROM ranked_proposal
)

SELECT
    known.district_id,
    decision.office_code,
    decision.period,
    decision.decided_stage,
    decision.record_kind,
    decision.reason,
    decision.decided_on,
    decision.quarter AS decided_quarter,
    decision.edition AS decided_edition,
    proposal.quarter AS proposal_quarter,
    proposal.edition AS proposal_edition,
    proposal.stage AS proposed_stage,
    proposal.confidence AS proposal_confidence,
    coalesce(
        decision.quarter IS NULL OR proposal.quarter > decision.quarter
        OR (proposal.quarter = decision.quarter AND proposal.edition <> decision.edition),
        false
    ) AS proposal_is_newer
FROM known
LEFT JOIN ranked_decision AS decision ON decision.district_id = known.district_id AND decision.place = 1
LEFT JOIN ranked_proposal AS proposal ON proposal.district_id = known.district_id AND proposal.place = 1
ORDER BY known.district_id
