"""The report model: everything a report says, in words and figures; renderers only lay it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sogong_pipeline.reports import background, district_lists, movement, summary
from sogong_pipeline.reports.headline import headline
from sogong_pipeline.reports.map_section import on_the_map
from sogong_pipeline.reports.parts import Link, Masthead, Page, Picture, Section, StageTile
from sogong_pipeline.reports.scope import Scope, scopes
from sogong_pipeline.reports.source import ReportSource
from sogong_pipeline.reports.wording import quarter_ko, texts


@dataclass(frozen=True, slots=True)
class ReportModel(Page):
    """A report on stages: `index` for the nation, else named by the office's code.

    Attributes:
        tiles: How many districts are in each stage.
        stages: The same as bars.
    """

    tiles: tuple[StageTile, ...]
    stages: Picture


def build_models(source: ReportSource) -> list[ReportModel]:
    """Put a quarter into words: the nation first, then the 13 offices."""
    every = list(scopes(source))
    return [_model(scope, every) for scope in every]


def _model(scope: Scope, every: Sequence[Scope]) -> ReportModel:
    sections = [
        *(_of_nation(scope, every) if scope.office is None else _of_office(scope)),
        background.undetermined(scope),
        background.matching(scope),
        background.limits(),
        background.stages(scope),
        background.sources(scope),
    ]
    return ReportModel(
        stem=scope.stem,
        masthead=_masthead(scope),
        headline=headline(scope),
        tiles=summary.tiles(scope),
        stages=summary.stage_picture(scope),
        sections=tuple(sections),
        others=tuple(Link(other.short_name, other.stem) for other in every if other.stem != scope.stem),
    )


def _of_nation(scope: Scope, every: Sequence[Scope]) -> list[Section]:
    """The map follows the offices: on paper the two pages a minister looks at."""
    return [
        summary.offices(every),
        on_the_map(scope),
        movement.moves(scope),
        summary.overview(scope),
        district_lists.flagged(scope),
        *([district_lists.without_office(scope)] if scope.without_office else []),
    ]


def _of_office(scope: Scope) -> list[Section]:
    return [
        summary.overview(scope),
        movement.moves(scope),
        on_the_map(scope),
        district_lists.flagged(scope),
        district_lists.every(scope),
    ]


def _masthead(scope: Scope) -> Masthead:
    source, words = scope.source, texts().report
    period = quarter_ko(source.quarter)
    marks = [words["demo"]] * source.demo + [words["draft"]] * source.draft
    notices = [words["demo_notice"]] * source.demo + [words["draft_notice"]] * source.draft
    first, _, last = source.quarter.months
    known = source.nation.months
    means = "월평균" if known == len(source.quarter.months) else f"중 {known}개월 자료"
    edition = f"판본 {source.edition[: background.DIGEST_SHOWN]}"
    return Masthead(
        kicker=words["kicker"],
        title=f"{scope.name} {words['title']}",
        period=period,
        period_note=f"{first.month}~{last.month}월 {means} · {source.recorded_at:%Y-%m-%d} 작성 · {edition}",
        disclaimer=words["disclaimer"],
        marks=tuple(marks),
        notices=tuple(notices),
        watermark=" · ".join(marks),
        running_head=" · ".join([f"{scope.name} {words['title']}", period]),
        running_mark=" · ".join([*marks, words["reference"]]),
    )
