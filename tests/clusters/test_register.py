"""The factory register: counted by legal dong, inside and outside complexes, every firm accounted for."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from sogong_pipeline.clusters.cells import gather
from sogong_pipeline.clusters.register import Factory, count_factories
from sogong_pipeline.clusters.table import clusters

CHANGSIN, JUMUNJIN = "11110174", "51150250"
HEAD = {"source_id": "register 0001", "ksic_revision": "10", "retrieved": "2026-11-30", "licence": "unknown"}


def test_firms_are_counted_by_dong_division_size_and_complex() -> None:
    factories = [
        *[Factory(JUMUNJIN, "10213", True, 3)] * 30,
        *[Factory(JUMUNJIN, "10213", False, 7)] * 12,
        *[Factory(JUMUNJIN, "10213", False, 40)] * 2,
        Factory(JUMUNJIN, "10213", False, None),
        *[Factory(CHANGSIN, "14111", False, 2)] * 5,
        Factory(None, "14111", False, 2),
        Factory(CHANGSIN, "47111", False, 2),
        Factory(CHANGSIN, None, False, 2),
    ]
    counted = count_factories(factories, dt.date(2026, 6, 30), **HEAD)
    assert counted.cells == len(factories)
    assert counted.messages == (
        "register 0001: 2 firms of no division of manufacturing",
        "register 0001: 1 firms without declared workers, in all sizes only",
        "register 0001: 1 firms without one legal dong",
    )
    establishments = Counter[tuple[str, str, str, str]]()
    for row in counted.rows:
        establishments[row.dong, row.division, row.scope, row.size_class] = row.establishments or 0  # type: ignore[union-attr]
    assert establishments["주문진읍", "10", "inside_complex", "1-4"] == 30
    assert establishments["주문진읍", "10", "outside_complex", "5-9"] == 12
    assert establishments["주문진읍", "10", "outside_complex", "all"] == 15
    assert establishments["창신동", "14", "inside_complex", "all"] == 0
    rows = {row.dong: row for row in clusters(gather(counted.rows))}  # type: ignore[arg-type]
    town, dong = rows["주문진읍"], rows["창신동"]
    assert (town.est_small, town.est_all, town.reaches, town.scope) == (42, 45, "yes", "all_locations")
    assert (dong.basis, dong.reaches) == ("legal_dong", "unknown")
    assert town.flags == "register_undercount"


def test_codes_are_those_of_the_register_s_year() -> None:
    (row, *_) = count_factories([Factory(JUMUNJIN, "10213", False, 3)], dt.date(2022, 5, 1), **HEAD).rows
    assert (row.dong_code, row.sido) == ("4215025000", "강원도")
