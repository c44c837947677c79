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
