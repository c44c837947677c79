"""Templates of counts: establishments and workers by dong, division and size; owners by age.

Both are UTF-8 CSV and accepted whole or not at all. An empty figure is unknown, never 0; `workers_status` gives the
reason. Columns are described in docs/clusters.md.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Literal, TypeVar

from sogong_pipeline.clusters.problems import Problems

WorkersStatus = Literal["ok", "suppressed", "absent"]
SECTION = "C"
"""Value of `division` for all of manufacturing, where a source gives its own total."""
DIVISIONS = tuple(str(number) for number in range(10, 35))
SIZE_CLASSES = ("1-4", "5-9", "1-9", "all")
SMALL_CLASSES = ("1-4", "5-9", "1-9")
AGE_CLASSES = ("0-29", "30-39", "40-49", "50-59", "60+", "all")
CODE_LENGTHS = {"name": 0, "kostat7": 7, "kostat8": 8, "mois10": 10, "bdong10": 10}
SCOPES = ("all_locations", "outside_complex", "inside_complex")
STATUSES = ("ok", "suppressed", "absent")
KSIC_REVISIONS = ("9", "10", "11")
EARLIEST_YEAR, LATEST_YEAR = 2006, 2100


@dataclass(frozen=True, slots=True)
class Count:
    """Establishments and workers of one area, division and size class in a year.

    Attributes:
        dong: Empty together with `dong_code` for the 시군구 total of the source.
        establishments: None where the source does not give them.
        workers: None where the source withholds them (`suppressed`) or lacks them (`absent`).
    """

    reference_year: int
    sido: str
    sigungu: str
    dong: str
    dong_code: str
    dong_code_system: str
    division: str
    ksic_revision: str
    size_class: str
    establishments: int | None
    workers: int | None
    workers_status: WorkersStatus
    scope: str
    source: str
    source_id: str
    retrieved: str
    licence: str

    @property
    def key(self) -> tuple[object, ...]:
        """Unique key of a row within a file."""
        return (
            self.reference_year, self.sido, self.sigungu, self.dong, self.dong_code, self.division,
            self.size_class, self.scope, self.source,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnerCount:
    """Establishments of one area and division by the age of their owner; the other columns as in `Count`."""

    reference_year: int
    sido: str
    sigungu: str
    dong: str
    dong_code: str
    dong_code_system: str
    division: str
    ksic_revision: str
    age_class: str
    establishments: int | None
    workers: int | None
    workers_status: WorkersStatus
    source: str
    source_id: str
    retrieved: str
    licence: str

    @property
    def key(self) -> tuple[object, ...]:
        """Unique key of a row within a file."""
        return (
            self.reference_year, self.sido, self.sigungu, self.dong, self.dong_code, self.division,
            self.age_class, self.source,
        )  # fmt: skip


Entry = TypeVar("Entry", Count, OwnerCount)
COUNT_COLUMNS = tuple(field.name for field in fields(Count))
OWNER_COLUMNS = tuple(field.name for field in fields(OwnerCount))


def is_owner_file(path: Path) -> bool:
    """Return True if the header is that of the template of owners by age."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return "age_class" in next(csv.reader(file), [])


def read_counts(path: Path) -> list[Count]:
    """Read a file of counts.

    Raises:
        RefusedError: when validation fails; lists every problem with row, column and value.
    """
    rows = [
        (
            number,
            Count(
                **common,  # type: ignore[arg-type]
                size_class=row["size_class"],
                scope=row["scope"],
            ),
        )
        for number, row, common in _checked(
            path, COUNT_COLUMNS, {"size_class": SIZE_CLASSES, "scope": SCOPES}
        )
    ]
    return _without_duplicates(path, rows)


def read_owners(path: Path) -> list[OwnerCount]:
    """Read a file of owners by age; raises as `read_counts` does."""
    rows = [
        (number, OwnerCount(**common, age_class=row["age_class"]))  # type: ignore[arg-type]
        for number, row, common in _checked(path, OWNER_COLUMNS, {"age_class": AGE_CLASSES})
    ]
    return _without_duplicates(path, rows)


