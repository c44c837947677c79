"""Write the drafts of a half-year: for the quarter judged by councils, or else the newest proposed one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.decisions.decision import decisions, in_force
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.store import FolderStore, open_reports
from sogong_pipeline.pages.parts import Format
from sogong_pipeline.periods import Quarter
from sogong_pipeline.plans.model import PlanSource, build_plans
from sogong_pipeline.programmes.support import rows_given
from sogong_pipeline.renderers.published import Published, write_pages
from sogong_pipeline.trends.collect import collect_trend

FOLDER = "plans"
DRAFTS: Sequence[Format] = ("hwpx", "html", "pdf")
"""HWPX first: officers edit it further."""


def draft_plans(
    catalogue: Catalogue, period: HalfYear, out: Path | None = None, formats: Sequence[Format] = DRAFTS
) -> tuple[Published, Quarter]:
    """Write a draft per 시도 and an extract per 시군구 with a flagged district.

    Args:
        catalogue: the installation.
        period: the half-year.
        out: a folder; by default `<period>/plans` in the reports folder of the settings.
        formats: output formats of each draft.

    Returns:
        The written files, and the quarter used.

    Raises:
        RefusedError: when no quarter of the period was proposed, or it is held.
    """
    source = collect_plans(catalogue, period)
    place = FolderStore(out) if out else open_reports(catalogue.settings, f"{period}/{FOLDER}")
    return write_pages(build_plans(source), place, formats), source.trend.report.quarter


def collect_plans(catalogue: Catalogue, period: HalfYear) -> PlanSource:
    """Gather the data of the drafts of a half-year; decisions are cited, and their edition is the one shown."""
    standing = in_force(decisions(catalogue.lake, str(period)))
    judged = max(((row.quarter, row.edition) for row in standing.values()), default=None)
    if judged:
        quarter, edition = Quarter.parse(judged[0]), judged[1]
    else:
        proposed = [one for one in period.quarters if catalogue.edition(one)]
        if not proposed:
            raise RefusedError(
                f"no quarter of {period} was proposed; run `sogong propose {period.quarters[0]}` first"
            )
        quarter, edition = proposed[-1], ""
    first, last = period.quarters[0].months[0].first_day, period.quarters[-1].last_day
    support = [row for row in rows_given(catalogue) if first <= row.given_on <= last]
    return PlanSource(period, collect_trend(catalogue, quarter, edition), standing, support)
