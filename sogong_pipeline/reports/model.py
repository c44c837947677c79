"""The report model: everything a report says, in words and figures; renderers only lay it out."""

from __future__ import annotations

from collections.abc import Sequence

from sogong_pipeline.decisions.period import period_ko
from sogong_pipeline.pages.acceptances import accepted_notices
from sogong_pipeline.pages.parts import Link, Masthead, Page, Section
from sogong_pipeline.pages.wording import quarter_ko, texts
from sogong_pipeline.reports import background, decided, district_lists, extract, movement, summary
from sogong_pipeline.reports.headline import headline
from sogong_pipeline.reports.map_section import on_the_map
from sogong_pipeline.reports.scope import Scope, extracts, scopes
from sogong_pipeline.reports.source import ReportSource

SUMMED_UP = 2
"""So many sentences of the headline are the summary of a file."""
KEYWORDS = ("지역중소기업", "밀집지역", "위기징후", "위기단계")


def build_models(source: ReportSource) -> list[Page]:
    """Put a quarter into words: the nation first, then the 13 offices."""
    every = list(scopes(source))
    return [_model(scope, every) for scope in every]


def build_final(source: ReportSource) -> list[Page]:
    """The same of a quarter that councils decided on: the nation, then the offices that decided."""
    every = list(scopes(source))
    told = [scope for scope in every if scope.office is None or scope.districts]
    return [_model(scope, told, every) for scope in told]


def build_extracts(source: ReportSource) -> list[Page]:
    """Per sigungu what its local government gets, of the offices that decided."""
    offices = [scope for scope in scopes(source) if scope.office]
    return [_model(extract, []) for scope in offices for extract in extracts(scope)]


def _model(scope: Scope, told: Sequence[Scope], every: Sequence[Scope] | None = None) -> Page:
    sections = extract.sections(scope) if scope.sigungu_code else _sections(scope, every or told)
    sentences = headline(scope)
    return Page(
        stem=scope.stem,
        kind="report",
        demo=scope.source.demo,
        masthead=_masthead(scope),
        headline=sentences,
        sections=tuple(sections),
        others=_others(scope, told),
        summary=" ".join(sentences[:SUMMED_UP]),
        keywords=(*KEYWORDS, scope.name, quarter_ko(scope.source.quarter)),
        tiles=summary.tiles(scope),
        bars=summary.stage_picture(scope),
        glance=district_lists.glance(scope),
    )


def _of_nation(scope: Scope, every: Sequence[Scope]) -> list[Section]:
    """The map follows the offices: on paper the two pages a minister looks at."""
    return [
        summary.offices(every),
        *_decisions(scope),
        on_the_map(scope),
        movement.moves(scope),
        summary.overview(scope),
        district_lists.flagged(scope),
        *([district_lists.without_office(scope)] if scope.without_office else []),
    ]


def _of_office(scope: Scope) -> list[Section]:
    return [
        *_decisions(scope),
        movement.moves(scope),
        on_the_map(scope),
        summary.overview(scope),
        district_lists.flagged(scope),
        district_lists.every(scope),
    ]


def _sections(scope: Scope, every: Sequence[Scope]) -> list[Section]:
    own = _of_office(scope) if scope.office else _of_nation(scope, every)
    return [
        *own,
        background.undetermined(scope),
        background.matching(scope),
        background.limits(),
        background.stages(scope),
        background.sources(scope),
    ]


def _others(scope: Scope, told: Sequence[Scope]) -> tuple[Link, ...]:
    """The other reports; an office's final one has none, for it is mailed again when it changes."""
    if scope.source.councils and scope.office:
        return ()
    return tuple(Link(other.short_name, other.stem) for other in told if other.stem != scope.stem)


def _decisions(scope: Scope) -> list[Section]:
    return [decided.decisions(scope)] if scope.source.councils else []


def _masthead(scope: Scope) -> Masthead:
    source, words = scope.source, texts().report
    period, title, disclaimer = quarter_ko(source.quarter), words["title"], words["disclaimer"]
    if source.councils:
        period = f"{period_ko(source.councils.period)} 의결({period})"
        title = words["extract_title"] if scope.sigungu_code else words["final_title"]
        disclaimer = words["final_disclaimer"]
    marks = [words["demo"]] * source.demo + [words["draft"]] * source.draft
    notices = [words["demo_notice"]] * source.demo + [words["draft_notice"]] * source.draft
    notices += accepted_notices(source.acceptances)
    first, _, last = source.quarter.months
    known = source.nation.months
    means = "월평균" if known == len(source.quarter.months) else f"중 {known}개월 자료"
    edition = f"판본 {source.edition[: background.DIGEST_SHOWN]}"
    return Masthead(
        kicker=words["kicker"],
        title=f"{scope.name} {title}",
        period=period,
        period_note=f"{first.month}~{last.month}월 {means} · {source.recorded_at:%Y-%m-%d} 작성 · {edition}",
        disclaimer=disclaimer,
        marks=tuple(marks),
        notices=tuple(notices),
        watermark=" · ".join(marks),
        running_head=" · ".join([f"{scope.name} {title}", period]),
        running_mark=" · ".join([*marks, words["decided" if source.councils else "reference"]]),
    )
