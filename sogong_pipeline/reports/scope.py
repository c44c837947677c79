"""What one report is about: the nation or one office, with its districts in the order a reader expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from sogong_pipeline.pages.geography import region_name
from sogong_pipeline.pages.wording import clean, closed_percent, short_percents, texts
from sogong_pipeline.regions import reference
from sogong_pipeline.renderers.published import INDEX
from sogong_pipeline.reports.source import Decided, DistrictFact, DistrictInfo, Proposal, ReportSource
from sogong_pipeline.reports.wording import report_texts
from sogong_pipeline.vocabulary import STAGES, Confidence, Measure, Number, Stage

SEVERITY: Mapping[Stage, int] = {"good": 0, "caution": 1, "severe": 2}

SURENESS: tuple[Confidence | None, ...] = ("high", "medium", "low", None)
"""The order of flagged districts; what a council decided otherwise than proposed has no sureness of ours."""

_UNKNOWN_FACT = DistrictFact(0, None, None, None, None, None, None, None, None, "not_computable", {})
_NO_PROPOSAL = Proposal("undetermined", None, "", "no_proposal")


@dataclass(frozen=True, slots=True)
class District:
    """One district with everything known of it; `number` counts the flagged ones of a report from 1."""

    info: DistrictInfo
    name: str
    place: str
    fact: DistrictFact
    proposal: Proposal
    before: Stage | None
    decided: Decided | None = None
    number: int | None = None

    @property
    def stage(self) -> Stage:
        """The stage decided, or the one proposed while none is."""
        return self.decided.stage if self.decided else self.proposal.stage

    @property
    def differs(self) -> bool:
        """Whether the council decided otherwise than was proposed."""
        return self.stage != self.proposal.stage

    @property
    def support_pct(self) -> Number | None:
        """The share of draws of its workplaces that give the stage or, for good, no worse one.

        None where nothing is drawn, and where the council decided otherwise: the draws are about the proposal.
        """
        reaching = {"severe": self.proposal.severe_pct, "caution": self.proposal.caution_pct}
        if self.differs:
            return None
        if self.stage == "good":
            return None if self.proposal.caution_pct is None else 100 - self.proposal.caution_pct
        return reaching.get(self.stage)

    @property
    def jobs_lost(self) -> Number | None:
        """The workers fewer than a year ago, from the level and its change; negative where there are more."""
        change = self.fact.changes.get(("workers", "year"))
        if self.fact.workers is None or change is None or change.change_pct in {None, -100}:
            return None
        return Decimal(self.fact.workers) / (1 + Decimal(change.change_pct or 0) / 100) - Decimal(
            self.fact.workers
        )

    @property
    def anchor(self) -> str:
        """Where it stands in its office's report."""
        return "d-" + "".join(
            c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in self.info.district_id
        )


@dataclass(frozen=True)
class Scope:
    """The districts of one report.

    Attributes:
        source: What all reports of the quarter are made from.
        office: The office, or None for the nation.
        districts: Flagged ones first, severe before caution, each by how sure and by the jobs lost; then by place.
        undecided: In a final report the districts nobody decided on, which are not counted.
        sigungu_code: The sigungu whose local government the report is an extract for; empty otherwise.
    """

    source: ReportSource
    office: reference.Office | None
    districts: Sequence[District]
    undecided: Sequence[District] = ()
    sigungu_code: str = ""

    @property
    def stem(self) -> str:
        """Name of the report's file, without what follows the dot."""
        if self.sigungu_code:
            return self.sigungu_code
        return self.office.code if self.office else INDEX

    @property
    def name(self) -> str:
        """`전국`, or the office's name, or the sigungu's."""
        if self.sigungu_code:
            return region_name(self.sigungu_code)
        return self.office.name if self.office else texts().report["nation"]

    @property
    def short_name(self) -> str:
        """`전국`, or the office's name without what all of them share."""
        return self.office.short_name if self.office else texts().report["nation"]

    @cached_property
    def sidos(self) -> list[str]:
        """Codes of the sidos the report has figures for, in the order of their offices."""
        offices = [*reference.offices(), None]
        belongs = {code: reference.office_of_sido(code) for code in sorted(self.source.sidos)}
        own = [code for code, office in belongs.items() if self.office is None or office == self.office]
        return sorted(own, key=lambda code: offices.index(belongs[code]))

    @cached_property
    def counts(self) -> Mapping[Stage, int]:
        """Districts in each stage."""
        return count_stages(district.stage for district in self.districts)

    @cached_property
    def counts_before(self) -> Mapping[Stage, int] | None:
        """The same districts in the quarter before; None without one."""
        if self.source.previous is None:
            return None
        return count_stages(district.before for district in self.districts if district.before)

    @cached_property
    def without_office(self) -> Sequence[District]:
        """Districts that no office decides on."""
        every = [*self.districts, *self.undecided]
        return [district for district in every if district.info.office_code is None]

    @property
    def flagged(self) -> Sequence[District]:
        """Districts in caution or severe, in the order of their numbers."""
        return [district for district in self.districts if district.number is not None]

    def total(self, measure: Measure) -> tuple[Number | None, int]:
        """The districts' sum and how many of them it leaves out because they are not known."""
        known = [value for d in self.districts if (value := getattr(d.fact, measure)) is not None]
        return (sum(known) if known else None), len(self.districts) - len(known)


