"""Issue the sheets of a period to the councils; they are stored in the lake before anyone gets them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.councils.briefing import briefing
from sogong_pipeline.councils.sheet import Sheet, make_sheet, read_sheet
from sogong_pipeline.councils.workbook import write_workbook
from sogong_pipeline.decisions.decision import STEP as DECISIONS
from sogong_pipeline.decisions.decision import last_before, recordings
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, Built, Lake, Partition, digest_of
from sogong_pipeline.lake.store import FolderStore, Store, open_reports
from sogong_pipeline.lake.workspace import workspace
from sogong_pipeline.pages.acceptances import notices_of_edition
from sogong_pipeline.periods import Quarter
from sogong_pipeline.renderers.published import Published, write_pages
from sogong_pipeline.renderers.registry import EVERYDAY
from sogong_pipeline.reports.collect import collect
from sogong_pipeline.reports.scope import scopes
from sogong_pipeline.stages.rules import DEFAULT

STEP = "sheets"
LATEST_DAYS = 60
"""Largest number of days from the end of a period to its deadline."""


@dataclass(frozen=True)
class Issue:
    """Sheets of a period by office: one edition, judged by all of them."""

    period: HalfYear
    quarter: Quarter
    edition: str
    rule_set: str
    deadline: dt.date
    issued_at: dt.datetime
    sheets: Mapping[str, Sheet]

    def decided(self, lake: Lake) -> list[str]:
        """Return the offices whose councils decided, by code."""
        return [office for office in lake.children(DECISIONS, str(self.period)) if office in self.sheets]

    @classmethod
    def of(cls, partition: Partition) -> Issue:
        """Read a partition of the lake."""
        facts = partition.facts
        return cls(
            HalfYear.parse(facts["period"]),
            Quarter.parse(facts["quarter"]),
            facts["edition"],
            facts.get("rule_set", DEFAULT),  # sheets issued before there were several rule sets
            dt.date.fromisoformat(facts["deadline"]),
            dt.datetime.fromisoformat(partition.manifest["recorded_at"]),
            {
                office: read_sheet(partition.path(office).read_text(encoding="utf-8"))
                for office in partition.manifest["files"]
            },
        )


def current_issue(lake: Lake, period: HalfYear) -> Issue | None:
    """Return the sheets in force; None if none were issued."""
    current = lake.current(STEP, str(period))
    partition = lake.find(STEP, str(period), current) if current else None
    return Issue.of(partition) if partition else None


def issues(lake: Lake, period: HalfYear) -> list[Issue]:
    """Return every issue of a period."""
    return [Issue.of(partition) for partition in lake.partitions(STEP, str(period))]


def issue_sheets(
    catalogue: Catalogue, period: HalfYear, quarter: Quarter | None = None, deadline: dt.date | None = None
) -> tuple[Issue, bool]:
    """Issue the proposals of a quarter to the councils.

    Args:
        catalogue: the installation.
        period: the decision period.
        quarter: the judged quarter; by default the newest proposed one of the period.
        deadline: last day of return; by default the previous deadline, or the period's last day.

    Returns:
        The sheets, and True if they differ from those in force before.

    Raises:
        RefusedError: when no quarter of the period was proposed, or it is held; when a council has decided on another
            edition; when the deadline is implausible.
    """
    before = current_issue(catalogue.lake, period)
    quarter = quarter or _newest(catalogue, period)
    until = deadline or (before.deadline if before else period.last_day)
    if deadline is not None:
        _refuse_deadline(period, deadline, catalogue.settings.clock().date())
    source = collect(catalogue, quarter, draft=True)
    decided = sorted({recording.manifest["key"][1] for recording in recordings(catalogue.lake, str(period))})
    if before and decided and (before.quarter, before.edition) != (quarter, source.edition):
        raise RefusedError(
            f"{period} judges {before.quarter} in edition {before.edition}, and {', '.join(decided)} decided on it; "
            f"{quarter} in edition {source.edition} is for the next period"
        )
    last = last_before(catalogue.lake, str(period))
    sheets = {
        scope.office.code: make_sheet(scope, period, until, last)
        for scope in scopes(source)
        if scope.office and scope.districts
    }
    digests = {office: sheet.digest for office, sheet in sheets.items()}

    def build(folder: Path) -> Built:
        files = {office: folder / f"{office}.json" for office in sheets}
        for office, sheet in sheets.items():
            files[office].write_text(sheet.text, encoding="utf-8")
        facts = {
            "period": period,
            "quarter": quarter,
            "edition": source.edition,
            "rule_set": source.rule_set.rule_set,
            "deadline": until,
        }
        return Built(files, {name: str(value) for name, value in facts.items()})

    name = digest_of(digests)[:SHORT]
    partition, _ = catalogue.lake.ensure(
        STEP, (str(period), name), inputs=digests, recorded_at=catalogue.now(), build=build
    )
    is_new = catalogue.lake.current(STEP, str(period)) != name
    catalogue.lake.set_current(name, STEP, str(period), recorded_at=catalogue.now())
    return Issue.of(partition), is_new


def _refuse_deadline(period: HalfYear, deadline: dt.date, today: dt.date) -> None:
    """Refuse a deadline in the past, before the period, or long after it; councils do meet in January.

    Raises:
        RefusedError: names the first and the last valid day.
    """
    first = max(today, period.quarters[0].months[0].first_day)
    last = period.last_day + dt.timedelta(days=LATEST_DAYS)
    if not first <= deadline <= last:
        raise RefusedError(f"the deadline {deadline} of {period} must lie between {first} and {last}")


def _newest(catalogue: Catalogue, period: HalfYear) -> Quarter:
    proposed = [quarter for quarter in period.quarters if catalogue.edition(quarter)]
    if not proposed:
        raise RefusedError(
            f"no quarter of {period} was proposed; run `sogong propose {period.quarters[0]}`, or name the quarter"
        )
    return proposed[-1]


def sheets_place(catalogue: Catalogue, period: HalfYear) -> Store:
    """Return the folder of the sheets of a period, among the reports."""
    return open_reports(catalogue.settings, str(period))


def write_sheets(catalogue: Catalogue, issue: Issue, out: Path | None = None) -> Published:
    """Write each office's sheet (`<office>.xlsx`) and one-page briefing (HTML and PDF).

    The same sheets give the same bytes at any time.
    """
    place = FolderStore(out) if out else sheets_place(catalogue, issue.period)
    published = Published(place.address, [])
    accepted = notices_of_edition(catalogue.lake, issue.quarter, issue.edition)
    with workspace(place.scratch) as folder:
        for office, sheet in issue.sheets.items():
            file = folder / f"{office}.xlsx"
            write_workbook(sheet, file, issue.issued_at)
            place.put(file, PurePosixPath(file.name))
            published.files.append(file.name)
            page = briefing(sheet, issue.issued_at, accepted)
            published.files.extend(write_pages([page], place, EVERYDAY).files)
    with suppress(OSError):  # another run uses it
        place.scratch.rmdir()
    return published
