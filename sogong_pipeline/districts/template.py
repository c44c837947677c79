"""Read and write a registry in the documented template (docs/registry-template.md): whole, or not at all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from sogong_pipeline.districts.habits import date_of, kind_of, yes_or_blank
from sogong_pipeline.districts.problems import Problems, read_table
from sogong_pipeline.districts.registry import District, kinds
from sogong_pipeline.factories.addresses import sites_of
from sogong_pipeline.regions.reference import regions

TEMPLATE = (
    "district_id",
    "name",
    "kind",
    "sigungu_code",
    "legal_dong_codes",
    "postal_codes",
    "longitude",
    "latitude",
    "source",
    "valid_from",
    "valid_to",
)
OPTIONAL = ("roads", "aliases", "parent_id", "industry_codes", "is_alone", "whole_dong_codes", "buildings")
"""Columns a file may leave out."""


def read_registry(path: Path, as_of: dt.date | None = None) -> list[District]:
    """Read a registry file.

    Args:
        path: a table (`tables`) with the columns of `TEMPLATE`, and of `OPTIONAL` where it has them.
        as_of: the first day of validity for rows that leave `valid_from` blank.

    Returns:
        The districts, ordered by id and first day.

    Raises:
        RefusedError: when anything in the file is wrong; it tells every problem.
    """
    problems = Problems()
    districts = check_registry(path, as_of, problems)
    problems.refuse()
    return districts


def check_registry(path: Path, as_of: dt.date | None, problems: Problems) -> list[District]:
    """Read a registry file and note what is wrong with it; what is returned counts only when nothing is."""
    return [district for _, district in check_rows(path, as_of, problems)]


def check_rows(path: Path, as_of: dt.date | None, problems: Problems) -> list[tuple[int, District]]:
    """As `check_registry`, each district with the number of its row."""
    before = bool(problems)
    rows: list[tuple[int, District]] = []
    for number, cells in read_table(path, TEMPLATE, problems):
        row = _template_row({**dict.fromkeys(OPTIONAL, ""), **cells})
        complaints = _complaints(row, as_of)
        for complaint in complaints:
            problems.add(path.name, complaint, number)
        if not complaints:
            rows.append((number, _district(row, as_of)))
    rows.sort(key=lambda item: (item[1].district_id, item[1].valid_from, item[0]))
    for row_number, complaint in _between(rows):
        problems.add(path.name, complaint, row_number)
    if not rows and bool(problems) == before:
        problems.add(path.name, "it holds no district")
    return rows


def _template_row(row: dict[str, str]) -> dict[str, str]:
    """A row with its kind, and its yes or no, as the template writes them."""
    return {**row, "kind": kind_of(row["kind"]), "is_alone": yes_or_blank(row["is_alone"])}


def write_registry(districts: Iterable[District]) -> str:
    """The districts as a file of the template that reads back as they are."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*TEMPLATE, *OPTIONAL))
    for district in districts:
        cells = (getattr(district, column) for column in (*TEMPLATE, *OPTIONAL))
        writer.writerow(
            "|".join(cell)
            if isinstance(cell, tuple)
            else "yes"
            if cell is True
            else ""
            if cell is None or cell is False
            else str(cell)
            for cell in cells
        )
    return text.getvalue()


def _split(cell: str) -> tuple[str, ...]:
    return tuple(sorted({part.strip() for part in cell.split("|") if part.strip()}))


def _district(row: dict[str, str], as_of: dt.date | None) -> District:
    """A checked row as a district."""
    dongs = _split(row["legal_dong_codes"])
    valid_from = date_of(row["valid_from"]) or as_of
    assert valid_from is not None  # noqa: S101 - checked before; for the type checker
    return District(
        district_id=row["district_id"],
        name=row["name"],
        kind=row["kind"],
        sigungu_code=row["sigungu_code"] or dongs[0][:5],
        legal_dong_codes=dongs,
        postal_codes=_split(row["postal_codes"]),
        longitude=row["longitude"] or None,
        latitude=row["latitude"] or None,
        source=row["source"],
        valid_from=valid_from,
        valid_to=date_of(row["valid_to"]),
        roads=_split(row["roads"]),
        aliases=_split(row["aliases"]),
        parent_id=row["parent_id"] or None,
        industry_codes=_split(row["industry_codes"]),
        is_alone=row["is_alone"] == "yes",
        whole_dong_codes=_split(row["whole_dong_codes"]),
        buildings=_split(row["buildings"]),
    )


