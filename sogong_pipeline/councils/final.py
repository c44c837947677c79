"""Final reports: of each office once its council decided, of the nation once all have or the deadline passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.councils.issue import STEP, Issue, current_issue
from sogong_pipeline.decisions.decision import Decision, decisions, in_force, last_before
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.districts.loaded import registry_of_version
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.store import FolderStore, open_reports
from sogong_pipeline.pages.parts import Format, Page
from sogong_pipeline.pages.wording import clean
from sogong_pipeline.periods import Quarter
from sogong_pipeline.renderers.published import INDEX, write_pages
from sogong_pipeline.renderers.registry import EVERYDAY, FINAL, file_name
from sogong_pipeline.reports.collect import are_invented, collect
from sogong_pipeline.reports.model import build_extracts, build_final
from sogong_pipeline.reports.source import Councils, Decided, PreviousStages, ReportSource
from sogong_pipeline.surveys.results import Results, read_results, results_section

EXTRACTS = "sigungu"
BACKGROUND = "undetermined"
"""First of the explanatory sections of a report."""


@dataclass(frozen=True)
class Finals:
    """Written reports: the folder, its files, the offices that decided, and those that did not."""

    folder: str
    files: list[str]
    decided: list[str]
    missing: list[str]
    nation: bool


def publish_final(
    catalogue: Catalogue,
    quarter: Quarter,
    out: Path | None = None,
    formats: Sequence[Format] | None = None,
) -> Finals:
    """Write the final reports of a quarter, and the extracts for local governments in the folder `sigungu`.

    Args:
        catalogue: the installation.
        quarter: a quarter judged by councils.
        out: a folder; by default `<quarter>/final` in the reports folder of the settings.
        formats: output formats; by default all for reports, and HTML and PDF for extracts.

    Raises:
        RefusedError: when no council has decided on it.
    """
    issue = issue_on(catalogue, quarter)
    rows = decisions(catalogue.lake, str(issue.period)) if issue else []
    if issue is None or not rows:
        raise RefusedError(f"no council has decided on {quarter} yet; publish drafts with --draft")
    source = final_source(catalogue, issue, rows)
    councils = source.councils
    if councils is None:
        raise ValueError("a final source has decisions")
    surveyed = read_results(catalogue.lake, quarter)
    models = [with_survey(model, surveyed) for model in build_final(source)]
    nation = not councils.missing or catalogue.settings.clock().date() > issue.deadline
    published_models = [model for model in models if nation or model.stem != INDEX]
    folder = f"{quarter}/final"
    place = FolderStore(out) if out else open_reports(catalogue.settings, folder)
    published = write_pages(published_models, place, formats or FINAL)
    extracts = write_pages(
        build_extracts(source),
        FolderStore(out / EXTRACTS) if out else open_reports(catalogue.settings, f"{folder}/{EXTRACTS}"),
        formats or EVERYDAY,
    )
    files = [*published.files, *(f"{EXTRACTS}/{name}" for name in extracts.files)]
    return Finals(published.folder, files, list(councils.decided), list(councils.missing), nation)


def with_survey(model: Page, surveyed: Results | None) -> Page:
    """Add the survey results to a report before the background: those of its office, or all for the nation."""
    section = results_section(surveyed, "" if model.stem == INDEX else model.stem)
    if section is None:
        return model
    keys = [one.key for one in model.sections]
    place = keys.index(BACKGROUND) if BACKGROUND in keys else len(keys)
    return replace(model, sections=(*model.sections[:place], section, *model.sections[place:]))


def issue_on(catalogue: Catalogue, quarter: Quarter) -> Issue | None:
    """Return the issued sheets on a quarter, of the latest period that judges it."""
    matches = [issue for issue in _issues(catalogue) if issue.quarter == quarter]
    return matches[-1] if matches else None


def is_demo(catalogue: Catalogue, quarter: Quarter) -> bool:
    """Return True if the districts judged in a quarter are invented."""
    issue = issue_on(catalogue, quarter)
    if issue is None:
        return False
    edition = catalogue.lake.require("editions", str(quarter), issue.edition)
    registry = registry_of_version(catalogue, edition.facts["registry_version"])
    return are_invented(registry.on(quarter.last_day).districts)


def overdue_quarters(catalogue: Catalogue) -> Iterator[Quarter]:
    """Yield the quarters past their deadline with missing councils and no national report yet."""
    for issue in _issues(catalogue):
        rows = decisions(catalogue.lake, str(issue.period))
        late = catalogue.settings.clock().date() > issue.deadline
        if late and rows and {row.office_code for row in rows} != issue.sheets.keys():
            place = open_reports(catalogue.settings, f"{issue.quarter}/final")
            if place.read(PurePosixPath(file_name(INDEX))) is None:
                yield issue.quarter


def _issues(catalogue: Catalogue) -> Iterator[Issue]:
    for period in catalogue.lake.children(STEP):
        issue = current_issue(catalogue.lake, HalfYear.parse(period))
        if issue:
            yield issue


def final_source(catalogue: Catalogue, issue: Issue, rows: list[Decision]) -> ReportSource:
    """Gather the data of the final reports of a quarter: the judged edition, and the decisions in force."""
    standing = in_force(rows)
    by_number = {(row.district_id, row.number): row for row in rows}
    offices = sorted({row.office_code for row in rows}, key=list(issue.sheets).index)
    councils = Councils(
        period=str(issue.period),
        deadline=issue.deadline,
        decisions={name: _decided(row, by_number) for name, row in standing.items()},
        decided=offices,
        missing=[office for office in issue.sheets if office not in offices],
    )
    edition = catalogue.lake.require("editions", str(issue.quarter), issue.edition)
    source = collect(catalogue, issue.quarter, draft=False, edition=edition, rule_set=issue.rule_set)
    before = last_before(catalogue.lake, str(issue.period))
    return replace(source, councils=councils, previous=_previous(before))


def _decided(row: Decision, by_number: Mapping[tuple[str, int], Decision]) -> Decided:
    replaced = by_number[row.district_id, row.replaces].stage if row.replaces else None
    return Decided(row.stage, row.kind, clean(row.reason or ""), row.decided_on, replaced)


def _previous(before: Mapping[str, Decision]) -> PreviousStages | None:
    """Return the last decisions of earlier periods, named after the newest of them."""
    if not before:
        return None
    newest = max(before.values(), key=lambda row: row.period)
    stages = {name: row.stage for name, row in before.items()}
    return PreviousStages(Quarter.parse(newest.quarter), newest.edition, stages, newest.period)
