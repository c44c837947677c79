-- Workplaces that came to and went from every district in the quarter judged and the four before it, by kind, under
-- the districts of the quarter judged. An exit is reclassified when the workplace is back within three months: it was
-- a new number, a move, or a pause below the floor.
WITH dated AS (
    SELECT *, (data_month || '-01')::DATE AS first_day FROM movement
),
later_kind AS (
    SELECT workplace_id, first_day, CASE WHEN kind = 'returned' THEN 'paused' ELSE kind END AS kind
    FROM dated
    WHERE (direction = 'entry' AND kind IN ('returned', 'moved', 're_registered')) OR direction = 'late'
),
settled AS (
    SELECT
        dated.workplace_id, dated.direction, dated.data_month, dated.district_id,
        coalesce(arg_min(later_kind.kind, later_kind.first_day), any_value(dated.kind)) AS kind
    FROM dated
    LEFT JOIN later_kind
        ON dated.direction = 'exit' AND dated.kind IN ('withdrawn', 'below_floor', 'unknown')
        AND later_kind.workplace_id = dated.workplace_id
        AND later_kind.first_day > dated.first_day AND later_kind.first_day <= dated.first_day + INTERVAL 3 MONTH
    WHERE dated.district_id IS NOT NULL
    GROUP BY ALL
),
counted AS (
    SELECT
        district_id,
        flow_quarter,
        count(*) FILTER (direction = 'entry') AS entries,
        count(*) FILTER (direction = 'entry' AND kind = 'new') AS entries_new,
        count(*) FILTER (direction = 'entry' AND kind = 'above_floor') AS entries_above_floor,
        count(*) FILTER (direction = 'entry' AND kind = 'coverage') AS entries_coverage,
        count(*) FILTER (direction = 'entry' AND kind = 'returned') AS entries_returned,
        count(*) FILTER (direction = 'entry' AND kind = 'moved') AS entries_moved,
        count(*) FILTER (direction = 'entry' AND kind = 're_registered') AS entries_re_registered,
        count(*) FILTER (direction = 'entry' AND kind = 'reassigned') AS entries_reassigned,
        count(*) FILTER (direction = 'exit') AS exits,
        count(*) FILTER (direction = 'exit' AND kind = 'withdrawn') AS exits_withdrawn,
        count(*) FILTER (direction = 'exit' AND kind = 'below_floor') AS exits_below_floor,
        count(*) FILTER (direction = 'exit' AND kind = 'paused') AS exits_paused,
        count(*) FILTER (direction = 'exit' AND kind = 'moved') AS exits_moved,
        count(*) FILTER (direction = 'exit' AND kind = 're_registered') AS exits_re_registered,
        count(*) FILTER (direction = 'exit' AND kind = 'reassigned') AS exits_reassigned,
        count(*) FILTER (direction = 'exit' AND kind = 'unknown') AS exits_unknown,
        count(*) FILTER (direction = 'stay') AS stayed_re_registered
    FROM settled
    JOIN flow_calendar USING (data_month)
    GROUP BY district_id, flow_quarter
),
-- Where three in ten leave and as many come in one month, hardly anybody was recognised from the month before: in all
-- districts together, or in one of them, as where the names of one region were broken.
moved_share AS (
    SELECT
        district_id,
        data_month,
        count(*) FILTER (direction = 'exit' AND kind NOT IN ('moved', 'reassigned')) AS gone,
        count(*) FILTER (direction = 'entry' AND kind NOT IN ('moved', 'reassigned', 'coverage')) AS come
    FROM movement
    WHERE district_id IS NOT NULL
    GROUP BY GROUPING SETS ((data_month), (district_id, data_month))
),
unrecognised AS (
    SELECT flow_calendar.data_month
    FROM flow_calendar
    JOIN moved_share ON moved_share.data_month = flow_calendar.data_month AND moved_share.district_id IS NULL
    JOIN (SELECT data_month AS month_before, sum(workplaces) AS workplaces FROM fact_district_month GROUP BY ALL) USING (month_before)
    WHERE least(gone, come) > 0.3 * workplaces AND workplaces >= 30
),
unrecognised_here AS (
    SELECT DISTINCT district_id, flow_quarter
    FROM flow_calendar
    JOIN moved_share USING (data_month)
    JOIN fact_district_month AS opening USING (district_id)
    WHERE opening.data_month = month_before AND least(gone, come) > 0.3 * workplaces AND least(gone, come) >= 5
),
quarter AS (
    SELECT
        flow_quarter, count(flow_calendar.data_month) AS months, bool_and(is_settled) AS is_settled,
        count(unrecognised.data_month) > 0 AS is_unrecognised,
        min(month_before) AS month_before, max(flow_calendar.data_month) AS last_month
    FROM (SELECT getvariable('quarter') AS flow_quarter UNION SELECT flow_quarter FROM flow_calendar)
    LEFT JOIN flow_calendar USING (flow_quarter)
    LEFT JOIN unrecognised ON unrecognised.data_month = flow_calendar.data_month
    GROUP BY flow_quarter
),
district AS (
    SELECT DISTINCT district_id FROM fact_district_month
),
known AS (
    SELECT
        district.district_id, quarter.*, opening.workplaces AS workplaces_before, closing.workplaces AS workplaces_after,
        opening.workplaces IS NOT NULL AND closing.workplaces IS NOT NULL AND NOT quarter.is_unrecognised
            AND unrecognised_here.district_id IS NULL AS is_known
    FROM district
    CROSS JOIN quarter
    LEFT JOIN fact_district_month AS opening
        ON opening.district_id = district.district_id AND opening.data_month = month_before
    LEFT JOIN fact_district_month AS closing
        ON closing.district_id = district.district_id AND closing.data_month = last_month
    LEFT JOIN unrecognised_here
        ON unrecognised_here.district_id = district.district_id AND unrecognised_here.flow_quarter = quarter.flow_quarter
)
SELECT
    district_id,
    flow_quarter,
    getvariable('quarter') AS quarter,
    getvariable('edition') AS edition,
    months::INTEGER AS months,
    workplaces_before,
    CASE WHEN is_known THEN coalesce(entries, 0) END AS entries,
    CASE WHEN is_known THEN coalesce(entries_new, 0) END AS entries_new,
    CASE WHEN is_known THEN coalesce(entries_above_floor, 0) END AS entries_above_floor,
    CASE WHEN is_known THEN coalesce(entries_coverage, 0) END AS entries_coverage,
    CASE WHEN is_known THEN coalesce(entries_returned, 0) END AS entries_returned,
    CASE WHEN is_known THEN coalesce(entries_moved, 0) END AS entries_moved,
    CASE WHEN is_known THEN coalesce(entries_re_registered, 0) END AS entries_re_registered,
    CASE WHEN is_known THEN coalesce(entries_reassigned, 0) END AS entries_reassigned,
    CASE WHEN is_known THEN coalesce(exits, 0) END AS exits,
    CASE WHEN is_known THEN coalesce(exits_withdrawn, 0) END AS exits_withdrawn,
    CASE WHEN is_known THEN coalesce(exits_below_floor, 0) END AS exits_below_floor,
    CASE WHEN is_known THEN coalesce(exits_paused, 0) END AS exits_paused,
    CASE WHEN is_known THEN coalesce(exits_moved, 0) END AS exits_moved,
    CASE WHEN is_known THEN coalesce(exits_re_registered, 0) END AS exits_re_registered,
    CASE WHEN is_known THEN coalesce(exits_reassigned, 0) END AS exits_reassigned,
    CASE WHEN is_known THEN coalesce(exits_unknown, 0) END AS exits_unknown,
    CASE WHEN is_known THEN coalesce(stayed_re_registered, 0) END AS stayed_re_registered,
    workplaces_after,
    CASE
        WHEN NOT is_known THEN 'not_computable'
        WHEN months < 3 THEN 'partial'
        WHEN NOT is_settled THEN 'provisional'
        ELSE 'ok'
    END AS status
FROM known
LEFT JOIN counted USING (district_id, flow_quarter)
ORDER BY district_id, flow_quarter
