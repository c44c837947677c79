"""Read workplaces that were placed by hand: overrides, and supplied lists of a district's workplaces."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from sogong_pipeline.districts.habits import date_of
from sogong_pipeline.districts.problems import Problems, read_table
from sogong_pipeline.districts.registry import Placement

COLUMNS = (
    "district_id",
    "workplace_name",
    "business_number_prefix",
    "legal_dong_code",
    "reason",
    "valid_from",
    "valid_to",
)


def check_placements(
    path: Path, role: str, district_ids: Collection[str], problems: Problems
) -> list[Placement]:
    """Read a file of placements and note what is wrong with it.

    Args:
        path: a table (`tables`) with the columns of `COLUMNS`.
        role: `override` or `list`; only an override may leave the district blank: the workplace is in none.
        district_ids: the districts of the registry.
        problems: where to note problems.

    Returns:
        The placements in order; they count only when nothing is wrong.
    """
    placements: list[Placement] = []
    known: dict[tuple[str, str, str | None], list[Placement]] = {}
    for number, row in read_table(path, COLUMNS, problems):
        complaints = _complaints(row, role, district_ids)
        for complaint in complaints:
            problems.add(path.name, complaint, number)
        valid_from = None if complaints else date_of(row["valid_from"])
        if valid_from is None:
            continue
        placement = Placement(
            role=role,
            district_id=row["district_id"] or None,
            workplace_name=row["workplace_name"],
            business_number_prefix=row["business_number_prefix"],
            legal_dong_code=row["legal_dong_code"] or None,
            reason=row["reason"],
            valid_from=valid_from,
            valid_to=date_of(row["valid_to"]),
        )
        key = (placement.workplace_name, placement.business_number_prefix, placement.legal_dong_code)
        same = known.setdefault(key, [])
        if any(
            other.valid_on(placement.valid_from) or placement.valid_on(other.valid_from) for other in same
        ):
            problems.add(path.name, f"{placement.workplace_name!r} is placed twice for the same days", number)
        same.append(placement)
        placements.append(placement)
    return sorted(
        placements, key=lambda one: (one.workplace_name, one.business_number_prefix, one.valid_from)
    )


def write_placements(placements: Iterable[Placement]) -> str:
    """Checked placements as text that `read_placements` reads back as they are."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("role", *COLUMNS))
    for one in placements:
        writer.writerow([getattr(one, column) or "" for column in ("role", *COLUMNS)])
    return text.getvalue()


def read_placements(path: Path) -> list[Placement]:
    """What `write_placements` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Placement(
                role=row["role"],
                district_id=row["district_id"] or None,
                workplace_name=row["workplace_name"],
                business_number_prefix=row["business_number_prefix"],
                legal_dong_code=row["legal_dong_code"] or None,
                reason=row["reason"],
                valid_from=dt.date.fromisoformat(row["valid_from"]),
                valid_to=date_of(row["valid_to"]),
            )
            for row in csv.DictReader(file)
        ]


def _complaints(row: dict[str, str], role: str, district_ids: Collection[str]) -> list[str]:
    found = [f"{column} is blank" for column in ("workplace_name", "reason") if not row[column]]
    if not row["district_id"] and role == "list":
        found.append("district_id is blank")
    if row["district_id"] and row["district_id"] not in district_ids:
        found.append(f"district_id {row['district_id']!r} is not in the registry")
    for column, pattern, told in (
        ("business_number_prefix", r"\d{6}", "6 digits"),
        ("legal_dong_code", r"(\d{10})?", "10 digits"),
    ):
        if not re.fullmatch(pattern, row[column]):
            found.append(f"{column} {row[column]!r} has not {told}")
    try:
        valid_from, valid_to = date_of(row["valid_from"]), date_of(row["valid_to"])
    except ValueError:
        dates = f"valid_from {row['valid_from']!r} or valid_to {row['valid_to']!r}"
        return [*found, f"{dates} is not a date like 2026-01-31"]
    if valid_from is None:
        found.append("valid_from is blank")
    elif valid_to is not None and valid_to < valid_from:
        found.append(f"valid_to {valid_to} lies before valid_from {valid_from}")
    return found
