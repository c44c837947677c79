"""Drawings as data: content and alternative text; the rendering is left to each renderer.

Every drawing has an alternative text (`alt`) for readers who cannot see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sogong_pipeline.pages.geography import Outline, Point
from sogong_pipeline.periods import Month
from sogong_pipeline.vocabulary import Measure, Stage


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A monthly figure in the size of a word.

    Attributes:
        alt: The trend in words.
        values: One per month, None if missing; at least one is known.
        months: In order.
        breaks: Months from which the level cannot be compared with the one before.
    """

    alt: str
    values: Sequence[int | None]
    months: Sequence[Month]
    breaks: frozenset[Month]


@dataclass(frozen=True, slots=True)
class Series:
    """One measure along the months of a chart; None is a month without data."""

    measure: Measure
    label: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class IndexChart:
    """Indexed monthly series, 100 in the first month and again after each break.

    Attributes:
        alt: The chart in words.
        series: At least one has a known month.
        months: In order, the same for all series.
        breaks: Months from which the level cannot be compared with the one before.
        size: Width and height in CSS pixels.
    """

    alt: str
    series: tuple[Series, ...]
    months: Sequence[Month]
    breaks: frozenset[Month]
    size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class StageBar:
    """The shares of the stages among one or more districts, as one bar."""

    alt: str
    counts: Mapping[Stage, int]


@dataclass(frozen=True, slots=True)
class StageBars:
    """Labelled bars of the shares of the stages, one below the other."""

    alt: str
    bars: tuple[tuple[str, Mapping[Stage, int]], ...]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StageMark:
    """The mark of a stage, beside its name."""

    stage: Stage
    alt: str = ""


@dataclass(frozen=True, slots=True)
class LineSample:
    """A short sample of a measure's line, for a legend."""

    measure: Measure
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a figure; None is open."""

    least: Decimal | None = None
    most: Decimal | None = None

    def hold(self, value: Decimal) -> bool:
        """Return True if a value is within the limits."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class LimitedSparkline:
    """A monthly figure in the size of a word, with values outside its limits marked.

    Attributes:
        alt: The trend in words.
        values: One per month, None if unknown; at least one is known.
        limits: Values outside are marked.
        with_limits: True to draw the limits too; those of a large count would flatten the line.
    """

    alt: str
    values: Sequence[Decimal | None]
    limits: Limits
    with_limits: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """A district on a map; `number` is its place in the report's list of flagged districts."""

    place: Point
    stage: Stage
    name: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class StageMap:
    """Outlines of sigungu with districts as marks of their stage.

    Attributes:
        alt: The map in words.
        outlines: All sigungu; visible ones outside the sidos are drawn faintly.
        sidos: Today's two-digit codes of the mapped area.
        dots: The districts, all with a location in Korea.
        region_names: Names for orientation with their positions; omitted if there is no room.
        size: Maximum width and height in CSS pixels.
        scale: Size of the marks; below 1 only numbers are written beside them.
    """

    alt: str
    outlines: Sequence[Outline]
    sidos: frozenset[str]
    dots: tuple[Dot, ...]
    region_names: tuple[tuple[str, Point], ...]
    size: tuple[float, float]
    scale: float = 1


Drawing = Sparkline | IndexChart | StageBar | StageBars | StageMark | LineSample | LimitedSparkline | StageMap
