SELECT district_id, flow_quarter, quarter, edition, 'entry' AS direction, 'new' AS movement_kind, entries_new AS workplaces, status
FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'entry', 'above_floor', entries_above_floor, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'entry', 'coverage', entries_coverage, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'entry', 'returned', entries_returned, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'entry', 'moved', entries_moved, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'entry', 're_registered', entries_re_registered, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'entry', 'reassigned', entries_reassigned, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'exit', 'withdrawn', exits_withdrawn, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'exit', 'below_floor', exits_below_floor, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'exit', 'paused', exits_paused, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'exit', 'moved', exits_moved, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'exit', 're_registered', exits_re_registered, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'exit', 'reassigned', exits_reassigned, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'exit', 'unknown', exits_unknown, status FROM establishment_flow
UNION ALL
SELECT district_id, flow_quarter, quarter, edition, 'stay', 're_registered', stayed_re_registered, status FROM establishment_flow
