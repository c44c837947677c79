"""Trend lines and stage bars as SVG that needs nothing around it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sogong_pipeline.pages import palette
from sogong_pipeline.pages.drawings import IndexChart, Series, Sparkline, StageBar, StageBars
from sogong_pipeline.pages.palette import SERIES
from sogong_pipeline.pages.widths import text_width
from sogong_pipeline.periods import Month
from sogong_pipeline.renderers.svg import elements as svg
from sogong_pipeline.vocabulary import Measure, Stage

BAR_ORDER: tuple[Stage, ...] = ("severe", "caution", "undetermined", "good")
LEAST_RANGE = 0.2
"""The vertical axis spans at least a fifth of the level, so that a quiet district looks quiet."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the data area lies, in pixels, and what it spans."""

    left: float
    right: float
    top: float
    bottom: float
    months: int
    low: float
    high: float

    def x(self, index: float) -> float:
        if self.months == 1:
            return (self.left + self.right) / 2
        return self.left + (self.right - self.left) * index / (self.months - 1)

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * (value - self.low) / (self.high - self.low)


def runs(
    values: Sequence[float | None], months: Sequence[Month], breaks: Collection[Month]
) -> list[list[tuple[int, float]]]:
    """The stretches a line may be drawn through: cut where a month is missing and before a break."""
    stretches: list[list[tuple[int, float]]] = [[]]
    for index, (value, month) in enumerate(zip(values, months, strict=True)):
        if value is None or month in breaks:
            stretches.append([])
        if value is not None:
            stretches[-1].append((index, value))
    return [stretch for stretch in stretches if stretch]


def sparkline(data: Sparkline) -> str:
    """A word-sized trend."""
    known = [value for value in data.values if value is not None]
    width, height = 118, 26
    frame = _Frame(3, width - 4, 4, height - 4, len(data.months), *_span(known, LEAST_RANGE * max(known)))
    return svg.drawing(
        width,
        height,
        *_break_marks(frame, data.months, data.breaks),
        *_draw(data.values, SERIES["workers"], data.months, data.breaks, frame, 1.1),
        title=data.alt,
    )


def index_chart(data: IndexChart) -> str:
    """Indexed lines over the months with a scale, years and a label at each line's end."""
    (width, height), months = data.size, data.months
    known = [value for line in data.series for value in line.values if value is not None]
    frame = _Frame(30, width - 74, 10, height - 20, len(months), *_span([*known, 100], 25))
    small: svg.Style = {"font_size": 9, "fill": palette.MUTED}
    grid = [
        svg.element("path", d=f"M{svg.figure(frame.left)} {svg.figure(y)}H{svg.figure(frame.right)}",
                    stroke=palette.MUTED if level == 100 else palette.RULE, stroke_width=0.6, fill="none")
        + svg.text(f"{level:g}", frame.left - 5, y + 3, text_anchor="end", **small)
        for level in _levels(frame.low, frame.high)
        for y in [frame.y(level)]
    ]  # fmt: skip
    ticks = [
        svg.text(
            f"{str(month.year)[2:]}.{month.month}", frame.x(index), height - 6, text_anchor="middle", **small
        )
        for index, month in enumerate(months)
        if month.month in {1, 7} or len(months) == 1
    ]
    drawn = [
        part
        for line in data.series
        for part in _draw(line.values, SERIES[line.measure], months, data.breaks, frame, 1.5)
    ]
    return svg.drawing(
        width, height,
        svg.element("g", *grid, *ticks, *_break_marks(frame, months, data.breaks), *drawn,
                    *_end_labels(data.series, frame), font_family=svg.FONT),
        title=data.alt,
    )  # fmt: skip


def stage_bar(data: StageBar, width: float = 150, height: float = 12) -> str:
    """One bar of the stages' shares, severe first."""
    parts = [
        svg.element("rect", x=x, y=0.5, width=share, height=height - 1, fill=palette.FILL[stage],
                    stroke=palette.EDGE[stage], stroke_width=0.5)
        for stage, x, share in _shares(data.counts, width)
    ]  # fmt: skip
    return svg.drawing(width, height, *parts, title=data.alt)


