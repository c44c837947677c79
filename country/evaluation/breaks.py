"""False alarms at breaks of the series, counted on a country in which no district suffers a loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sogong_pipeline.indicators.series_breaks import series_breaks
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.stages.rules import DEFAULT
from sogong_pipeline.steps.installation import Installation

KINDS = ("contribution_rate", "income_limits", "coverage", "region_codes", "industry_codes")
QUIET = "quiet"
ALARMS = ("caution", "severe")
DRAWS, SEED = 2_000, 510
TWO_SIDED_95 = 1.959964
Interval = tuple[float, float]


@dataclass(frozen=True)
class QuarterAlarms:
    """One quarter: the breaks that begin in it, how many districts were judged and how many alarmed."""

    quarter: Quarter
    breaks: tuple[str, ...]
    judged: int
    alarms: int
    severe: int

    @property
    def interval(self) -> Interval:
        """Wilson's 95 % interval of the share of alarms."""
        return wilson(self.alarms, self.judged)


@dataclass(frozen=True)
class KindAlarms:
    """The quarters of one kind of break, against the quiet ones.

    Attributes:
        kind: The kind of break, or `quiet`.
        quarters: Number of quarters.
        judged: District-quarters judged.
        alarms: Of these, caution or severe.
        difference: Share of alarms less that of the quiet quarters.
        interval: 95 % of that difference when districts are drawn anew, all their quarters together.
    """

    kind: str
    quarters: int
    judged: int
    alarms: int
    difference: float
    interval: Interval

    @property
    def raises_more(self) -> bool:
        """Return True when it has more alarms than quiet quarters, beyond chance."""
        return self.interval[0] > 0

    @property
    def hides_some(self) -> bool:
        """Return True when it has fewer: a break that lets a measure rise hides falls."""
        return self.interval[1] < 0


@dataclass(frozen=True)
class BreakAlarms:
    """Results for one country.

    Attributes:
        quarters: Each quarter, in order.
        kinds: By the breaks that begin in a quarter, the quiet ones first.
        crossed: By the breaks that some quarters compare across and others do not, those that cross none first.
    """

    quarters: Sequence[QuarterAlarms]
    kinds: Sequence[KindAlarms]
    crossed: Sequence[KindAlarms]


def wilson(count: int, of: int) -> Interval:
    """Return Wilson's 95 % interval of a share; 0 to 1 without trials."""
    if not of:
        return 0.0, 1.0
    z2 = TWO_SIDED_95**2
    middle = (count + z2 / 2) / (of + z2)
    half = TWO_SIDED_95 / (of + z2) * math.sqrt(count * (of - count) / of + z2 / 4)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def judged_quarters(months: Sequence[Month]) -> list[Quarter]:
    """Return the whole quarters with both of their bases, a year and two years before, among the months."""
    first = Quarter.parse(str(months[0].quarter)).shift(8)
    with_bases = sorted({month.quarter for month in months if first <= month.quarter})
    return [quarter for quarter in with_bases if quarter.months[-1] in months]


def breaks_in(quarter: Quarter) -> tuple[str, ...]:
    """Return the kinds of break that begin in a quarter."""
    begun = {one.kind for one in series_breaks() if one.first_month in quarter.months}
    return tuple(kind for kind in KINDS if kind in begun)


def breaks_crossed(quarter: Quarter) -> tuple[str, ...]:
    """Return the kinds of break between a quarter and its farthest base, two years before."""
    first, last = quarter.shift(-8).months[0], quarter.months[-1]
    return tuple(
        k for k in KINDS if any(b.kind == k and first < b.first_month <= last for b in series_breaks())
    )


def measure_break_alarms(
    installation: Installation, months: Sequence[Month], on_quarter: Callable[[str], None] | None = None
) -> BreakAlarms:
    """Propose every quarter of a country by the default rules and count its alarms by the breaks that begin in it.

    Args:
        installation: The installation with the country.
        months: Its months.
        on_quarter: Called after each quarter.
    """
    stages_by_quarter = []
    for quarter in judged_quarters(months):
        edition, _ = installation.quarters.propose(quarter)
        proposals = installation.proposals(edition, DEFAULT)
        if proposals is None:
            raise ValueError(f"{quarter} was proposed just now")
        columns = ["district_id", "quarter", "stage"]
        stages_by_quarter.append(pq.read_table(proposals.path("stage_proposal"), columns=columns).to_pandas())
        if on_quarter:
            on_quarter(str(quarter))
    return count_alarms(pd.concat(stages_by_quarter, ignore_index=True))


def count_alarms(proposals: pd.DataFrame) -> BreakAlarms:
    """Count the alarms among proposals.

    Args:
        proposals: district_id, quarter and stage, one row per district and quarter.
    """
    stages = proposals.pivot(index="district_id", columns="quarter", values="stage")
    judged = (stages.notna() & (stages != "undetermined")).to_numpy()
    alarmed = stages.isin(ALARMS).to_numpy()
    severe = (stages == "severe").to_numpy()
    quarters = [
        QuarterAlarms(quarter, breaks_in(quarter), int(j.sum()), int(a.sum()), int(s.sum()))
        for quarter, j, a, s in zip(
            map(Quarter.parse, stages.columns), judged.T, alarmed.T, severe.T, strict=True
        )
    ]
    count = len(stages)
    drawn = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=DRAWS)
    times = np.vstack([np.ones(count, dtype=np.int64), drawn])  # as observed first, then as drawn
    crossed = [set(breaks_crossed(one.quarter)) for one in quarters]
    always = set.intersection(*crossed)
    return BreakAlarms(
        quarters,
        _by_kind([set(one.breaks) for one in quarters], judged, alarmed, times),
        _by_kind([kinds - always for kinds in crossed], judged, alarmed, times),
    )


def _by_kind(
    breaks: Sequence[set[str]],
    judged: NDArray[np.bool_],
    alarmed: NDArray[np.bool_],
    times: NDArray[np.int64],
) -> list[KindAlarms]:
    """Return the quarters of each kind against those of none; empty where there are none of these.

    Args:
        breaks: The kinds of each quarter.
        judged: Shape (districts, quarters).
        alarmed: The same.
        times: Weight of each district, shape (1 + draws, districts); the first row as observed.
    """
    chosen = {QUIET: np.array([not kinds for kinds in breaks])}
    chosen |= {kind: np.array([kind in kinds for kinds in breaks]) for kind in KINDS}
    share = {
        kind: (times @ alarmed[:, which].sum(axis=1)) / (times @ judged[:, which].sum(axis=1))
        for kind, which in chosen.items()
        if which.any()
    }
    if QUIET not in share:
        return []
    alarms_of_kinds = []
    for kind, of_kind in share.items():
        which, more = chosen[kind], of_kind - share[QUIET]
        low, high = np.quantile(more[1:], [0.025, 0.975])
        alarms_of_kinds.append(
            KindAlarms(
                kind,
                int(which.sum()),
                int(judged[:, which].sum()),
                int(alarmed[:, which].sum()),
                float(more[0]),
                (float(low), float(high)),
            )
        )
    return alarms_of_kinds
