-- The nation and each 시도 in the quarter judged by KSIC division.
SELECT * RENAME (area AS region_code, part AS division)
FROM quarter_parts('quarter_fact', 'region', 'industry')
ORDER BY region_code, division
