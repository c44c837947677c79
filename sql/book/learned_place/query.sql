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
),
usual AS (
    -- How many of a district's own rows name it is a register's habit: the middle one of the places of which enough is known.
    SELECT
        CASE
            WHEN count(*) >= getvariable('usual_places') THEN quantile_disc(named_share, 0.5)
            ELSE getvariable('usual_share')::DECIMAL(18, 6)
        END AS usual_share
    FROM measured
    WHERE cell = 'postal_dong' AND named >= getvariable('usual_named') AND purity >= getvariable('purest')
),
compared AS (
    SELECT measured.*, least(1, named_share / usual_share)::DECIMAL(18, 6) AS fullness FROM measured CROSS JOIN usual
)
SELECT
    *,
    cell <> 'legal_dong' AND agreeing >= getvariable('least') AND purity >= getvariable('purest')
        AND fullness >= getvariable('least_full') AS is_learned,
    is_learned AND fullness >= getvariable('surely_full') AS is_sure,
    -- Nobody there names a district: a place alone does not tell then.
    unnamed >= getvariable('least') AND named_share <= 1 - getvariable('purest') AS is_unnamed
FROM compared
ORDER BY cell, postal_code, legal_dong_code, road
