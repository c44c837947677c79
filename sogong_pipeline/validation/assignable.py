"""Assignable districts: graded by the pipeline's own evidence, without the truth."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from sogong_pipeline.districts.evidence import places_of
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.factories.evidence import thresholds
from sogong_pipeline.regions.dong_outlines import beside

LEAST_EFFECTIVE = 5
"""Fewest effective workplaces: with fewer, a single misplaced one is a fifth of the district."""
MOST_OUTSIDE = 0.10
"""Largest share of workers that may belong to a district but are counted in none, of those counted in it."""
MOST_INSIDE = 0.20
"""Largest share, of the workers counted in a district, in workplaces graded low."""


CELL = ["postal_code", "legal_dong_code"]
"""Columns that identify a learned place."""


def grade_districts(
    districts: Slice, present: pd.DataFrame, facts: pd.DataFrame, places_known: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Grade every district of a month by the certainty with which its workplaces can be identified.

    A district is assignable when it has five effective workplaces, no other district claims its legal dongs, and few
    workers are uncertain on either side. Outside: rows it is a candidate for, and unclaimed rows in its legal dongs
    and adjacent ones, as one in ten of a real complex has a postal code that no list of it names. Inside: rows whose
    match is graded low.

    With factory registers, unclaimed rows are uncertain only at the places that the registers leave open (`open_to`),
    and a shared legal dong excludes no district, as the registers' rows separate its places.

    Args:
        districts: The districts of the month and the lists that go with them.
        present: Counted rows with district_id, evidence, candidate_ids, grade, legal_dong_code, subscribers.
        facts: `fact_district_month`, by district_id.
        places_known: `learned_place`, where a register is loaded; then `present` has postal_code too.

    Returns:
        By district_id: kind, has_list (a supplied list decides most of its workplaces), doubt_outside and doubt_inside
        (shares of the workers counted in it, null where there are none), is_assignable.
    """
    all_districts = districts.districts
    table = pd.DataFrame({"kind": {one.district_id: one.kind for one in all_districts}})
    by_list = present.loc[present["evidence"] == "list", "district_id"].value_counts()
    placed = present["district_id"].value_counts()
    table["has_list"] = 2 * by_list.reindex(table.index).fillna(0) > placed.reindex(table.index).fillna(0)
    workers = facts["workers"].reindex(table.index).astype("float64")
    workers = workers.where(workers > 0)
    places = {one.district_id: set(places_of(one)) for one in all_districts}
    outside = _outside(places, present) if places_known is None else _open(places, present, places_known)
    table["doubt_outside"] = outside.reindex(table.index) / workers
    low = present[present["grade"] == "low"].groupby("district_id")["subscribers"].sum()
    table["doubt_inside"] = low.reindex(table.index).fillna(0) / workers
    claimed = Counter(code for codes in places.values() for code in codes)
    has_register = places_known is not None
    is_its_own = pd.Series(
        {one: has_register or all(claimed[code] == 1 for code in codes) for one, codes in places.items()}
    )
    table["is_assignable"] = (
        (facts["effective_workplaces"].reindex(table.index).astype("float64") >= LEAST_EFFECTIVE)
        & is_its_own.reindex(table.index)
        & (table["doubt_outside"] <= MOST_OUTSIDE)
        & (table["doubt_inside"] <= MOST_INSIDE)
    )
    return table


def _outside(places: dict[str, set[str]], present: pd.DataFrame) -> pd.Series[float]:
    """Return workers that may belong to a district but are in none."""
    claimed = _claimed(present)
    nobody = present[present["grade"] == "none"].groupby("legal_dong_code")["subscribers"].sum()
    doubt = {}
    for one, codes in places.items():
        near = codes | beside(codes)
        near |= {code[:8] + "00" for code in near}  # real rows often leave the ri out
        doubt[one] = claimed.get(one, 0) + nobody.reindex(sorted(near)).sum()
    return pd.Series(doubt, dtype="float64")


def _claimed(present: pd.DataFrame) -> pd.Series[int]:
    """Return workers of the rows that each district is a candidate for."""
    candidates = present["candidate_ids"].dropna().str.split("|").explode().to_frame()
    return candidates.join(present["subscribers"]).groupby("candidate_ids")["subscribers"].sum()


def _open(places: dict[str, set[str]], present: pd.DataFrame, known: pd.DataFrame) -> pd.Series[float]:
    """Return workers that may belong to a district but are in none, where registers separate most places.

    Unclaimed rows count for a district in its legal dongs and adjacent ones, at a postal code and legal dong with
    fewer than two known joined workplaces, or where some name the district without the place being learned.
    """
    cells = known[known["cell"] == "postal_dong"]
    least = int(thresholds()["least"])
    nobody = (
        present[present["grade"] == "none"].groupby(CELL, dropna=False)["subscribers"].sum().reset_index()
    )
    nobody = nobody.merge(
        cells[[*CELL, "district_id", "named", "unnamed", "is_learned"]], on=CELL, how="left"
    )
    joined = nobody["named"].fillna(0) + nobody["unnamed"].fillna(0)
    unknown = nobody[joined < least].groupby("legal_dong_code")["subscribers"].sum()
    mixed = nobody[
        (joined >= least) & nobody["district_id"].notna() & ~nobody["is_learned"].fillna(False).astype(bool)
    ]
    named = mixed.groupby("district_id")["subscribers"].sum()
    claimed = _claimed(present)
    doubt = {}
    for one, codes in places.items():
        near = codes | beside(codes)
        near |= {code[:8] + "00" for code in near}
        doubt[one] = claimed.get(one, 0) + unknown.reindex(sorted(near)).sum() + named.get(one, 0)
    return pd.Series(doubt, dtype="float64")
