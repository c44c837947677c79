"""Simulated counts of small manufacturers, for every kind of place with parameters in the law.

They are written in the documented template; their law is `counts.yaml`. Places are real, every figure is invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from country.resources import read_yaml
from sogong_pipeline.clusters.counts import COUNT_COLUMNS, OWNER_COLUMNS, Count, OwnerCount, write_rows
from sogong_pipeline.clusters.places import reference_day, sigungu_codes
from sogong_pipeline.regions.admin_dongs import admin_dongs_of

SOURCE, AGES_SOURCE, OFFICE = "simulated_census_sizes", "simulated_census_ages", "simulated_office_count"
RETRIEVED, LICENCE = "2026-10-01", "invented"
WORKERS_SMALL, WORKERS_MIDDLE, WORKERS_LARGE = 2.1, 6.4, 24.0
HIDDEN = {1, 2}
"""Number of establishments below which the workers are withheld, as in the real workbooks."""


def write_counts(folder: Path, seed: int) -> tuple[Path, Path]:
    """Write `counts.csv` and `owners.csv`; deterministic for a seed.

    Returns:
        The two files.
    """
    law = read_yaml("counts.yaml")
    rows = list(_rows(law, seed))
    folder.mkdir(parents=True, exist_ok=True)
    counts, owners = folder / "counts.csv", folder / "owners.csv"
    counted = [row for row in rows if isinstance(row, Count)]
    counts.write_text(write_rows(counted, COUNT_COLUMNS), encoding="utf-8")
    owned = [row for row in rows if isinstance(row, OwnerCount)]
    owners.write_text(write_rows(owned, OWNER_COLUMNS), encoding="utf-8")
    return counts, owners


def _rows(law: Mapping[str, Any], seed: int) -> Iterator[Count | OwnerCount]:
    years = list(law["years"])
    for at, area in enumerate(law["areas"]):
        rng = np.random.default_rng([seed, 7, at])
        levels: dict[tuple[str, str], float] = {}
        for number, year in enumerate(years):
            for dong in _dongs(area, year):
                for division in law["divisions"]:
                    level = levels.get((dong, division)) or _level(law, area, division, rng)
                    levels[dong, division] = level * law["yearly"] * float(np.exp(rng.normal(0, 0.03)))
                    published = law["told"].get(area["sigungu"], {}).get(dong, {}).get(division)
                    small = int(published[number]) if published else int(rng.poisson(level))
                    head = _head(area, dong, division, (year, law["years"][year]), SOURCE)
                    cell = list(_cell(law, head, small, rng))
                    yield from cell
                    if year == years[-1]:
                        yield from _owners(law, {**head, "source": AGES_SOURCE}, cell, rng)
    newest = law["newest_year_only"]
    for at, area in enumerate(newest["areas"]):
        rng = np.random.default_rng([seed, 8, at])
        for dong in _dongs(area, newest["year"]):
            for division in law["divisions"]:
                small = int(rng.poisson(_level(law, area, division, rng)))
                published = law["told"].get(area["sigungu"], {}).get(dong, {}).get(division)
                head = _head(area, dong, division, (newest["year"], newest["ksic"]), OFFICE)
                yield from _cell(law, head, int(published[-1]) if published else small, rng)


def _dongs(area: Mapping[str, Any], year: int) -> list[str]:
    day = reference_day(year)
    (code,) = sigungu_codes(area["sido"], area["sigungu"], day)
    return sorted(admin_dongs_of(code, day))


def _level(law: Mapping[str, Any], area: Mapping[str, Any], division: str, rng: np.random.Generator) -> float:
    centre = law["own_trade"] if division in area["trades"] else law["usual"]
    return float(centre * np.exp(rng.normal(0, law["spread"])))


def _head(
    area: Mapping[str, Any], dong: str, division: str, when: tuple[int, str], source: str
) -> dict[str, Any]:
    return {
        "reference_year": when[0],
        "sido": area["sido"],
        "sigungu": area["sigungu"],
        "dong": dong,
        "dong_code": "",
        "dong_code_system": "name",
        "division": division,
        "ksic_revision": when[1],
        "source": source,
        "source_id": "python -m country simulate",
        "retrieved": RETRIEVED,
        "licence": LICENCE,
    }


def _cell(
    law: Mapping[str, Any], head: dict[str, Any], small: int, rng: np.random.Generator
) -> Iterator[Count]:
    middle = int(rng.binomial(small, law["share_5_9"]))
    larger = int(rng.poisson(law["larger"] * small))
    inside = law["inside_complex"]
    split = (head["sigungu"], head["dong"], head["division"]) == (
        inside["sigungu"],
        inside["dong"],
        inside["division"],
    )
    parts = (
        {"inside_complex": small - inside["outside"], "outside_complex": inside["outside"]}
        if split
        else {"all_locations": small}
    )
    for scope, count in parts.items():
        five = min(middle, count) if not split else round(count * law["share_5_9"])
        four = count - five
        tens = larger if scope != "outside_complex" else 0
        staff = [_workers(four, WORKERS_SMALL, 1, 4, rng), _workers(five, WORKERS_MIDDLE, 5, 9, rng)]
        more = _workers(tens, WORKERS_LARGE, 10, 200, rng)
        for size, establishments, workers in (
            ("1-4", four, staff[0]),
            ("5-9", five, staff[1]),
            ("all", count + tens, sum(staff) + more),
        ):
            is_hidden = establishments in HIDDEN
            yield Count(
                **head,
                size_class=size,
                establishments=establishments,
                workers=None if is_hidden else workers,
                workers_status="suppressed" if is_hidden else "ok",
                scope=scope,
            )


def _workers(count: int, mean: float, least: int, most: int, rng: np.random.Generator) -> int:
    return int(np.clip(np.rint(rng.normal(mean, mean / 4, count)), least, most).sum())


def _owners(
    law: Mapping[str, Any], head: dict[str, Any], cell: list[Count], rng: np.random.Generator
) -> Iterator[OwnerCount]:
    """Yield owners by age of the establishments of all sizes, with the workers of all of them."""
    whole = [row for row in cell if row.size_class == "all"]
    total = sum(row.establishments or 0 for row in whole)
    by_age = rng.multinomial(total, list(law["ages"].values()))
    for age, establishments in zip(law["ages"], map(int, by_age), strict=True):
        yield OwnerCount(
            **head, age_class=age, establishments=establishments, workers=None, workers_status="absent"
        )
    workers = whole[0].workers if len(whole) == 1 else None
    status = whole[0].workers_status if len(whole) == 1 else "absent"
    yield OwnerCount(**head, age_class="all", establishments=total, workers=workers, workers_status=status)
