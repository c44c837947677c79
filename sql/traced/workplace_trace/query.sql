-- Who is who: each row of a month finds the workplace it was, surest evidence first, or is a new one.
--   1  same name as written, number, place and day of enrolment
--   2  same plain name, number and place: written otherwise, or enrolled again
--   3  same plain name and number elsewhere: moved
--   4  same plain name and place under another number, enrolled since the other one left: registered anew
--   5  same number, place, day of enrolment, form and industry where another name was: renamed
-- From 2 on evidence counts only where it points to one row and one workplace. Who is still in the file under its own
-- name is nobody else, except that one withdrawn this month may go on under another number.
WITH entry AS MATERIALIZED (
    -- Whole numbers only: who is written as in the month before costs a join on these, and only the others are looked at.
    SELECT
        row_number,
        hash(workplace_name, business_number_prefix, workplace_place(postal_code, legal_dong_code), enrolled_on) AS as_written,
        hash(nullif(road_name(road_address), '')) AS road_key,
        nullif(road_name(road_address), '') IS NOT NULL AS has_road,
        status = 1 AS is_enrolled
    FROM workplace
),
known_entry AS MATERIALIZED (
    SELECT
        workplace_id,
        hash(workplace_name, prefix, place, enrolled_on) AS as_written,
        hash(nullif(road, '')) AS road_key,
        nullif(road, '') IS NOT NULL AS has_road
    FROM known
),
-- Twins, who are written alike, are told apart by their turn.
twin AS (
    SELECT row_number, row_number() OVER (
        PARTITION BY as_written
        ORDER BY is_enrolled DESC, legal_form, industry_code, road_name(road_address), row_number
    ) AS turn
    FROM entry
    SEMI JOIN (SELECT as_written FROM entry GROUP BY ALL HAVING count(*) > 1) AS several USING (as_written)
    JOIN workplace USING (row_number)
),
known_twin AS (
    SELECT workplace_id, row_number() OVER (
        PARTITION BY as_written
        ORDER BY is_enrolled DESC, legal_form, industry_code, road, workplace_id
    ) AS turn
    FROM known_entry
    SEMI JOIN (SELECT as_written FROM known_entry GROUP BY ALL HAVING count(*) > 1) AS several USING (as_written)
    JOIN known USING (workplace_id)
),
one AS MATERIALIZED (
    SELECT
        row_number,
        workplace_id,
        CASE
            WHEN entry.road_key <> known_entry.road_key AND entry.has_road AND known_entry.has_road THEN 'moved' ELSE 'same'
        END AS link,
        entry.is_enrolled
    FROM entry
    LEFT JOIN twin USING (row_number)
    JOIN (FROM known_entry LEFT JOIN known_twin USING (workplace_id)) AS known_entry
        ON entry.as_written = known_entry.as_written AND coalesce(twin.turn, 1) = coalesce(known_entry.turn, 1)
),
row_left AS MATERIALIZED (
    SELECT
        row_number,
        workplace_name,
        business_number_prefix AS prefix,
        workplace_place(postal_code, legal_dong_code) AS place,
        enrolled_on,
        legal_form,
        industry_code,
        status = 1 AS is_enrolled,
        plain_name(workplace_name) AS plain
    FROM workplace JOIN (FROM entry ANTI JOIN one USING (row_number)) AS unknown USING (row_number)
),
known_left AS MATERIALIZED (
    SELECT *, plain_name(workplace_name) AS plain FROM known
    ANTI JOIN (SELECT workplace_id FROM one WHERE is_enrolled) AS taken USING (workplace_id)
),
two AS (
    SELECT any_value(row_number) AS row_number, any_value(workplace_id) AS workplace_id, 'same' AS link
    FROM row_left JOIN known_left USING (plain, prefix, place)
    WHERE plain <> ''
    GROUP BY plain, prefix, place
    HAVING count(*) = 1
),
three AS (
    SELECT any_value(row_number) AS row_number, any_value(workplace_id) AS workplace_id, 'moved' AS link
    FROM (FROM row_left ANTI JOIN two USING (row_number))
    JOIN (FROM known_left ANTI JOIN two USING (workplace_id)) USING (plain, prefix)
    WHERE plain <> ''
    GROUP BY plain, prefix
    HAVING count(*) = 1
),
row_left_3 AS (FROM row_left ANTI JOIN two USING (row_number) ANTI JOIN three USING (row_number)),
known_left_3 AS (FROM known_left ANTI JOIN two USING (workplace_id) ANTI JOIN three USING (workplace_id)),
four AS (
    SELECT any_value(r.row_number) AS row_number, any_value(k.workplace_id) AS workplace_id, 're_registered' AS link
    FROM row_left_3 AS r
    JOIN known_left_3 AS k ON r.plain = k.plain AND r.place = k.place
    WHERE r.plain <> '' AND r.is_enrolled AND r.enrolled_on >= k.last_seen - INTERVAL 1 MONTH
    GROUP BY r.plain, r.place
    HAVING count(*) = 1
),
five AS (
    SELECT any_value(r.row_number) AS row_number, any_value(k.workplace_id) AS workplace_id, 'renamed' AS link
    FROM (FROM row_left_3 ANTI JOIN four USING (row_number)) AS r
    JOIN (FROM known_left_3 ANTI JOIN four USING (workplace_id) ANTI JOIN one USING (workplace_id)) AS k
        USING (prefix, place, enrolled_on, legal_form, industry_code)
    WHERE r.is_enrolled AND k.is_enrolled
    GROUP BY prefix, place, enrolled_on, legal_form, industry_code
    HAVING count(*) = 1
),
linked AS (
    SELECT row_number, workplace_id, link FROM one
    UNION ALL FROM two UNION ALL FROM three UNION ALL FROM four UNION ALL FROM five
),
fresh AS (
    SELECT
        row_number,
        workplace_key(plain, prefix, place, '') AS key_alone,
        workplace_key(plain, prefix, place, concat_ws('|', getvariable('data_month'), enrolled_on, row_number)) AS key_told_apart,
        row_number() OVER (PARTITION BY plain, prefix, place ORDER BY is_enrolled DESC, enrolled_on, row_number) AS turn
    FROM row_left ANTI JOIN linked USING (row_number)
)
SELECT row_number, workplace_id, link FROM linked
UNION ALL
SELECT
    fresh.row_number,
    CASE WHEN turn = 1 AND known.workplace_id IS NULL THEN key_alone ELSE key_told_apart END AS workplace_id,
    'new' AS link
FROM fresh
LEFT JOIN known ON known.workplace_id = fresh.key_alone
ORDER BY row_number
