"""What a report is made from: plain values of one quarter's edition, read from the lake by the caller.

Unknown is None beside a status, never 0. Levels are monthly means over the quarter; money is in won per month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from sogong_pipeline.pages.acceptances import Acceptance
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.vocabulary import (
    Base,
    ChangeScope,
    ChangeStatus,
    Confidence,
    FactStatus,
    Measure,
    Number,
    Stage,
)


@dataclass(frozen=True, slots=True)
class RuleSetInfo:
    """The rule set that proposed the stages."""

    rule_set: str
    version: str
    title_ko: str
    description_ko: str


@dataclass(frozen=True, slots=True)
class DistrictInfo:
    """A district as the registry describes it; `name` comes from outside and may hold anything."""

    district_id: str
    name: str
    kind: str
    kind_ko: str
    sido_code: str
    sigungu_code: str
    office_code: str | None
    longitude: float | Decimal | None
    latitude: float | Decimal | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change against a base, in percent, and against the nation's, in percentage points."""

    change_pct: Number | None
    points: Number | None
    nation_change_pct: Number | None
    scope: ChangeScope
    status: ChangeStatus


@dataclass(frozen=True, slots=True)
class DistrictFact:
    """The measures of one district (or sido) in the quarter, from `months` of its three months."""

    months: int
    workplaces: Number | None
    workers: Number | None
    payroll_krw: Number | None
    pay_per_worker_krw: Number | None
    joined: Number | None
    departed: Number | None
    largest_share_pct: Number | None
    ambiguous_workplaces: Number | None
    status: FactStatus
    changes: Mapping[tuple[Measure, Base], Change]


@dataclass(frozen=True, slots=True)
class NationFact(DistrictFact):
    """The measures of the nation, and where its workplaces went: matched + ambiguous + unassigned."""

    matched_workplaces: Number | None
    unassigned_workplaces: Number | None


@dataclass(frozen=True, slots=True)
class Flows:
    """The workplaces that came to and went from a district in the four quarters up to this one, by kind.

    `provisional`: an exit of the last of them may yet turn out to be a pause or a new number.
    """

    entries: Mapping[str, int]
    exits: Mapping[str, int]
    provisional: bool


@dataclass(frozen=True, slots=True)
class AdjustedWorkers:
    """A region's workers in the last month without their season, and how far they moved, in percent."""

    workers: Number | None
    month_change_pct: Number | None
    quarter_change_pct: Number | None
    scope: ChangeScope
    status: FactStatus


@dataclass(frozen=True, slots=True)
class Proposal:
    """The reference stage a rule set proposes, with the sentence that says why.

    `caution_pct` and `severe_pct` are the shares of draws that reach caution or worse, and severe, in percent.
    """

    stage: Stage
    confidence: Confidence | None
    reason_ko: str
    undetermined_reason: str | None
    caution_pct: Number | None = None
    severe_pct: Number | None = None


@dataclass(frozen=True, slots=True)
class PreviousStages:
    """The stages a report compares with: proposed for the quarter before, or decided in the `period` before."""

    quarter: Quarter
    edition: str
    stages: Mapping[str, Stage]
    period: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a council decided about a district; `reason` comes from outside and may hold anything.

    `replaced` is the stage that a correction or a granted appeal put this one in the place of.
    """

    stage: Stage
    kind: Literal["decision", "correction", "appeal"]
    reason: str
    decided_on: dt.date
    replaced: Stage | None


@dataclass(frozen=True, slots=True)
class Councils:
    """The decisions of a period on the quarter: which stand, by whom, and whose are missing at the deadline."""

    period: str
    deadline: dt.date
    decisions: Mapping[str, Decided]
    decided: Sequence[str]
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One district in one month."""

    workplaces: int
    workers: int
    payroll_krw: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A monthly file the edition was made from."""

    data_month: Month
    label: str
    sha256: str
    header_vintage: str
    rows: int
    staged_rows: int
    quarantined_rows: int
    origin: str


@dataclass(frozen=True, slots=True)
class ReportSource:
    """Everything the reports of one quarter say, before it is put into words.

    `facts`, `proposals` and `trend` are keyed by district_id, `sidos` by sido code; a district without a fact
    is shown as not computable, one without a proposal as undetermined. `councils` is there once a report is final; its
    districts then stand in the stages decided. `trend` runs along `trend_months`
    (oldest first); None is a month without data.
    `adjusted` is by region code, and empty where no season is known; `flows` by district_id, where the
    four quarters are known.
    """

    quarter: Quarter
    edition: str
    draft: bool
    demo: bool
    registry_version: str
    recorded_at: dt.datetime
    rule_set: RuleSetInfo
    districts: Sequence[DistrictInfo]
    facts: Mapping[str, DistrictFact]
    nation: NationFact
    sidos: Mapping[str, DistrictFact]
    proposals: Mapping[str, Proposal]
    previous: PreviousStages | None
    trend_months: Sequence[Month]
    trend: Mapping[str, Sequence[TrendPoint | None]]
    sources: Sequence[SourceFile]
    councils: Councils | None = None
    adjusted: Mapping[str, AdjustedWorkers] = field(default_factory=dict)
    flows: Mapping[str, Flows] = field(default_factory=dict)
    acceptances: Sequence[Acceptance] = ()
