"""Trends: gaps stay gaps, nothing is joined across a break, a quiet district looks quiet."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.pages.drawings import IndexChart, Series, Sparkline, StageBar
from sogong_pipeline.pages.series import indexed
from sogong_pipeline.periods import Month
from sogong_pipeline.renderers.svg import charts

MONTHS = [Month(2024, 10).shift(step) for step in range(24)]
BREAKS = (Month(2025, 6),)
BREAK_AT = MONTHS.index(BREAKS[0])
SVG = "{http://www.w3.org/2000/svg}"


Parse = Callable[[str], ET.Element]


def sparkline(
    values: list[int | None],
    months: list[Month] = MONTHS,
    alt: str = "추이",
    breaks: tuple[Month, ...] = BREAKS,
) -> str:
    return charts.sparkline(Sparkline(alt, values, months, frozenset(breaks)))


def strokes(drawing: ET.Element) -> list[str]:
    """The path data of every data line; marks and grids are drawn otherwise."""
    return [
        path.get("d", "") for path in drawing.iter(f"{SVG}path") if path.get("stroke-linejoin") == "round"
    ]


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**6)), min_size=24, max_size=24))
def test_runs_hold_every_known_month_once_and_never_cross_a_gap_or_the_break(
    values: list[int | None],
) -> None:
    runs = charts.runs(values, MONTHS, BREAKS)
    assert [pair for run in runs for pair in run] == [
        (index, value) for index, value in enumerate(values) if value is not None
    ]
    for run in runs:
        places = [index for index, _ in run]
        assert places == list(range(places[0], places[-1] + 1))
        assert not places[0] < BREAK_AT <= places[-1]


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=24, max_size=24).filter(any))
def test_a_sparkline_is_wellformed_and_stays_inside_its_box(
    parse_svg: Parse, values: list[int | None]
) -> None:
    root = parse_svg(sparkline(values, alt="<산단> & 추이"))
    _, _, width, height = map(float, root.get("viewBox", "").split())
    for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", " ".join(strokes(root))):
        assert 0 <= float(x) <= width
        assert 0 <= float(y) <= height
    title = root.find(f"{SVG}title")
    assert title is not None and title.text == "<산단> & 추이"


def test_a_missing_month_cuts_the_line_and_a_lone_month_is_a_dot(parse_svg: Parse) -> None:
    values: list[int | None] = [100] * 5 + [None] * 3 + [90] + [None] * 15
    drawn = parse_svg(sparkline(values))
    (path,) = strokes(drawn)
    assert path.count("M") == 1
    assert len(list(drawn.iter(f"{SVG}circle"))) == 1


def test_the_break_is_marked_only_where_it_lies_inside() -> None:
    def dashes(months: list[Month]) -> int:
        return sparkline([100] * len(months), months).count('stroke-dasharray="2 2"')

    assert dashes(MONTHS) == 1
    assert dashes(MONTHS[BREAK_AT:]) == 0
    assert dashes(MONTHS[:BREAK_AT]) == 0


def test_noise_is_not_blown_up(parse_svg: Parse) -> None:
    quiet = strokes(parse_svg(sparkline([1000, 1005] * 12, breaks=())))[0]
    heights = [float(y) for y in re.findall(r"[ML]-?[\d.]+ (-?[\d.]+)", quiet)]
    assert max(heights) - min(heights) < 1


def test_an_index_starts_at_100_in_the_first_known_month() -> None:
    def index(*values: int | None) -> list[float | None]:
        return indexed(values, MONTHS[: len(values)], BREAKS)

    assert index(None, 50, 75, None) == [None, 100, 150, None]
    assert index(0, 10) == [None, None]
    assert index(None) == [None]


def test_an_index_starts_at_100_again_from_a_break() -> None:
    months = MONTHS[BREAK_AT - 2 : BREAK_AT + 3]
    assert indexed([50, 60, 200, None, 210], months, BREAKS) == [100, 120, 100, None, 105]
    assert indexed([50, 0, None, 80, 40], months, BREAKS) == [100, 0, None, 100, 50]
    assert indexed([50, 60], MONTHS[BREAK_AT : BREAK_AT + 2], BREAKS) == [100, 120]


def test_labels_at_the_ends_keep_apart(parse_svg: Parse) -> None:
    series = tuple(
        Series(measure, name, [100.0, last] + [None] * 22)
        for measure, name, last in (
            ("workers", "가", 90),
            ("payroll_krw", "나", 90.1),
            ("workplaces", "다", 90.2),
        )
    )
    drawn = charts.index_chart(IndexChart("추이", series, MONTHS, frozenset(BREAKS), (300, 104)))
    labels = [text for text in parse_svg(drawn).iter(f"{SVG}text") if text.get("font-weight") == "bold"]
    heights = sorted(float(label.get("y", "")) for label in labels)
    assert [label.text for label in labels] == ["다 90", "나 90", "가 90"]
    assert all(later - earlier >= 10 for earlier, later in pairwise(heights))


def test_a_stage_bar_is_divided_by_the_counts(parse_svg: Parse) -> None:
    drawn = charts.stage_bar(
        StageBar("단계", {"good": 6, "caution": 3, "severe": 1, "undetermined": 0}), width=100
    )
    widths = [float(rect.get("width", "")) for rect in parse_svg(drawn).iter(f"{SVG}rect")]
    assert widths == [10, 30, 60]
