-- The KSIC division of each industry code of a month, where one of the rules says it.
SELECT industry_number, coalesce(arg_max(industry_rule.division, length(code_prefix)), 'unknown') AS division
FROM industry
LEFT JOIN industry_rule
    ON starts_with(industry_code, code_prefix) AND industry_code NOT IN ('000000', '999999')
GROUP BY industry_number
ORDER BY industry_number