def write_rows(rows: Iterable[Count | OwnerCount], columns: Sequence[str]) -> str:
    """Format rows as a sorted file of their template; reading it gives equal rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    cells = attrgetter(*columns)  # dataclasses.astuple copies every cell deeply
    lines = [["" if cell is None else str(cell) for cell in cells(row)] for row in rows]
    writer.writerows(sorted(lines))
    return text.getvalue()


def _checked(
    path: Path, columns: Sequence[str], choices: Mapping[str, Sequence[str]]
) -> Iterator[tuple[int, dict[str, str], dict[str, object]]]:
    """Yield row numbers, rows and the typed cells common to both templates; refuses invalid rows."""
    problems = Problems(path.name)
    rows = list(problems.read_table(path, columns))
    valid = []
    for number, row in rows:
        complaints = list(_complaints(row, choices))
        for complaint in complaints:
            problems.add(complaint, number)
        if not complaints:
            valid.append((number, row, _common(row)))
    if not rows and not problems:
        problems.add("it has no rows")
    problems.refuse()
    yield from valid


def _complaints(row: Mapping[str, str], choices: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield the validation problems of a row: column, value and allowed values."""
    yield from _about_area(row)
    if row["division"] not in {*DIVISIONS, SECTION}:
        yield f"division {row['division']!r} is not a manufacturing division (10 to 34, or {SECTION} for their total)"
    for column, allowed in {**choices, "ksic_revision": KSIC_REVISIONS, "workers_status": STATUSES}.items():
        if row[column] not in allowed:
            yield f"{column} {row[column]!r} is not one of {', '.join(allowed)}"
    yield from _about_figures(row)
    for column in ("source", "source_id"):
        if not row[column]:
            yield f"{column} is empty"
    try:
        dt.date.fromisoformat(row["retrieved"])
    except ValueError:
        yield f"retrieved {row['retrieved']!r} is not a date such as 2026-11-30"


def _about_area(row: Mapping[str, str]) -> Iterator[str]:
    year = row["reference_year"]
    if not re.fullmatch(r"[0-9]{4}", year) or not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        yield f"reference_year {year!r} is not a year from {EARLIEST_YEAR} to {LATEST_YEAR}"
    if not row["sido"]:
        yield "sido is empty"
    system, code = row["dong_code_system"], row["dong_code"]
    if system not in CODE_LENGTHS:
        yield f"dong_code_system {system!r} is not one of {', '.join(CODE_LENGTHS)}"
    elif len(code) != CODE_LENGTHS[system] or (code and not code.isalnum()):
        length = CODE_LENGTHS[system]
        requirement = f"{length} characters long" if length else "empty"
        yield f"dong_code {code!r} is not {requirement}, as dong_code_system {system} requires"


def _about_figures(row: Mapping[str, str]) -> Iterator[str]:
    for column in ("establishments", "workers"):
        if row[column] and not re.fullmatch(r"[0-9]{1,9}", row[column]):
            yield f"{column} {row[column]!r} is not a whole number; leave it empty where it is unknown"
    if (row["workers_status"] == "ok") != bool(row["workers"]) and row["workers_status"] in STATUSES:
        yield f"workers {row['workers']!r} does not go with workers_status {row['workers_status']!r}"
    if re.fullmatch(r"0+", row["establishments"]) and row["workers"] not in {"", "0"}:
        yield f"workers {row['workers']!r} without an establishment"


def _common(row: Mapping[str, str]) -> dict[str, object]:
    return {
        "reference_year": int(row["reference_year"]),
        **{
            name: row[name]
            for name in (
                "sido", "sigungu", "dong", "dong_code", "dong_code_system", "division", "ksic_revision",
                "workers_status", "source", "source_id", "retrieved", "licence",
            )
        },
        **{name: int(row[name]) if row[name] else None for name in ("establishments", "workers")},
    }  # fmt: skip


def _without_duplicates(path: Path, rows: Sequence[tuple[int, Entry]]) -> list[Entry]:
    problems, first = Problems(path.name), dict[tuple[object, ...], int]()
    for number, row in rows:
        if (before := first.setdefault(row.key, number)) != number:
            problems.add(f"the same area, division and class as row {before}", number)
    problems.refuse()
    return [row for _, row in rows]
