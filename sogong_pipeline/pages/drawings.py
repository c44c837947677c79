"""Drawings as data: what is drawn and what it says in words; how it is drawn is each renderer's own business.

Every drawing has an alternative text (`alt`) that says what it shows to whoever cannot see it.
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
    """One figure month by month in the size of a word.

    Attributes:
        alt: The trend in words.
        values: One per month, None where it is missing; at least one is known.
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
    """Indexed series over the months, 100 at the first month and anew after each break.

    Attributes:
        alt: The chart in words.
        series: At least one knows a month.
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
    """The stages' shares of at least one district as one bar."""

    alt: str
    counts: Mapping[Stage, int]


@dataclass(frozen=True, slots=True)
class StageBars:
    """Labelled bars of the stages' shares, one under the other."""

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
    """A short piece of a measure's line, for a legend."""

    measure: Measure
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits a figure should lie between; None is open."""

    least: Decimal | None = None
    most: Decimal | None = None

    def hold(self, value: Decimal) -> bool:
        """Whether a value lies within."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True, slots=True)
class LimitedSparkline:
    """A figure month by month in the size of a word, those outside its limits marked.

    Attributes:
        alt: The trend in words.
        values: One per month, None where it is not known; at least one is.
        limits: Values outside are marked.
        with_limits: Whether the limits are drawn too; those of a large count would flatten the line.
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
        outlines: All sigungu; those outside the sidos are drawn faintly where they come into view.
        sidos: Two-digit codes, as of today, of the area the map is about.
        dots: The districts, all with a place in Korea.
        region_names: Names for orientation and where they belong; left out where there is no room.
        size: At most so wide and high, in CSS pixels.
        scale: How large marks are drawn; below 1 only numbers are written beside them.
    """

    alt: str
    outlines: Sequence[Outline]
    sidos: frozenset[str]
    dots: tuple[Dot, ...]
    region_names: tuple[tuple[str, Point], ...]
    size: tuple[float, float]
    scale: float = 1


Drawing = Sparkline | IndexChart | StageBar | StageBars | StageMark | LineSample | LimitedSparkline | StageMap
