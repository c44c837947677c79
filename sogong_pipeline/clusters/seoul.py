"""Convert Seoul's microdata (OA-20326): aggregate one row per establishment to counts by dong, division and size."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from sogong_pipeline.clusters.counts import DIVISIONS, SECTION, Count
from sogong_pipeline.clusters.problems import Problems
from sogong_pipeline.clusters.workbooks import Converted
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.regions.reference import regions

SIDO = "서울특별시"
NAME_COLUMNS = ("code", "sigungu", "dong")


@dataclass(slots=True)
class _Cell:
    """Establishments and workers of a dong and division by size class; `all` includes those without workers."""

    establishments: defaultdict[str, int]
    workers: defaultdict[str, int]


def convert_microdata(
    path: Path, retrieved: str, ksic: str | None = None, names: Path | None = None
) -> Converted:
    """Count the establishments of manufacturing.

    The file is a census of Seoul, so a division missing from a dong of the file has 0 establishments there.

    Args:
        path: the CSV as downloaded, UTF-8 or CP949, one year.
        retrieved: the day of the download.
        ksic: the classification's revision, if not that of the year's list.
        names: a CSV with `code`, `sigungu`, `dong`, such as the code list that comes with the data; without it
            dongs have only their code.

    Raises:
        RefusedError: when the header is not that of its year, or a row is invalid; one line.
    """
    reader = csv.reader(io.StringIO(_decoded(path), newline=""))
    header = [name.strip() for name in next(reader, [])]
    layout = _layout()
    _require(path, header, (layout["year"], layout["dong"], layout["section"], layout["industry"]))
    at = {name: header.index(name) for name in header}
    year, rules, cells = "", dict[str, Any](), dict[tuple[str, str], _Cell]()
    dongs: set[str] = set()
    tally: defaultdict[str, int] = defaultdict(int)
    for row in reader:
        line = reader.line_num
        if not row:
            continue
        if len(row) != len(header):
            raise RefusedError(f"{path.name}: row {line}: {len(row)} cells under {len(header)} columns")
        row_year = row[at[layout["year"]]].strip()
        if not year:
            year, rules = row_year, _rules(path, line, row_year, header)
        if row_year != year:
            raise RefusedError(
                f"{path.name}: row {line}: {layout['year']} {row_year!r} in a file of {year}; use one file per year"
            )
        dong = row[at[layout["dong"]]].strip()
        if len(dong) != rules["dong_digits"] or not dong.isdigit() or dong[:5] not in _gu():
            raise RefusedError(
                f"{path.name}: row {line}: {layout['dong']} {dong!r} is not a code of a dong of Seoul "
                f"with {rules['dong_digits']} digits"
            )
        dongs.add(dong)
        tally["rows"] += 1
        section, division = (
            row[at[layout["section"]]].strip(),
            row[at[layout["industry"]]].strip().zfill(5)[:2],
        )
        if (section == SECTION) != (division in DIVISIONS):
            tally["doubtful"] += 1
            continue
        if section == SECTION:
            cell = cells.setdefault((dong, division), _Cell(defaultdict(int), defaultdict(int)))
            _add(cell, _workers(path, line, rules["workers"], row[at[rules["workers"]]].strip()), tally)
    if not year:
        raise RefusedError(f"{path.name}: it has no rows")
    labels = _names(names, dongs) if names else {}
    head = {
        "reference_year": int(year),
        "sido": SIDO,
        "ksic_revision": ksic or str(rules["ksic"]),
        "scope": "all_locations",
        "source": layout["source"],
        "source_id": path.name,
        "retrieved": retrieved,
        "licence": layout["licence"],
    }
    rows = tuple(_rows(head, dongs, cells, labels))
    return Converted(rows, tally["rows"], 0, tuple(_messages(path, tally)))


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedError(f"{path.name}: neither UTF-8 nor CP949; expected Seoul's microdata as a CSV, unpacked")


def _require(path: Path, header: list[str], names: tuple[str, ...]) -> None:
    if missing := [name for name in names if name not in header]:
        raise RefusedError(
            f"{path.name}: the header lacks {', '.join(missing)}; expected Seoul's microdata OA-20326"
        )


def _rules(path: Path, line: int, year: str, header: list[str]) -> dict[str, Any]:
    by_year: Mapping[int, dict[str, Any]] = _layout()["years"]
    if not year.isdigit() or int(year) not in by_year:
        known = ", ".join(map(str, by_year))
        raise RefusedError(
            f"{path.name}: row {line}: the columns of {year!r} are not known, only those of {known}"
        )
    rules = by_year[int(year)]
    if rules["workers"] not in header:
        others = sorted({entry["workers"] for entry in by_year.values()} & set(header))
        instead = f" but {', '.join(others)}" if others else ""
        raise RefusedError(
            f"{path.name}: a file of {year} has its workers in {rules['workers']}; "
            f"the header has no such column{instead}"
        )
    return rules


def _workers(path: Path, line: int, column: str, text: str) -> int | None:
    """Return the workers of an establishment; None if the cell is empty."""
    if not text:
        return None
    if not text.isdigit():
        raise RefusedError(f"{path.name}: row {line}: {column} {text!r} is not a number of workers")
    return int(text)


def _add(cell: _Cell, workers: int | None, tally: defaultdict[str, int]) -> None:
    if workers is None:
        tally["without_workers"] += 1
    elif not workers:
        tally["of_none"] += 1
    name = "" if not workers else "1-4" if workers <= 4 else "5-9" if workers <= 9 else ""
    for size in filter(None, ("all", name)):
        cell.establishments[size] += 1
        cell.workers[size] += workers or 0
    if workers is None:
        cell.workers["unknown"] += 1


def _rows(
    head: Mapping[str, Any], dongs: set[str], cells: Mapping[tuple[str, str], _Cell], names: Mapping[str, str]
) -> Iterator[Count]:
    """Yield a row per dong, division and size; `head` holds the fields common to all rows."""
    empty = _Cell(defaultdict(int), defaultdict(int))
    for dong in sorted(dongs):
        area: dict[str, Any] = {
            "sigungu": _gu()[dong[:5]],
            "dong": names.get(dong, ""),
            "dong_code": "" if dong in names else dong,
            "dong_code_system": "name" if dong in names else f"kostat{len(dong)}",
        }
        for division in DIVISIONS:
            cell = cells.get((dong, division), empty)
            for size in ("1-4", "5-9", "all"):
                is_known = size != "all" or not cell.workers["unknown"]
                yield Count(
                    **head,
                    **area,
                    division=division,
                    size_class=size,
                    establishments=cell.establishments[size],
                    workers=cell.workers[size] if is_known else None,
                    workers_status="ok" if is_known else "absent",
                )


def _names(path: Path, dongs: set[str]) -> dict[str, str]:
    """Read the names of dongs by their code.

    Raises:
        RefusedError: when a dong of the data is missing, a code is duplicated, or a name is in another gu.
    """
    problems = Problems(path.name)
    names: dict[str, str] = {}
    for number, row in problems.read_table(path, NAME_COLUMNS):
        if row["code"] in names:
            problems.add(f"the code {row['code']!r} occurs twice", number)
        if row["code"] in dongs and row["sigungu"] != _gu()[row["code"][:5]]:
            problems.add(
                f"the code {row['code']} lies in {_gu()[row['code'][:5]]}, not in {row['sigungu']!r}", number
            )
        names[row["code"]] = row["dong"]
    for code in sorted(dongs - set(names)):
        problems.add(f"missing code {code}")
    problems.refuse()
    return {code: names[code] for code in dongs}


def _messages(path: Path, tally: Mapping[str, int]) -> Iterator[str]:
    for key, what in (
        ("doubtful", "whose section and division disagree are left out"),
        ("without_workers", "of manufacturing without a number of workers are in all sizes only"),
        ("of_none", "of manufacturing with 0 workers are in all sizes only"),
    ):
        if tally.get(key):
            yield f"{path.name}: {tally[key]:,} establishments {what}"


@cache
def _gu() -> Mapping[str, str]:
    """Names of the 25 gu by the five-digit code of the statistics office."""
    gu = sorted(
        region.region_code
        for region in regions()
        if region.level == "sigungu" and region.sido_code == "11" and region.valid_to is None
    )
    names = {region.region_code: region.name.split()[-1] for region in regions() if region.level == "sigungu"}
    return {str(_layout()["first_gu"] + 10 * index): names[code] for index, code in enumerate(gu)}


@cache
def _layout() -> Mapping[str, Any]:
    layout: dict[str, Any] = yaml.safe_load(
        files(__package__).joinpath("seoul.yaml").read_text(encoding="utf-8")
    )
    return layout
