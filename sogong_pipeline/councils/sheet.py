"""Content of a decision sheet that must not change, as issued and stored in the lake."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from sogong_pipeline.councils.wording import stage_label
from sogong_pipeline.decisions.decision import Decision
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.lake.partitions import SHORT, digest_of
from sogong_pipeline.pages.wording import NONE, rounded, texts
from sogong_pipeline.regions import reference
from sogong_pipeline.reports.scope import District, Scope
from sogong_pipeline.vocabulary import MEASURE_OF, OK, UNKNOWN, Base, Number, Stage, said_instead

FORM = 1
"""Version of the form; raise it when older sheets become unreadable."""
BASES: tuple[Base, Base] = ("year", "two_years")
MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Line:
    """One district of the sheet.

    Attributes:
        shown: Displayed values by column key: figures as decimal texts; for unknown ones the reason.
        statuses: Statuses of the figures that are not ok, by the same keys.
    """

    district_id: str
    name: str
    place: str
    kind: str
    stage: Stage
    last_stage: Stage | None
    shown: Mapping[str, str]
    statuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """The sheet of one office and decision period."""

    form: int
    period: str
    quarter: str
    edition: str
    office_code: str
    deadline: str
    demo: bool
    lines: Sequence[Line]

    @property
    def office(self) -> reference.Office:
        """The office whose council decides."""
        return next(office for office in reference.offices() if office.code == self.office_code)

    @property
    def text(self) -> str:
        """The content as canonical JSON."""
        fields = asdict(self)
        for line in fields["lines"]:
            if not line["statuses"]:  # sheets issued before there were statuses keep their digest
                del line["statuses"]
        return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """Digest of the content that must not change."""
        return digest_of(self.text)

    @property
    def number(self) -> str:
        """Number by which people refer to the sheet."""
        return f"{self.period}-{self.office_code}-{self.digest[:SHORT]}"

    @property
    def half_year(self) -> HalfYear:
        """The decision period."""
        return HalfYear.parse(self.period)

    @property
    def due(self) -> dt.date:
        """Last day of return."""
        return dt.date.fromisoformat(self.deadline)

    @property
    def decidable(self) -> Sequence[Line]:
        """The lines with a proposal, in their order."""
        return [line for line in self.lines if line.stage != "undetermined"]

    @property
    def held(self) -> Sequence[Line]:
        """The lines without one: kept open by one reason unless the council decides on them."""
        return [line for line in self.lines if line.stage == "undetermined"]

    @cached_property
    def by_district(self) -> Mapping[str, Line]:
        """The lines by district."""
        return {line.district_id: line for line in self.lines}


def read_sheet(text: str) -> Sheet:
    """Parse a sheet from its canonical text."""
    fields: dict[str, Any] = json.loads(text)
    fields["lines"] = tuple(Line(**line) for line in fields["lines"])
    return Sheet(**fields)


def make_sheet(scope: Scope, period: HalfYear, deadline: dt.date, last: Mapping[str, Decision]) -> Sheet:
    """Build the sheet of an office's proposals, in the order of its report."""
    if scope.office is None:
        raise ValueError("the nation has no council")
    return Sheet(
        form=FORM,
        period=str(period),
        quarter=str(scope.source.quarter),
        edition=scope.source.edition,
        office_code=scope.office.code,
        deadline=deadline.isoformat(),
        demo=scope.source.demo,
        lines=tuple(_line(district, last.get(district.info.district_id)) for district in scope.districts),
    )


def _line(district: District, last: Decision | None) -> Line:
    proposal, fact = district.proposal, district.fact
    shown = {
        "district_id": district.info.district_id,
        "name": district.name,
        "place": district.place,
        "kind": district.info.kind_ko,
        "proposal": texts().stages[proposal.stage],
        "confidence": _support(district),
        "reason_ko": proposal.reason_ko or NONE,
        "last": f"{stage_label(last.stage)} ({last.period})" if last else NONE,
    }
    statuses: dict[str, str] = {}
    for key, measure in MEASURE_OF.items():
        level: Number | None = getattr(fact, measure)
        statuses[key] = fact.status
        shown[key] = _number(
            Decimal(level) / MILLION if level is not None and key == "payroll" else level, 1, fact.status
        )
        for base in BASES:
            change = fact.changes.get((measure, base))
            status = change.status if change else UNKNOWN
            statuses[f"{key}_{base}"] = status
            shown[f"{key}_{base}"] = _number(change.change_pct if change else None, 2, status)
    return Line(
        district.info.district_id,
        district.name,
        district.place,
        district.info.kind_ko,
        proposal.stage,
        last.stage if last else None,
        shown,
        {key: status for key, status in statuses.items() if status != OK},
    )


def _support(district: District) -> str:
    """How often the same stage comes out, in percent; the level where nothing is drawn."""
    if district.support_pct is not None and district.stage != "undetermined":
        return str(rounded(district.support_pct))
    level = district.proposal.confidence
    return texts().confidence[level] if level else NONE


def _number(value: Number | None, digits: int, status: str) -> str:
    return said_instead(status) if value is None else str(rounded(value, digits))


def is_figure(shown: str) -> bool:
    """Return True if a displayed value is a number, not its placeholder."""
    return shown[-1:].isdigit()
