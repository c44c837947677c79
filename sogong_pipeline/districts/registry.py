"""The district registry: a documented CSV template, read whole or refused whole.

The ministry's own list is not public. A user loads it, or one built from public lists, from a file with the
columns of `TEMPLATE` (docs/registry-template.md). Every district says since when it counts and where that is
known from, so a stage is never joined to an undated list.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Self

import yaml

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake import SHORT, digest_of
from sogong_pipeline.regions.reference import current_code, office_of_sido, regions

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
SIMULATED = "simulated:"
"""How the source of an invented district begins; its reports are marked 시연."""


@dataclass(frozen=True)
class Kind:
    """A kind of district the law names; `name` is Korean."""

    code: str
    name: str
    legal_item: str
    parent_law: str


@dataclass(frozen=True)
class District:
    """One district for one span of validity; `valid_to` is its last day, None while it lives.

    It claims the workplaces of its legal dongs, and of those only the ones in its postal codes where it names any.
    One whose legal dongs nobody knows claims none and is reported as not computable.
    """

    district_id: str
    name: str
    kind: str
    sigungu_code: str
    legal_dong_codes: tuple[str, ...]
    postal_codes: tuple[str, ...]
    longitude: str | None
    latitude: str | None
    source: str
    valid_from: dt.date
    valid_to: dt.date | None

    @property
    def sido_code(self) -> str:
        """Today's code of the province or metropolitan city."""
        return (current_code(self.sigungu_code) or self.sigungu_code)[:2]

    @property
    def office_code(self) -> str | None:
        """The regional office that decides on it; None in 제주, which has none."""
        office = office_of_sido(self.sido_code)
        return office.code if office else None

    def valid_on(self, day: dt.date) -> bool:
        """Whether the district counts on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def kinds() -> dict[str, Kind]:
    """The kinds by code, in the order of `kinds.yaml`."""
    text = resources.files(__package__).joinpath("kinds.yaml").read_text(encoding="utf-8")
    return {entry["code"]: Kind(**entry) for entry in yaml.safe_load(text)}


@dataclass(frozen=True, eq=False)
class Slice:
    """The districts that count on one day; `version` is a digest of them, so equal sets have equal versions."""

    version: str
    districts: tuple[District, ...]

    @classmethod
    def of(cls, districts: Iterable[District]) -> Self:
        """Name a set of districts by its digest."""
        held = tuple(districts)
        return cls(digest_of([list(vars(district).values()) for district in held])[:SHORT], held)


class Registry(Slice):
    """All districts of a registry file, whenever they were valid."""

    @cache  # noqa: B019 - a process knows one registry or a few, and asks for the same days again and again
    def on(self, day: dt.date) -> Slice:
        """The districts that count on a day."""
        return Slice.of(district for district in self.districts if district.valid_on(day))


def read_registry(path: Path, as_of: dt.date | None = None) -> list[District]:
    """Read a registry file.

    Args:
        path: a UTF-8 CSV with the columns of `TEMPLATE`.
        as_of: the first day of validity for rows that leave `valid_from` blank.

    Returns:
        The districts, ordered by id and first day.

    Raises:
        RefusedError: when anything in the file is wrong; the first problem is named and the rest counted.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(f"{path.name}: not UTF-8 (byte {error.start}); save it as CSV UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in TEMPLATE if column not in (reader.fieldnames or [])]
    if missing:
        raise RefusedError(
            f"{path.name}: the registry lacks the columns {', '.join(missing)}; see docs/registry-template.md"
        )
    districts, problems = [], []
    for number, row in enumerate(reader, start=2):
        complaints = _complaints(row, as_of)
        problems += [f"row {number}: {complaint}" for complaint in complaints]
        if not complaints:
            districts.append(_district(row, as_of))
    districts.sort(key=lambda district: (district.district_id, district.valid_from))
    problems += _overlaps(districts)
    if not districts and not problems:
        problems = ["it holds no district"]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise RefusedError(
            f"{path.name}: {problems[0]}{more}; mend the file and load it again, nothing was changed"
        )
    return districts


def _split(cell: str | None) -> tuple[str, ...]:
    return tuple(sorted({part.strip() for part in (cell or "").split("|") if part.strip()}))


def _date(cell: str | None) -> dt.date | None:
    return dt.date.fromisoformat(cell.strip()) if cell and cell.strip() else None


def _district(row: dict[str, str], as_of: dt.date | None) -> District:
    """A checked row as a district."""
    dongs = _split(row["legal_dong_codes"])
    valid_from = _date(row["valid_from"]) or as_of
    assert valid_from is not None  # noqa: S101 - checked before; for the type checker
    return District(
        district_id=row["district_id"].strip(),
        name=row["name"].strip(),
        kind=row["kind"].strip(),
        sigungu_code=row["sigungu_code"].strip() or dongs[0][:5],
        legal_dong_codes=dongs,
        postal_codes=_split(row["postal_codes"]),
        longitude=row["longitude"].strip() or None,
        latitude=row["latitude"].strip() or None,
        source=row["source"].strip(),
        valid_from=valid_from,
        valid_to=_date(row["valid_to"]),
    )


def _complaints(row: dict[str, str], as_of: dt.date | None) -> list[str]:
    """What is wrong with one row of the file."""
    if None in row or None in row.values():
        return [f"it has not the {len(TEMPLATE)} cells of the header"]
    found = [f"{column} is blank" for column in ("district_id", "name", "source") if not row[column].strip()]
    if not re.fullmatch(r"[\w.-]*", row["district_id"].strip()):
        found.append(
            f"district_id {row['district_id']!r} has other characters than letters, digits, '-', '_' and '.'"
        )
    if row["kind"].strip() not in kinds():
        found.append(f"kind {row['kind']!r} is none of {', '.join(kinds())}")
    dongs = _split(row["legal_dong_codes"])
    if not dongs and not row["sigungu_code"].strip():
        found.append("legal_dong_codes and sigungu_code are both blank")
    found += [
        f"legal_dong_codes: {code!r} has not 10 digits" for code in dongs if not re.fullmatch(r"\d{10}", code)
    ]
    found += [
        f"postal_codes: {code!r} has not 5 digits"
        for code in _split(row["postal_codes"])
        if not re.fullmatch(r"\d{5}", code)
    ]
    if row["sigungu_code"].strip() and not re.fullmatch(r"\d{5}", row["sigungu_code"].strip()):
        found.append(f"sigungu_code {row['sigungu_code']!r} has not 5 digits")
    # Lists carry codes that were abolished long ago, but a 시도 nobody knows is a typing error.
    sidos = {code[:2] for code in (row["sigungu_code"].strip(), *dongs) if code}
    unknown = sorted(sidos - {region.sido_code for region in regions()})
    found += [f"there is no 시도 {code!r}; look at sigungu_code and legal_dong_codes" for code in unknown]
    for column, low, high in (("longitude", 124, 132), ("latitude", 33, 39)):
        cell = row[column].strip()
        if cell and not (re.fullmatch(r"\d{2,3}(\.\d+)?", cell) and low <= float(cell) <= high):
            found.append(f"{column} {cell!r} is not between {low} and {high} degrees")
    try:
        valid_from, valid_to = _date(row["valid_from"]) or as_of, _date(row["valid_to"])
    except ValueError:
        return [
            *found,
            f"valid_from {row['valid_from']!r} or valid_to {row['valid_to']!r} is not a date like 2026-01-31",
        ]
    if valid_from is None:
        found.append("valid_from is blank; fill it or load with --as-of DATE")
    elif valid_to is not None and valid_to < valid_from:
        found.append(f"valid_to {valid_to} lies before valid_from {valid_from}")
    return found


def _overlaps(districts: list[District]) -> list[str]:
    """District ids that stand twice for the same day; expects the districts in order."""
    return [
        f"district_id {later.district_id!r} stands twice for the same days "
        f"(valid from {earlier.valid_from} and from {later.valid_from})"
        for earlier, later in itertools.pairwise(districts)
        if earlier.district_id == later.district_id and earlier.valid_on(later.valid_from)
    ]
