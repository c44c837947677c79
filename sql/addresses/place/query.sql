-- The places of a month, each a published legal dong and 지번 address (`written`), in today's regions. Where code and name
-- disagree the name counts, as a wrong code looks as good as a right one; of a divided dong the name tells the part.
WITH named AS (
    SELECT
        written.*,
        dong_today.today_code,
        name_today.today_emd_code,
        sigungu_then.sigungu_code AS sigungu_code_then
    FROM written
    LEFT JOIN dong_today USING (legal_dong_code)
    LEFT JOIN sigungu_then USING (legal_dong_code)
    -- A name that was the code's own does not disagree with it, whatever both became.
    LEFT JOIN name_today
        ON name_today.address = single_blanks(lot_address)
        AND name_today.address IS DISTINCT FROM dong_today.address
),
located AS (
    SELECT
        named.*,
        CASE
            WHEN named.today_emd_code IS NULL OR named.today_code[:8] = named.today_emd_code THEN named.today_code
            ELSE coalesce(dong_divided.today_code, named.today_emd_code || '00')
        END AS dong_code
    FROM named
    LEFT JOIN dong_divided
        ON dong_divided.legal_dong_code = named.legal_dong_code
        AND dong_divided.today_emd_code = named.today_emd_code
)
SELECT
    dong_code AS legal_dong_code,
    coalesce(dong_code, located.legal_dong_code) AS place_code,
    coalesce(dong_code[:5], sigungu.successor_code) AS sigungu_code_today,
    coalesce(sigungu_code_today, located.legal_dong_code[:5]) AS sigungu_code,
    sigungu_code_then
FROM located
LEFT JOIN region AS sigungu ON sigungu.region_code = located.legal_dong_code[:5]
ORDER BY place_number
