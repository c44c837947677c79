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
    "register": "a factory register names it for its firm at this legal dong",
    "register_centre": "a factory register puts its firm into this building, by name or by road and number",
    "register_place": "a factory register gives its firm a name of several districts, and its place tells which",
    "register_several": "a factory register gives its firm a name of several districts, and nothing tells which",
    "register_unnamed": "a factory register knows its firm there and names no district or contradicts itself, while "
    "others' rows give the place to this district",
    "register_no_place": "a factory register knows its firm there and names no district for it or contradicts itself",
    "learned_place": "the register's rows at its postal code and legal dong name it",
    "learned_doubt": "the register's rows at its postal code and legal dong name it or none, and it is not known to be "
    "a manufacturer",
    "learned_road": "the register's rows on its road name it",
    "unnamed_place": "its place is the district's, but the register's rows there name no district",
    "mixed_dong": "its legal dong is the district's, but the register's rows there name others or none as well",
    "building": "only buildings or parts of a campus claim its place, and an address cannot tell who is in one",
    None: "no district claims its place, its road or a name in its address",
}


@dataclass(frozen=True)
class Explained:
    """One workplace of a month: its row and the sentence that says why."""

    row: dict[str, Any]
    sentence: str


@dataclass(frozen=True)
class Registers:
    """What explains the evidence of factory registers: tables of sql/firms and sql/book."""

    factory_firm: Path
    address_evidence: Path
    learned_place: Path


def explain(
    workplace: Path,
    member: Path,
    districts: Slice,
    wanted: str,
    workspace: Path,
    *,
    registers: Registers | None = None,
) -> list[Explained]:
    """Explain the workplaces of a month whose name holds a text, or the one of a row number.

    Args:
        workplace: staged rows.
        member: the same rows matched against `districts`.
        districts: the districts and placements they were matched against.
        wanted: part of a name, or a row number; blanks and legal forms in names do not count.
        workspace: an empty folder.
        registers: the evidence of factory registers, where there is some.

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
        said = _registers(engine, registers) if registers and rows else {}
    return [
        Explained(row, "; ".join([_sentence(row, names, districts), *said.get(row["row_number"], [])]))
        for row in rows
    ]


def _registers(engine: Engine, registers: Registers) -> dict[int, list[str]]:
    """What the register's row and the learned place say of each row that is explained, by row number."""
    engine.view("factory_firm", registers.factory_firm)
    engine.view("address_evidence", registers.address_evidence)
    engine.view("learned_place", registers.learned_place)
    rows = engine.rows(
        """
        SELECT
            row_number, firm.firm_name, coalesce(firm.complex_name, firm.centre_name, '') AS complex_name,
            coalesce(firm.lot_address, firm.road_address, '') AS address, evidence.hits, place.agreeing, place.named,
            place.unnamed, place.district_id AS learned_id, place.first_month, place.last_month
        FROM workplace
        JOIN district_member USING (row_number)
        LEFT JOIN address_evidence AS evidence
            ON evidence.workplace_id = district_member.workplace_id
            AND evidence.postal_code IS NOT DISTINCT FROM workplace.postal_code
            AND evidence.legal_dong_code IS NOT DISTINCT FROM district_member.legal_dong_code
            AND evidence.road IS NOT DISTINCT FROM nullif(road_name(workplace.road_address), '')
        LEFT JOIN factory_firm AS firm
            ON firm.register_version = evidence.register_version AND firm.row_number = evidence.firm_row
            AND firm.site = 1
        LEFT JOIN learned_place AS place
            ON place.cell = 'postal_dong' AND place.postal_code = workplace.postal_code
            AND place.legal_dong_code = district_member.legal_dong_code
        WHERE row_number = getvariable('row')
            OR contains(plain_name(workplace_name), plain_name(getvariable('wanted')))
        """
    )
    told: dict[int, list[str]] = {}
    for row in rows:
        lines = told.setdefault(row["row_number"], [])
        if row["firm_name"]:
            more = f" (and {row['hits'] - 1} more rows)" if row["hits"] > 1 else ""
            lines.append(
                f"register: {row['firm_name']}, {row['complex_name'] or 'no complex'}, {row['address']}{more}"
            )
        if row["agreeing"] is not None:
            lines.append(
                f"at its postal code and legal dong {row['named'] + row['unnamed']} workplaces are in the register "
                f"({row['first_month']} to {row['last_month']}), {row['named']} with a district"
                + (f", {row['agreeing']} of these {row['learned_id']}" if row["agreeing"] else "")
            )
    return told


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