def _complaints(row: dict[str, str], as_of: dt.date | None) -> list[str]:
    """What is wrong with one row of the file."""
    found = [f"{column} is blank" for column in ("district_id", "name", "source") if not row[column]]
    for column in ("district_id", "parent_id"):
        if not re.fullmatch(r"[\w.-]*", row[column]):
            found.append(
                f"{column} {row[column]!r} has other characters than letters, digits, '-', '_' and '.'"
            )
    if row["kind"] not in kinds():
        found.append(f"kind {row['kind']!r} is none of {', '.join(kinds())}")
    dongs = _split(row["legal_dong_codes"])
    if not dongs and not row["sigungu_code"]:
        found.append("legal_dong_codes and sigungu_code are both blank")
    digits = (("legal_dong_codes", r"\d{10}", "10 digits"), ("postal_codes", r"\d{5}", "5 digits"))
    for column, pattern, told in (*digits, ("industry_codes", r"\d{1,6}", "1 to 6 digits")):
        found += [
            f"{column}: {code!r} has not {told}"
            for code in _split(row[column])
            if not re.fullmatch(pattern, code)
        ]
    if row["sigungu_code"] and not re.fullmatch(r"\d{5}", row["sigungu_code"]):
        found.append(f"sigungu_code {row['sigungu_code']!r} has not 5 digits")
    # Lists carry codes that were abolished long ago, but a 시도 nobody knows is a typing error.
    sidos = {code[:2] for code in (row["sigungu_code"], *dongs) if code}
    unknown = sorted(sidos - {region.sido_code for region in regions()})
    found += [f"there is no 시도 {code!r}; look at sigungu_code and legal_dong_codes" for code in unknown]
    found += [
        f"whole_dong_codes: {code!r} is none of its legal_dong_codes"
        for code in _split(row["whole_dong_codes"])
        if code not in dongs
    ]
    found += [
        f"aliases: {alias!r} is shorter than 3 characters and would be found anywhere"
        for alias in _split(row["aliases"])
        if len(alias) < 3
    ]
    found += [
        f"buildings: {address!r} is no road address with a number, such as 서울특별시 금천구 가산디지털1로 168"
        for address in _split(row["buildings"])
        if not all(site.road and site.number for site in sites_of(address, None))
    ]
    if row["is_alone"] not in {"", "yes"}:
        found.append(f"is_alone {row['is_alone']!r} is neither yes nor blank")
    for column, low, high in (("longitude", 124, 132), ("latitude", 33, 39)):
        cell = row[column]
        if cell and not (re.fullmatch(r"\d{2,3}(\.\d+)?", cell) and low <= float(cell) <= high):
            found.append(f"{column} {cell!r} is not between {low} and {high} degrees")
    return found + _wrong_dates(row, as_of)


def _wrong_dates(row: dict[str, str], as_of: dt.date | None) -> list[str]:
    try:
        valid_from, valid_to = date_of(row["valid_from"]) or as_of, date_of(row["valid_to"])
    except ValueError:
        dates = f"valid_from {row['valid_from']!r} or valid_to {row['valid_to']!r}"
        return [f"{dates} is not a date like 2026-01-31"]
    if valid_from is None:
        return ["valid_from is blank; fill it or load with --as-of DATE"]
    if valid_to is not None and valid_to < valid_from:
        return [f"valid_to {valid_to} lies before valid_from {valid_from}"]
    return []


def _between(rows: Sequence[tuple[int, District]]) -> list[tuple[int, str]]:
    """What is wrong between rows, which come in order: days twice or not at all, parents that are not there."""
    spans: dict[str, list[tuple[int, District]]] = defaultdict(list)
    for number, district in rows:
        spans[district.district_id].append((number, district))
    found = []
    for same in spans.values():
        for (earlier_row, earlier), (number, later) in itertools.pairwise(same):
            told = f"district_id {later.district_id!r} (row {earlier_row} is valid from {earlier.valid_from}"
            told += f" to {earlier.valid_to or 'now'}, row {number} from {later.valid_from})"
            if earlier.valid_on(later.valid_from):
                found.append((number, f"{told} stands twice for the same days"))
            elif earlier.valid_to is not None and (later.valid_from - earlier.valid_to).days > 1:
                found.append(
                    (number, f"{told} leaves a gap; close it, or give the later one an id of its own")
                )
    for number, district in rows:
        if district.parent_id is not None:
            above = _ancestors(district, {key: same[-1][1] for key, same in spans.items()})
            if district.parent_id not in spans:
                found.append((number, f"parent_id {district.parent_id!r} is no district_id of this file"))
            elif district.district_id in above:
                found.append(
                    (number, f"parent_id {district.parent_id!r} lies in {district.district_id!r} itself")
                )
    return found


def _ancestors(district: District, by_id: dict[str, District]) -> set[str]:
    above: set[str] = set()
    parent = district.parent_id
    while parent is not None and parent not in above:
        above.add(parent)
        parent = by_id[parent].parent_id if parent in by_id else None
    return above
