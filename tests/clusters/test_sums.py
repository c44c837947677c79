"""Totals of counts against their parts: differences are reported, equal or unknown sums are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sogong_pipeline.clusters.counts import Count
from sogong_pipeline.clusters.sums import differing_sums
from sogong_pipeline.clusters.workbooks import convert_table3
from tests.clusters.rows import count

TOWN, OTHER, CITY = (f"강원특별자치도 강릉시 {name}" for name in ("주문진읍", "사천면", "*"))
WHERE = "2023 census 강원특별자치도 강릉시"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            [(TOWN, "10", 3, "1-4"), (TOWN, "10", 2, "5-9"), (TOWN, "10", 5, "1-9"), (TOWN, "10", 9, "all")],
            [],
        ),
        (
            [(TOWN, "10", 3, "1-4"), (TOWN, "10", 2, "5-9"), (TOWN, "10", 6, "1-9")],
            ["주문진읍 10 1-9: 2 classes add up to 5 establishments, but the stated total is 6"],
        ),
        (
            [(TOWN, "10", 3, "1-4"), (TOWN, "10", 2, "5-9"), (TOWN, "10", 4, "all")],
            ["주문진읍 10: 5 small establishments of 4 of all sizes"],
        ),
        (
            [(TOWN, "10", 3, "1-9"), (OTHER, "10", 2, "1-9"), (CITY, "10", 7, "1-9")],
            ["10 1-9: 2 dongs add up to 5 establishments, but the stated total is 7"],
        ),
        (
            [(TOWN, "10", 3, "1-9"), (TOWN, "25", 1, "1-9"), (TOWN, "C", 5, "1-9")],
            ["주문진읍 C 1-9: 2 divisions add up to 4 establishments, but the stated total is 5"],
        ),
        ([(TOWN, "10", 3, "1-9"), (OTHER, "10", None, "1-9"), (CITY, "10", 7, "1-9")], []),
        ([(TOWN, "10", 3, "1-4"), (TOWN, "10", 6, "1-9")], []),
    ],
)
def test_what_differs_is_said_in_one_line(
    rows: list[tuple[str, str, int | None, str]], lines: list[str]
) -> None:
    counts = [count(where, division, number, size=size) for where, division, number, size in rows]
    assert list(differing_sums(counts)) == [f"{WHERE} {line}" for line in lines]


def test_workers_differ_apart_and_withheld_ones_are_not_summed() -> None:
    def rows(status: str) -> list[Count]:
        return [
            count(TOWN, "10", 3, workers=9),
            count(OTHER, "10", 2, workers=None if status else 4, status=status or "absent"),
            count(CITY, "10", 5, workers=14),
        ]

    assert list(differing_sums(rows("suppressed"))) == []
    assert list(differing_sums(rows(""))) == [
        f"{WHERE} 10 1-9: 2 dongs add up to 13 workers, but the stated total is 14"
    ]


@pytest.mark.real_data
def test_the_real_workbook_adds_up_and_one_changed_figure_does_not(test_data: Path) -> None:
    rows = convert_table3(test_data / "clusters" / "gangneung_2023_table3.xlsx", "2026-11-30").rows
    counts = [row for row in rows if isinstance(row, Count)]
    assert list(differing_sums(counts)) == []
    changed = next(
        at
        for at, row in enumerate(counts)
        if (row.dong, row.division, row.size_class) == ("주문진읍", "10", "all")
    )
    counts[changed] = replace(counts[changed], establishments=158)
    where = "2023 local_government_table3 강원특별자치도 강릉시"
    assert list(differing_sums(counts)) == [
        f"{where} 10 all: 21 dongs add up to 574 establishments, but the stated total is 575",
        f"{where} 주문진읍 C all: 25 divisions add up to 270 establishments, but the stated total is 271",
    ]
