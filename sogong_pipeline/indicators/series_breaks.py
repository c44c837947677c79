"""Breaks of the series: dates on which law or source change the counted population, and the start of monitoring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from sogong_pipeline.districts.registry import District
from sogong_pipeline.lake.partitions import SHORT, digest_of
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.rates.contribution import contribution_table
from sogong_pipeline.regions.reference import data_path


@dataclass(frozen=True, slots=True)
class Break:
    """One dated break; `kind` is a key of sql/adjustments.yaml, which states the treatment of each measure."""

    kind: str
    first_month: Month
    what: str
    source: str


@cache
def _own() -> dict[str, list[dict[str, Any]]]:
    text = resources.files(__package__).joinpath("series_breaks.yaml").read_text(encoding="utf-8")
    table: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return table


@cache
def _reforms() -> list[dict[str, Any]]:
    """Return the reforms of administrative codes, the source of the tables of regions."""
    reforms: list[dict[str, Any]] = yaml.safe_load(data_path("reform.yaml").read_text(encoding="utf-8"))
    return reforms


def series_breaks() -> list[Break]:
    """Return every known break, oldest first, future ones included."""
    return sorted(_all(), key=lambda one: (one.first_month, one.kind, one.what))


def _all() -> Iterator[Break]:
    table = contribution_table()
    for entry in table["rates"][1:]:
        yield _of("contribution_rate", entry, f"{entry['rate_bp'] / 100:g} % of base income", entry["source"])
    for entry in table["limits"][1:]:
        what = f"base income between {entry['floor_krw']:,} and {entry['ceiling_krw']:,} won a month"
        yield _of(
            "income_limits", entry, what, entry.get("source", "notices of the ministry of health and welfare")
        )
    for entry in table["coverage"][1:]:
        yield _of("coverage", entry, entry["covers"], "the portal's description of the file")
    for entry in _own()["industry_codes"]:
        yield _of("industry_codes", entry, entry["what"], entry["source"])
    for reform in _reforms():
        month = Month(reform["effective"].year, reform["effective"].month)
        yield Break("region_codes", month, reform["what"], "acts and decrees")


def _of(kind: str, entry: dict[str, Any], what: str, source: str) -> Break:
    return Break(kind, Month.parse(str(entry["from"])), what, source)


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Codes that cannot be followed across a reform because the boundaries of their areas changed.

    `evidence` are the codes without a single successor: addresses are as of extraction, so files may bear the new
    codes for their whole past, and there is a break only where one of these is in the data.
    """

    first_month: Month
    codes: frozenset[str]
    evidence: frozenset[str]


@cache
def redrawn_regions() -> tuple[Redrawn, ...]:
    """Return every reform that cannot be followed by code alone, oldest first.

    A code is followed when it passes to exactly one, which begins that day and has no other predecessor.
    """
    reforms = []
    for reform in _reforms():
        gone: dict[str, list[str]] = reform.get("gone", {})
        born = set(reform.get("born", []))
        heirs = Counter(new for news in gone.values() for new in news)
        split = {old for old, news in gone.items() if len(news) > 1} | (born - set(heirs))
        merged = {new for new, olds in heirs.items() if olds > 1 or new not in born}
        codes = split | merged | {new for old in split for new in gone.get(old, [])}
        if split:
            month = Month(reform["effective"].year, reform["effective"].month)
            reforms.append(Redrawn(month, frozenset(codes), frozenset(split)))
    return tuple(reforms)


def area_breaks(districts: Iterable[District]) -> list[tuple[str, str, list[str]]]:
    """Return areas not comparable across a reform: area, first month after, evidence.

    Regions by code, and districts whose registry gives legal dongs of the new codes without those of the old.
    """
    pairs = [(code, redrawn) for redrawn in redrawn_regions() for code in redrawn.codes]
    for district in districts:
        codes = {dong[:5] for dong in district.legal_dong_codes}
        pairs += [
            (district.district_id, redrawn)
            for redrawn in redrawn_regions()
            if codes & redrawn.codes and not codes & redrawn.evidence
        ]
    return sorted((area, str(redrawn.first_month), sorted(redrawn.evidence)) for area, redrawn in pairs)


@cache
def watched_since() -> dict[str, Quarter]:
    """Return the quarter from which the districts of a sido are monitored, by every code of it."""
    return {
        code: Quarter.parse(str(entry["from"]))
        for entry in _own()["roll_out"]
        for code in entry["sido_codes"]
    }


def is_watched(sido_code: str, quarter: Quarter) -> bool:
    """Return True when the districts of a sido are monitored in a quarter; False for unknown codes."""
    since = watched_since().get(sido_code)
    return since is not None and since <= quarter


@cache
def breaks_version() -> str:
    """Return a digest of the dates; a change makes the tables measured with them stale."""
    return digest_of(_own(), _reforms())[:SHORT]
