-- A band of sizes, by the subscribers of the month; 1-9 in manufacturing is the law's 소공인.
CREATE OR REPLACE MACRO size_band(subscribers) AS (
    CASE
        WHEN subscribers >= 300 THEN '300+'
        WHEN subscribers >= 100 THEN '100-299'
        WHEN subscribers >= 30 THEN '30-99'
        WHEN subscribers >= 10 THEN '10-29'
        WHEN subscribers >= 5 THEN '5-9'
        WHEN subscribers >= 1 THEN '1-4'
    END
);
-- A workplace by name and number prefix, the same through its ways of writing 주식회사; the md5 is stable, hash() is not.
CREATE OR REPLACE MACRO workplace_id(workplace_name, business_number_prefix) AS (
    md5_number_lower(
        replace(replace(replace(replace(workplace_name, '주식회사', ''), '(주)', ''), '㈜', ''), ' ', '')
        || '|' || coalesce(business_number_prefix, '')
    )
);
