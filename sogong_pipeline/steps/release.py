"""Releases a quarter, as a draft or as final by how far its councils are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.councils.issue import STEP, Issue, current_issue
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.periods import Quarter
from sogong_pipeline.release.dictionary_page import dictionary_page, warehouse_tables
from sogong_pipeline.release.publish import Released, release_quarter
from sogong_pipeline.release.versions import Status

DICTIONARY = "dictionary.html"


def release(catalogue: Catalogue, quarter: Quarter, out: str | None = None) -> Released:
    """Release a quarter, see `release_quarter`, and write the dictionary of all tables beside the reports."""
    done = release_quarter(catalogue, quarter, status_of(catalogue, quarter), out)
    place = open_reports(catalogue.settings, "")
    place.write(PurePosixPath(DICTIONARY), dictionary_page(warehouse_tables()))
    return done


def status_of(catalogue: Catalogue, quarter: Quarter) -> Status:
    """Final once every council decided or the deadline passed, on this quarter or on a later one.

    Councils judge one quarter of a half-year; the other one is final with it.
    """
    today = catalogue.settings.clock().date()
    is_final = any(
        today > issue.deadline or set(issue.decided(catalogue.lake)) >= issue.sheets.keys()
        for issue in _issues(catalogue)
        if issue.quarter >= quarter
    )
    return "final" if is_final else "draft"


def _issues(catalogue: Catalogue) -> Iterator[Issue]:
    for period in catalogue.lake.children(STEP):
        issue = current_issue(catalogue.lake, HalfYear.parse(period))
        if issue is not None:
            yield issue
