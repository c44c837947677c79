-- What the rows of a month are placed by once registers and learned places are heard too, in the order of evidence: override
-- and list; register; name and road; learned place; place and trade. `placed` holds the cases, which many rows share: what
-- addresses said, at an address as evidence knows it (`cell`), of a usual trade or another one, with what a register says.
WITH entry AS (
    SELECT placed.*, cell.postal_code, cell.legal_dong_code, cell.road FROM placed JOIN cell USING (cell_number)
),
said AS (
    SELECT
        entry.*,
        evidence.verdict,
        evidence.district_ids AS register_ids,
        evidence.by_centre,
        -- The road is asked where too few are known at the postal code and legal dong, never against these.
        CASE
            WHEN place.is_learned THEN place.district_id
            WHEN coalesce(place.named + place.unnamed, 0) < getvariable('least') AND road_place.is_learned
                THEN road_place.district_id
        END AS learned_id,
        coalesce(place.is_learned, false) AS is_by_postal_code,
        coalesce(place.is_sure, false) AS is_sure,
        coalesce(place.is_unnamed, false) AS is_unnamed,
        dong.district_id AS dong_id,
        dong.named AS dong_named,
        dong.purity AS dong_purity,
        dong.fullness AS dong_fullness,
        -- What addresses alone say: the claiming districts.
        CASE
            WHEN entry.district_id IS NOT NULL THEN [entry.district_id]
            ELSE coalesce(string_split(entry.candidate_ids, '|'), [])
        END AS claimed_ids
    FROM entry
    LEFT JOIN numbered_evidence AS evidence USING (evidence_number)
    LEFT JOIN learned_place AS place
        ON place.cell = 'postal_dong' AND place.postal_code = entry.postal_code
        AND place.legal_dong_code = entry.legal_dong_code
    LEFT JOIN learned_place AS road_place
        ON road_place.cell = 'road' AND road_place.legal_dong_code = entry.legal_dong_code[:8]
        AND road_place.road = entry.road
    LEFT JOIN learned_place AS dong
        ON dong.cell = 'legal_dong' AND dong.legal_dong_code = entry.legal_dong_code
),
narrowed AS (
    -- A name that stands for several districts: the learned place or the address tells which.
    SELECT
        *,
        CASE
            WHEN verdict <> 'several' THEN NULL
            WHEN list_contains(register_ids, learned_id) THEN learned_id
            WHEN len(list_intersect(register_ids, claimed_ids)) = 1 THEN list_intersect(register_ids, claimed_ids)[1]
        END AS narrowed_id,
        evidence IN ('override', 'list') AS by_hand,
        coalesce(evidence IN ('name', 'road') AND district_id IS NOT NULL, false) AS by_name
    FROM said
),
decided AS (
    SELECT
        *,
        CASE
            WHEN by_hand THEN 'as_placed'
            WHEN verdict = 'one' THEN CASE WHEN by_centre THEN 'register_centre' ELSE 'register' END
            WHEN verdict = 'several' AND narrowed_id IS NOT NULL THEN 'register_place'
            WHEN verdict = 'several' THEN 'register_several'
            WHEN by_name THEN 'as_placed'
            WHEN verdict IN ('unnamed', 'disagree') AND learned_id IS NOT NULL THEN 'register_unnamed'
            WHEN verdict IN ('unnamed', 'disagree') AND district_id IS NOT NULL THEN 'register_no_place'
            WHEN is_by_postal_code AND (is_usual OR is_sure) THEN 'learned_place'
            WHEN district_id IS NOT NULL AND is_unnamed THEN 'unnamed_place'
            WHEN district_id IS NOT NULL THEN 'place'
            WHEN is_by_postal_code THEN 'learned_doubt'
            WHEN learned_id IS NOT NULL THEN 'learned_road'
            ELSE 'as_placed'
        END AS decision
    FROM narrowed
),
graded AS (
    SELECT
        *,
        CASE decision
            WHEN 'register' THEN 'high'
            WHEN 'register_centre' THEN 'high'
            WHEN 'register_place' THEN 'medium'
            WHEN 'register_several' THEN 'ambiguous'
            WHEN 'register_unnamed' THEN 'ambiguous'
            WHEN 'register_no_place' THEN 'none'
            WHEN 'unnamed_place' THEN 'ambiguous'
            WHEN 'learned_place' THEN CASE WHEN is_usual AND is_sure THEN 'medium' ELSE 'low' END
            WHEN 'learned_doubt' THEN 'ambiguous'
            WHEN 'learned_road' THEN 'ambiguous'
            WHEN 'place' THEN CASE
                WHEN coalesce(dong_named, 0) < getvariable('least') THEN 'low'
                WHEN dong_id <> district_id OR dong_purity < getvariable('pure_enough')
                    OR dong_fullness < getvariable('full_enough') THEN 'ambiguous'
                WHEN dong_purity >= getvariable('purest') AND dong_fullness >= getvariable('least_full') THEN grade
                ELSE 'low'
            END
            ELSE grade
        END AS new_grade
    FROM decided
)
SELECT
    case_number,
    CASE
        WHEN new_grade NOT IN ('high', 'medium', 'low') THEN NULL
        WHEN decision IN ('register', 'register_centre') THEN register_ids[1]
        WHEN decision = 'register_place' THEN narrowed_id
        WHEN decision = 'learned_place' THEN learned_id
        ELSE district_id
    END AS district_id,
    new_grade AS grade,
    CASE
        WHEN decision = 'place' AND new_grade = 'ambiguous' THEN 'mixed_dong'
        WHEN decision IN ('as_placed', 'place') THEN evidence
        ELSE decision
    END AS evidence,
    CASE
        WHEN new_grade NOT IN ('ambiguous', 'not_assignable') THEN NULL
        WHEN decision = 'register_several' THEN array_to_string(register_ids, '|')
        WHEN decision IN ('register_unnamed', 'learned_doubt', 'learned_road') THEN learned_id
        WHEN decision IN ('place', 'unnamed_place') THEN district_id
        ELSE candidate_ids
    END AS candidate_ids
FROM graded
ORDER BY case_number
