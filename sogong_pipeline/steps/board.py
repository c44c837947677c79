"""Writes the stage board: after a proposal, a decision, a publication, and whenever somebody asks for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

import pyarrow.parquet as pq

from sogong_pipeline.board.model import board
from sogong_pipeline.board.source import (
    BoardSource,
    MonthOnBoard,
    MonthState,
    OfficeOnBoard,
    OfficeState,
    QuarterOnBoard,
)
from sogong_pipeline.bulletins.publish import FOLDER as BULLETINS
from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.councils.issue import STEP as SHEETS
from sogong_pipeline.councils.issue import Issue, current_issue
from sogong_pipeline.councils.mail import STEP as DELIVERED
from sogong_pipeline.decisions.decision import Decision, decisions, in_force
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.districts.loaded import registry_of_version
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.regions import reference
from sogong_pipeline.renderers.published import Published, write_pages
from sogong_pipeline.reports.collect import are_invented
from sogong_pipeline.stages.doubt import held_reason
from sogong_pipeline.stages.rules import DEFAULT
from sogong_pipeline.vocabulary import Stage

NEWEST = 8
"""So many quarters are on the board."""
LISTED_MONTHS = 24


def write_board(catalogue: Catalogue) -> Published:
    """Write `board.html` at the top of the reports."""
    return write_pages([board(collect_board(catalogue))], open_reports(catalogue.settings, ""))


def collect_board(catalogue: Catalogue) -> BoardSource:
    """Read the state of an installation from its lake; nothing is built."""
    quarters = _quarters(catalogue)
    issue = _newest_issue(catalogue)
    standing = in_force(decisions(catalogue.lake, str(issue.period))) if issue else {}
    judged = issue.quarter if issue else quarters[0].quarter if quarters else None
    return BoardSource(
        made_at=catalogue.settings.clock(),
        demo=_is_demo(catalogue, judged),
        months=_months(catalogue),
        quarters=quarters,
        offices=_offices(catalogue, issue, judged, standing),
        period=str(issue.period) if issue else "",
        quarter=issue.quarter if issue else None,
        deadline=issue.deadline if issue else None,
    )


def _quarters(catalogue: Catalogue) -> list[QuarterOnBoard]:
    found = []
    for quarter in sorted(map(Quarter.parse, catalogue.lake.children("editions")), reverse=True):
        edition, stages = catalogue.edition(quarter), _stages(catalogue, quarter)
        if edition is None or stages is None:
            continue
        recorded_at = dt.datetime.fromisoformat(edition.manifest["recorded_at"])
        counts = Counter(stages.values())
        found.append(
            QuarterOnBoard(quarter, edition.folder.name, recorded_at, counts, held_reason(edition) or "")
        )
    return found[:NEWEST]


def _stages(catalogue: Catalogue, quarter: Quarter, edition_name: str = "") -> dict[str, Stage] | None:
    """The proposed stage of each district; None when the quarter was never proposed."""
    if edition_name:
        edition = catalogue.lake.find("editions", str(quarter), edition_name)
    else:
        edition = catalogue.edition(quarter)
    proposals = catalogue.proposals(edition, DEFAULT) if edition else None
    if proposals is None:
        return None
    table = pq.read_table(proposals.path("stage_proposal"), columns=["district_id", "stage"])
    return dict(zip(*(table[name].to_pylist() for name in ("district_id", "stage")), strict=True))


def _newest_issue(catalogue: Catalogue) -> Issue | None:
    found = [current_issue(catalogue.lake, HalfYear.parse(name)) for name in catalogue.lake.children(SHEETS)]
    issues = [issue for issue in found if issue]
    return max(issues, key=lambda issue: str(issue.period)) if issues else None


def _offices(
    catalogue: Catalogue, issue: Issue | None, quarter: Quarter | None, standing: Mapping[str, Decision]
) -> list[OfficeOnBoard]:
    if quarter is None:
        return []
    stages = _stages(catalogue, quarter, issue.edition if issue else "") or {}
    earlier = _stages(catalogue, quarter.shift(-1))
    edition = catalogue.edition(quarter)
    version = edition.facts["registry_version"] if edition else ""
    districts = registry_of_version(catalogue, version).on(quarter.last_day).districts if edition else []
    decided = {row.office_code: row.decided_on for row in standing.values()}
    offices = []
    for office in reference.offices():
        own = [district.district_id for district in districts if district.office_code == office.code]
        now = {name: standing[name].stage if name in standing else stages.get(name) for name in own}
        offices.append(
            OfficeOnBoard(
                office.code,
                office.name,
                _state(catalogue, issue, office.code, decided),
                decided.get(office.code),
                Counter(stage for stage in now.values() if stage),
                Counter(earlier[name] for name in own if name in earlier) if earlier else None,
            )
        )
    return offices


def _state(
    catalogue: Catalogue, issue: Issue | None, office: str, decided: Mapping[str, dt.date]
) -> OfficeState:
    if issue is None or office not in issue.sheets:
        return "none"
    if office in decided:
        note = PurePosixPath(DELIVERED, str(issue.quarter), f"{office}.txt")
        return "mailed" if catalogue.lake.store.read(note) is not None else "decided"
    return "late" if catalogue.settings.clock().date() > issue.deadline else "sent"


def _months(catalogue: Catalogue) -> list[MonthOnBoard]:
    """The newest months, the newest first, those between that are not in as well."""
    landed = sorted(map(Month.parse, catalogue.lake.children("raw")))
    if not landed:
        return []
    written = set(open_reports(catalogue.settings, BULLETINS).folders(PurePosixPath()))
    found: list[MonthOnBoard] = []
    month = landed[-1]
    while month >= landed[0] and len(found) < LISTED_MONTHS:
        count = len(catalogue.vintages(month)) if month in landed else 0
        counts = catalogue.vintage_of(month) is not None
        state: MonthState = "in" if counts else "stopped" if count else "missing"
        found.append(MonthOnBoard(month, state, count, str(month) in written))
        month = month.shift(-1)
    return found


def _is_demo(catalogue: Catalogue, quarter: Quarter | None) -> bool:
    edition = catalogue.edition(quarter) if quarter else None
    if edition is None or quarter is None:
        return False
    registry = registry_of_version(catalogue, edition.facts["registry_version"])
    return are_invented(registry.on(quarter.last_day).districts)
