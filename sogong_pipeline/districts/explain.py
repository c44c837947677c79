"""Say why a workplace lies where it lies, in sentences; nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.sql_engine import Engine

MOST = 20
"""How many workplaces of one name are told; more are counted."""

WHY = {
    "override": "an override places it there",
    "list": "a supplied list names it",
    "name": "its address holds the district's name",
    "road": "its road is on the district's list of roads",
    "postal_code": "its legal dong and postal code are the district's",
    "legal_dong": "its legal dong is the district's",
    "place": "its legal dong, with or without its postal code, is theirs",
    "beside_roads": "its place is the district's, but its road is none that is listed for it and ends inside",
    "shared_dong": "its place is the district's, but another one claims a part of the same legal dong",
    "other_trade": "its place is the district's, but it is not known to be a manufacturer",
    "through_road": "its place or its road is the district's, but the road leads on to places that are not",
    "any_trade": "its place is the district's, and nobody's trade says more there",
    "dong_alone": "its legal dong is the district's, but holds too much else for that alone to tell",
    "building": "only buildings or parts of a campus claim its place, and an address cannot tell who is in one",
    None: "no district claims its place, its road or a name in its address",
}


@dataclass(frozen=True)
class Explained:
    """One workplace of a month: its row and the sentence that says why."""

    row: dict[str, Any]
    sentence: str


def explain(workplace: Path, member: Path, districts: Slice, wanted: str, workspace: Path) -> list[Explained]:
    """Explain the workplaces of a month whose name holds a text, or the one of a row number.

    Args:
        workplace: staged rows.
        member: the same rows matched against `districts`.
        districts: the districts and placements they were matched against.
        wanted: part of a name, or a row number; blanks and legal forms in names do not count.
        workspace: an empty folder.

    Returns:
        At most `MOST` + 1 of them, in the order of the file.
    """
    names = {district.district_id: district.name for district in districts.districts}
    with Engine(workspace) as engine:
        engine.view("workplace", workplace)
        engine.view("district_member", member)
        engine.variables({"wanted": wanted, "row": int(wanted) if wanted.isdigit() else -1})
        rows = engine.rows(
            f"""
            SELECT
                row_number, workplace_name, business_number_prefix, lot_address, road_address, postal_code,
                workplace.legal_dong_code AS published_dong_code, district_member.legal_dong_code,
                district_id, grade, evidence, candidate_ids
            FROM workplace JOIN district_member USING (row_number)
            WHERE row_number = getvariable('row')
                OR contains(plain_name(workplace_name), plain_name(getvariable('wanted')))
            ORDER BY row_number LIMIT {MOST + 1}
            """
        )
    return [Explained(row, _sentence(row, names, districts)) for row in rows]


def _sentence(row: dict[str, Any], names: dict[str, str], districts: Slice) -> str:
    ids = [row["district_id"]] if row["district_id"] else (row["candidate_ids"] or "").split("|")
    told = ", ".join(f"{one} {names.get(one, '')}".strip() for one in ids if one)
    why = WHY[row["evidence"]]
    if row["evidence"] == "beside_roads" and row["grade"] == "ambiguous":
        why += ", and it is not known to be a manufacturer"
    if row["evidence"] in {"override", "list"}:
        reasons = {
            one.reason
            for one in districts.placements
            if one.role == row["evidence"]
            and one.district_id == row["district_id"]
            and one.business_number_prefix == row["business_number_prefix"]
        }
        why += f" ({'; '.join(sorted(reasons))})" if reasons else ""
    moved = row["legal_dong_code"] and row["legal_dong_code"] != row["published_dong_code"]
    code = f"; its legal dong {row['published_dong_code']} is {row['legal_dong_code']} today" if moved else ""
    return f"{row['grade']}: {told + ', as ' if told else ''}{why}{code}"