def extracts(scope: Scope) -> Iterator[Scope]:
    """An office's report cut into its sigungus, by code."""
    for code in sorted({district.info.sigungu_code for district in scope.districts}):
        yield _numbered(scope, [d for d in scope.districts if d.info.sigungu_code == code], code)


def scopes(source: ReportSource) -> Iterator[Scope]:
    """The nation, then every office in the order of the office table."""
    yield _scope(source, None)
    for office in reference.offices():
        yield _scope(source, office)


def undetermined_key(district: District) -> str:
    """The reason of a pending stage, as texts.yaml names it."""
    reason = district.proposal.undetermined_reason or "other"
    return reason if reason in report_texts().undetermined else "other"


def count_stages(stages: Iterable[Stage]) -> Mapping[Stage, int]:
    """How many of each stage, all four of them."""
    counted = Counter(stages)
    return {stage: counted[stage] for stage in STAGES}


def _scope(source: ReportSource, office: reference.Office | None) -> Scope:
    infos = [info for info in source.districts if office is None or info.office_code == office.code]
    every = sorted((_district(source, info) for info in infos), key=_order)
    if source.councils is None:
        return _numbered(Scope(source, office, ()), every)
    undecided = [district for district in every if not district.decided]
    return _numbered(
        Scope(source, office, (), undecided), [district for district in every if district.decided]
    )


def _numbered(scope: Scope, districts: Sequence[District], sigungu_code: str = "") -> Scope:
    """The scope with these districts, its flagged ones counted from 1."""
    flagged = sum(district.stage in {"caution", "severe"} for district in districts)
    numbered = [replace(d, number=n) for n, d in enumerate(districts[:flagged], start=1)]
    return replace(scope, districts=[*numbered, *districts[flagged:]], sigungu_code=sigungu_code)


def _district(source: ReportSource, info: DistrictInfo) -> District:
    known_before = source.previous.stages if source.previous else {}
    proposal = source.proposals.get(info.district_id, _NO_PROPOSAL)
    return District(
        info=info,
        name=clean(info.name) or info.district_id,
        place=region_name(info.sigungu_code),
        fact=source.facts.get(info.district_id, _UNKNOWN_FACT),
        proposal=replace(proposal, reason_ko=short_percents(closed_percent(clean(proposal.reason_ko)))),
        before=known_before.get(info.district_id),
        decided=source.councils.decisions.get(info.district_id) if source.councils else None,
    )


def _order(district: District) -> tuple[int, int, Number, str, str, str]:
    """Severe, caution, then the rest by place; flagged ones by how sure they are, then by the jobs they lost."""
    rank = {"severe": 0, "caution": 1}.get(district.stage, 2)
    sure, lost = 0, Decimal(0)
    if rank < 2:
        level = None if district.differs else district.proposal.confidence
        sure, lost = SURENESS.index(level), Decimal(district.jobs_lost or 0)
    return rank, sure, -lost, district.info.sigungu_code, district.name, district.info.district_id
