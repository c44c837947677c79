-- The band of each count of subscribers that is in a month, and whether such a row is counted.
SELECT
    CASE WHEN status = 1 THEN size_band(subscribers) END AS size_band,
    status = 1 AND subscribers >= 1 AS is_counted
FROM size
ORDER BY size_number
