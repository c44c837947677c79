-- Who is who: each row of a month finds the workplace it was, surest evidence first, or is a new one.
--   1  same name as written, number, place and day of enrolment
--   2  same plain name, number and place: written otherwise, or enrolled again
--   3  same plain name and number elsewhere: moved
--   4  same plain name and place under another number, enrolled since the other one left: registered anew
--   5  same number, place, day of enrolment, form and industry where another name was: renamed
-- From 2 on evidence counts only where it points to one row and one workplace. Who is still in the file under its own
-- name is nobody else, except that one withdrawn this month may go on under another number.
WITH entry AS NOT MATERIALIZED (
    SELECT
        row_number,
        workplace_name,
        business_number_prefix AS prefix,
        workplace_place(postal_code, legal_dong_code) AS place,
        enrolled_on,
        legal_form,
        industry_code,
        road_name(road_address) AS road,
        status = 1 AS is_enrolled,
        hash(workplace_name, business_number_prefix, place, enrolled_on) AS as_written
    FROM workplace
),
-- Twins are found by a hash of what is written, which is quicker than the texts; who only shares a hash gets turn 1.
twin AS (
    SELECT row_number, row_number() OVER (
        PARTITION BY workplace_name, prefix, place, enrolled_on
        ORDER BY is_enrolled DESC, legal_form, industry_code, road, row_number
    ) AS turn
    FROM entry
    SEMI JOIN (SELECT as_written FROM entry GROUP BY ALL HAVING count(*) > 1) AS several USING (as_written)
),
known_twin AS (
    SELECT workplace_id, row_number() OVER (
        PARTITION BY workplace_name, prefix, place, enrolled_on
        ORDER BY is_enrolled DESC, legal_form, industry_code, road, workplace_id
    ) AS turn
    FROM known
    SEMI JOIN (
        SELECT hash(workplace_name, prefix, place, enrolled_on) AS as_written FROM known GROUP BY ALL HAVING count(*) > 1
    ) AS several ON several.as_written = hash(known.workplace_name, known.prefix, known.place, known.enrolled_on)
),
one AS (
    SELECT
        row_number,
        workplace_id,
        CASE WHEN entry.road <> known.road AND entry.road <> '' AND known.road <> '' THEN 'moved' ELSE 'same' END AS link,
        entry.is_enrolled
    FROM entry
    LEFT JOIN twin USING (row_number)
    JOIN (SELECT * FROM known LEFT JOIN known_twin USING (workplace_id)) AS known
        ON entry.prefix = known.prefix AND entry.place = known.place
        AND entry.workplace_name IS NOT DISTINCT FROM known.workplace_name
        AND entry.enrolled_on IS NOT DISTINCT FROM known.enrolled_on
        AND coalesce(twin.turn, 1) = coalesce(known.turn, 1)
),
row_left AS (
    SELECT *, plain_name(workplace_name) AS plain FROM entry ANTI JOIN one USING (row_number)
),
known_left AS (
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
