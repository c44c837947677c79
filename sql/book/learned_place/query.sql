-- What joined workplaces teach about a place: of those of one postal code and legal dong, of one road in an 읍면동, and of
-- one legal dong, how many name which district. A workplace counts once in a place, however many months it was seen in.
WITH joined AS (
    SELECT
        workplace_id, postal_code, legal_dong_code, road, verdict,
        CASE WHEN verdict = 'one' THEN district_ids[1] END AS district_id,
        first_month, last_month
    FROM address_evidence
    WHERE verdict IN ('one', 'unnamed') AND legal_dong_code IS NOT NULL
),
cell AS (
    SELECT 'postal_dong' AS cell, postal_code, legal_dong_code, NULL AS road, * EXCLUDE (postal_code, legal_dong_code, road)
    FROM joined WHERE postal_code IS NOT NULL
    UNION ALL BY NAME
    SELECT 'road' AS cell, NULL AS postal_code, legal_dong_code[:8] AS legal_dong_code, road,
        * EXCLUDE (postal_code, legal_dong_code, road)
    FROM joined WHERE road IS NOT NULL
    UNION ALL BY NAME
    SELECT 'legal_dong' AS cell, NULL AS postal_code, legal_dong_code, NULL AS road,
        * EXCLUDE (postal_code, legal_dong_code, road)
    FROM joined
),
counted AS (
    SELECT
        cell, postal_code, legal_dong_code, road, district_id,
        count(DISTINCT workplace_id) AS workplaces, min(first_month) AS first_month, max(last_month) AS last_month
    FROM cell
    GROUP BY ALL
),
summed AS (
    SELECT
        cell, postal_code, legal_dong_code, road,
        arg_max(district_id, (workplaces, district_id)) FILTER (district_id IS NOT NULL) AS district_id,
        coalesce(max(workplaces) FILTER (district_id IS NOT NULL), 0) AS agreeing,
        coalesce(sum(workplaces) FILTER (district_id IS NOT NULL), 0)::BIGINT AS named,
        coalesce(sum(workplaces) FILTER (district_id IS NULL), 0)::BIGINT AS unnamed,
        min(first_month) AS first_month,
        max(last_month) AS last_month
    FROM counted
    GROUP BY ALL
),
measured AS (
    SELECT *, share_of(agreeing, named) AS purity, share_of(named, named + unnamed) AS named_share FROM summed
)
SELECT
    *,
    cell <> 'legal_dong' AND agreeing >= getvariable('least') AND purity >= getvariable('purest')
        AND named_share >= getvariable('least_named') AS is_learned,
    is_learned AND named_share >= getvariable('surely_named') AS is_sure,
    -- Nobody there names a district: a place alone does not tell then.
    unnamed >= getvariable('least') AND named_share <= 1 - getvariable('purest') AS is_unnamed
FROM measured
ORDER BY cell, postal_code, legal_dong_code, road
