"""The trends a report draws: of each district, and of all its districts together."""

from __future__ import annotations

from collections.abc import Sequence

from sogong_pipeline.pages.drawings import IndexChart, LineSample, Series, Sparkline
from sogong_pipeline.pages.palette import SERIES
from sogong_pipeline.pages.parts import Legend, Picture
from sogong_pipeline.pages.series import between_breaks, indexed
from sogong_pipeline.pages.wording import month_ko, number, shorten, texts
from sogong_pipeline.periods import Month
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.reports.scope import District, Scope
from sogong_pipeline.reports.source import ReportSource, TrendPoint
from sogong_pipeline.reports.wording import report_texts
from sogong_pipeline.vocabulary import MEASURES, Measure

LEAST_MONTHS = 2
"""A trend of one month is a point, and says nothing."""
SHORT: dict[Measure, str] = {"workers": "종사자", "payroll_krw": "급여", "workplaces": "사업장"}


def spark(source: ReportSource, district: District) -> Sparkline | None:
    """The workers of a district in the size of a word; None when no month is known."""
    points = _points(source, district)
    values = [point.workers if point else None for point in points]
    if all(value is None for value in values):
        return None
    return Sparkline(_spoken(source, values), values, source.trend_months, frozenset(coverage_breaks()))


def of_district(source: ReportSource, district: District) -> Picture:
    """Workers, payroll and workplaces of a district, each with its first month as 100, anew after a break."""
    points = _points(source, district)
    title = (
        f"{shorten(district.name)}: {_spoken(source, [point.workers if point else None for point in points])}"
    )
    return Picture(_indexed(source, points, title, (300, 104)), title)


def total(scope: Scope) -> Picture | None:
    """All districts that have every month any of them has, together; None with too few months for a line."""
    series = [_points(scope.source, district) for district in scope.districts]
    months = [any(points[index] for points in series) for index in range(len(scope.source.trend_months))]
    whole = [
        points
        for points in series
        if all(point is not None or not known for point, known in zip(points, months, strict=True))
    ]
    if sum(months) < LEAST_MONTHS or not whole:
        return None
    summed = [
        _sum([points[index] for points in whole]) if known else None for index, known in enumerate(months)
    ]
    title = f"밀집지역 합계의 추이({_bases(scope.source.trend_months, months)})"
    notes = [f"추이를 볼 수 있는 모든 달에 값이 있는 {number(len(whole))}곳의 합계입니다."]
    return Picture(
        _indexed(scope.source, summed, title, (720, 176)),
        title,
        notes=(*notes, *break_notes(scope.source)),
        legend=legend(),
    )


def _bases(months: Sequence[Month], known: Sequence[bool]) -> str:
    """The months that are 100: `2023년 7월=100, 2025년 6월부터 다시 100`."""
    stretches = between_breaks(months, coverage_breaks())
    firsts = [
        month_ko(next(month for month, is_known in zip(months[part], known[part], strict=True) if is_known))
        for part in stretches
        if any(known[part])
    ]
    return ", ".join([f"{firsts[0]}=100", *(f"{first}부터 다시 100" for first in firsts[1:])])


def index_note(source: ReportSource) -> str:
    """What is 100 in the trend of a district."""
    again = [
        f"{month_ko(month)}부터 다시 100" for month in coverage_breaks() if month in source.trend_months[1:]
    ]
    bases = ", ".join([f"{month_ko(source.trend_months[0])}=100", *again])
    return f"추이 그림은 자료가 있는 첫 달을 100으로 둔 지수입니다({bases})."


def legend() -> tuple[Legend, ...]:
    """What the lines of an indexed trend stand for."""
    return tuple(Legend(LineSample(measure), texts().measures[measure]) for measure in SERIES)


def break_notes(source: ReportSource) -> tuple[str, ...]:
    """What the dashed upright line means, where one is drawn."""
    return tuple(
        report_texts().break_note.format(month=month_ko(month))
        for month in coverage_breaks()
        if month in source.trend_months[1:]
    )


def _points(source: ReportSource, district: District) -> Sequence[TrendPoint | None]:
    return source.trend.get(district.info.district_id) or [None] * len(source.trend_months)


def _sum(points: Sequence[TrendPoint | None]) -> TrendPoint:
    known = [point for point in points if point]
    return TrendPoint(*(sum(getattr(point, measure) for point in known) for measure in MEASURES))


def _indexed(
    source: ReportSource, points: Sequence[TrendPoint | None], title: str, size: tuple[float, float]
) -> IndexChart | None:
    """The three measures as indices; None when no month is known."""
    series = tuple(
        Series(
            measure,
            SHORT[measure],
            indexed(
                [getattr(p, measure) if p else None for p in points], source.trend_months, coverage_breaks()
            ),
        )
        for measure in SERIES
    )
    if all(value is None for line in series for value in line.values):
        return None
    return IndexChart(title, series, source.trend_months, frozenset(coverage_breaks()), size)


def _spoken(source: ReportSource, workers: Sequence[int | None]) -> str:
    """The trend in words: the first and last known month on each side of a break."""
    told = []
    for part in between_breaks(source.trend_months, coverage_breaks()):
        known = [
            f"{month_ko(month)} {number(value)}명"
            for month, value in zip(source.trend_months[part], workers[part], strict=True)
            if value is not None
        ]
        if known:
            told.append("에서 ".join(dict.fromkeys([known[0], known[-1]])))
    return f"종사자 {'; '.join(told)}" if told else "추이 자료 없음"