def stage_bars(data: StageBars) -> str:
    """Labelled bars one under the other, each with the stages' names and counts where they fit."""
    width, left, thick, gap = 720, 96, 20, 8
    drawn = []
    for place, (label, counts) in enumerate(data.bars):
        y = place * (thick + gap)
        drawn.append(svg.text(label, 0, y + 14, font_size=11, fill=palette.MUTED))
        for stage, x, share in _shares(counts, width - left):
            drawn.append(
                svg.element("rect", x=left + x, y=y + 0.5, width=share, height=thick - 1, fill=palette.FILL[stage],
                            stroke=palette.EDGE[stage], stroke_width=0.6)
            )  # fmt: skip
            wordings = (f"{data.labels[stage]} {counts[stage]:,}", f"{counts[stage]:,}")
            fitting = [words for words in wordings if text_width(words, 10.5) + 8 <= share]
            drawn.extend(
                svg.text(words, left + x + 5, y + 14, font_size=10.5, fill=palette.ON[stage])
                for words in fitting[:1]
            )
    height = len(data.bars) * (thick + gap) - gap
    return svg.drawing(width, height, svg.element("g", *drawn, font_family=svg.FONT), title=data.alt)


def _shares(counts: Mapping[Stage, int], width: float) -> Iterator[tuple[Stage, float, float]]:
    """Each stage that occurs, severe first, with its start and length on a bar."""
    total, x = sum(counts.values()), 0.0
    for stage in BAR_ORDER:
        if counts[stage]:
            share = width * counts[stage] / total
            yield stage, x, share
            x += share


def line_sample(measure: Measure) -> str:
    """A short piece of a measure's line, for a legend."""
    colour, dash = SERIES[measure]
    return svg.drawing(
        24, 10, svg.element("path", d="M1 5H23", stroke=colour, stroke_width=1.8, stroke_dasharray=dash)
    )


def _span(known: Sequence[float], least: float) -> tuple[float, float]:
    low, high = min(known), max(known)
    spread = max(high - low, least, 1)
    middle = (low + high) / 2
    return middle - spread / 2, middle + spread / 2


def _levels(low: float, high: float) -> list[float]:
    step = next(step for step in (5, 10, 20, 50, 100, 200, 500, 10**9) if (high - low) / step <= 6)
    first = -int(-low // step)
    return [level * step for level in range(first, int(high // step) + 1)]


def _draw(  # noqa: PLR0917 - a series, its style and where it is drawn
    values: Sequence[float | None],
    style: tuple[str, str],
    months: Sequence[Month],
    breaks: Collection[Month],
    frame: _Frame,
    thickness: float,
) -> list[str]:
    stretches = runs(values, months, breaks)
    colour, dash = style
    path = "".join(
        svg.line_path((frame.x(index), frame.y(value)) for index, value in stretch)
        for stretch in stretches
        if len(stretch) > 1
    )
    alone = [stretch[0] for stretch in stretches if len(stretch) == 1]
    dots = {*alone, stretches[-1][-1]} if stretches else set()
    return [
        *([svg.element("path", d=path, fill="none", stroke=colour, stroke_width=thickness,
                       stroke_dasharray=dash, stroke_linejoin="round")] if path else []),
        *(svg.element("circle", cx=frame.x(index), cy=frame.y(value), r=1.3 * thickness, fill=colour)
          for index, value in sorted(dots)),
    ]  # fmt: skip


def _break_marks(frame: _Frame, months: Sequence[Month], breaks: Collection[Month]) -> list[str]:
    top, bottom = svg.figure(frame.top - 3), svg.figure(frame.bottom + 3)
    return [
        svg.element("path", d=f"M{svg.figure(frame.x(index - 0.5))} {top}V{bottom}", stroke=palette.MUTED,
                    stroke_width=0.7, stroke_dasharray="2 2")
        for index, month in enumerate(months)
        if index and month in breaks
    ]  # fmt: skip


def _end_labels(lines: Sequence[Series], frame: _Frame) -> list[str]:
    """The last value of each line, moved apart where they would overlap."""
    ends = []
    for line in lines:
        last = next((v for v in reversed(line.values) if v is not None), None)
        if last is not None:
            ends.append((frame.y(last), f"{line.label} {last:.0f}", SERIES[line.measure][0]))
    labels, floor = [], float("-inf")
    for y, words, colour in sorted(ends):
        floor = max(y, floor + 11)
        labels.append(
            svg.text(words, frame.right + 6, floor + 3, font_size=9.5, fill=colour, font_weight="bold")
        )
    return labels
