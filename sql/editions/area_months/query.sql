-- How many months of a quarter are known of an area: in one of those, a part without a row is a true 0.
SELECT area, quarter, count(workplaces) AS known_months
FROM area_month
WHERE cut = 'all'
GROUP BY area, quarter
