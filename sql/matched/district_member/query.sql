-- Where every workplace of a month lies. A district claims a legal dong, or only some postal codes in it; one
-- claim is a match, several are ambiguous and stay with nobody.
WITH spot AS (
    SELECT DISTINCT legal_dong_code, postal_code FROM workplace
),
claim AS (
    SELECT spot.legal_dong_code, spot.postal_code, list(DISTINCT district_id ORDER BY district_id) AS district_ids
    FROM spot
    JOIN place
        ON place.legal_dong_code = spot.legal_dong_code
        AND (place.postal_code IS NULL OR place.postal_code = spot.postal_code)
    GROUP BY spot.legal_dong_code, spot.postal_code
),
industry AS (
    SELECT industry_code, arg_max(industry_rule.division, length(code_prefix)) AS division
    FROM (SELECT DISTINCT industry_code FROM workplace)
    JOIN industry_rule ON starts_with(industry_code, code_prefix)
    WHERE industry_code NOT IN ('000000', '999999')
    GROUP BY industry_code
)
SELECT
    workplace.row_number,
    workplace.data_month,
    workplace_trace.workplace_id,
    CASE WHEN len(district_ids) = 1 THEN district_ids[1] END AS district_id,
    CASE
        WHEN len(district_ids) = 1 THEN 'medium'
        WHEN len(district_ids) > 1 THEN 'ambiguous'
        ELSE 'none'
    END AS grade,
    CASE WHEN len(district_ids) > 1 THEN array_to_string(district_ids, '|') END AS candidate_ids,
    sido_today(sigungu.successor_code, sido.successor_code, workplace.sido_code) AS sido_code,
    coalesce(sigungu.successor_code, workplace.legal_dong_code[:5]) AS sigungu_code,
    coalesce(industry.division, 'unknown') AS division,
    CASE WHEN workplace.status = 1 THEN size_band(workplace.subscribers) END AS size_band,
    workplace.legal_form,
    workplace.status = 1 AND workplace.subscribers >= 1 AS is_counted,
    workplace.subscribers,
    workplace.billed_amount_krw,
    workplace.joined,
    workplace."left"
FROM workplace
LEFT JOIN workplace_trace USING (row_number)
LEFT JOIN claim
    ON claim.legal_dong_code = workplace.legal_dong_code
    AND claim.postal_code IS NOT DISTINCT FROM workplace.postal_code
LEFT JOIN industry ON industry.industry_code = workplace.industry_code
LEFT JOIN region AS sigungu ON sigungu.region_code = workplace.legal_dong_code[:5]
LEFT JOIN region AS sido ON sido.region_code = workplace.sido_code
ORDER BY workplace.row_number
