"""Which districts can be told from a file at all: graded by what the pipeline itself sees, without the truth."""

from __future__ import annotations

import pandas as pd

from sogong_pipeline.districts.evidence import places_of
from sogong_pipeline.districts.registry import District, Slice, kinds

LEAST_EFFECTIVE = 10
"""Effective number of workplaces: with fewer, a single one in the wrong place is a tenth of the district."""
MOST_IN_DOUBT = 0.15
"""Workers that may be a district's and are counted in none, as a share of those counted in it."""
LEAST_STILL_THERE = 0.95
"""Of the workplaces on a supplied list, those still there: where more have left, as many came whom it does not know."""


def grade_districts(districts: Slice, present: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Tell of every district of a month whether its workplaces can be told.

    A district is assignable that has ten effective workplaces, in which no building lies whose tenants nobody lists,
    and of which either a supplied list holds, or little is in doubt: rows it is a candidate for, and workplaces of the
    trades that settle in such a district, at addresses of its 읍면동 that no district claims.

    Args:
        districts: The districts of the month and the lists that go with them.
        present: Counted rows with district_id, evidence, candidate_ids, grade, division, legal_dong_code, subscribers.
        facts: `fact_district_month`, by district_id.

    Returns:
        By district_id: kind, has_list, is_assignable.
    """
    held = districts.districts
    table = pd.DataFrame({"kind": {one.district_id: one.kind for one in held}})
    workers = facts["workers"].reindex(table.index).astype("float64")
    on_list = pd.Series(
        [one.district_id for one in districts.placements if one.role == "list"]
    ).value_counts()
    by_list = present.loc[present["evidence"] == "list", "district_id"].value_counts()
    told = present["district_id"].value_counts()
    listed, found, placed = (count.reindex(table.index).fillna(0) for count in (on_list, by_list, told))
    table["has_list"] = 2 * found > placed
    is_fresh = table["has_list"] & (found >= LEAST_STILL_THERE * listed)
    is_told = ~pd.Series({one.district_id: one.needs_list for one in held}) & (
        _in_doubt(held, present).reindex(table.index) <= MOST_IN_DOUBT * workers
    )
    untold = {one.parent_id for one in held if one.needs_list and one.district_id not in by_list.index}
    is_many = facts["effective_workplaces"].reindex(table.index).astype("float64") >= LEAST_EFFECTIVE
    is_whole = ~table.index.isin([one for one in untold if one])
    table["is_assignable"] = is_many & is_whole & (is_fresh | is_told)
    return table


def _in_doubt(held: tuple[District, ...], present: pd.DataFrame) -> pd.Series[float]:
    """Workers that may be a district's and are in none."""
    candidates = present["candidate_ids"].dropna().str.split("|").explode().to_frame()
    claimed = candidates.join(present["subscribers"]).groupby("candidate_ids")["subscribers"].sum()
    nobody = present[present["grade"] == "none"]
    near = nobody.groupby([nobody["legal_dong_code"].str[:8], "division"])["subscribers"].sum().reset_index()
    doubt = {}
    for one in held:
        usual = kinds()[one.kind].usual_divisions
        beside = near[near["legal_dong_code"].isin({code[:8] for code in places_of(one)})]
        if usual:
            beside = beside[beside["division"].between(*usual)]
        doubt[one.district_id] = claimed.get(one.district_id, 0) + beside["subscribers"].sum()
    return pd.Series(doubt, dtype="float64")
