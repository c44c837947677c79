"""The trends a report draws: of each district, and of all its districts together."""

from __future__ import annotations

from collections.abc import Sequence

from sogong_pipeline.nps.contribution import coverage_breaks
from sogong_pipeline.reports import charts, palette
from sogong_pipeline.reports.charts import Line
from sogong_pipeline.reports.parts import Legend, Picture
from sogong_pipeline.reports.scope import District, Scope
from sogong_pipeline.reports.source import MEASURES, Measure, ReportSource, TrendPoint
from sogong_pipeline.reports.wording import month_ko, number, shorten, texts

LEAST_MONTHS = 2
"""A trend of one month is a point, and says nothing."""
STYLE: dict[Measure, tuple[str, str]] = {
    "workers": (palette.NAVY, "none"),
    "payroll_krw": (palette.PAYROLL, "5 2"),
    "workplaces": (palette.WORKPLACES, "1.5 1.8"),
}
SHORT: dict[Measure, str] = {"workers": "종사자", "payroll_krw": "급여", "workplaces": "사업장"}


def spark(source: ReportSource, district: District) -> str:
    """The workers of a district in the size of a word; empty when no month is known."""
    points = _points(source, district)
    values = [point.workers if point else None for point in points]
    return charts.sparkline(values, source.trend_months, _spoken(source, values), coverage_breaks())


def of_district(source: ReportSource, district: District) -> Picture:
    """Workers, payroll and workplaces of a district, each with its first month as 100."""
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
    base = next(month for month, known in zip(scope.source.trend_months, months, strict=True) if known)
    title = f"밀집지역 합계의 추이({month_ko(base)}=100)"
    notes = [f"추이를 볼 수 있는 모든 달에 값이 있는 {number(len(whole))}곳의 합계입니다."]
    return Picture(
        _indexed(scope.source, summed, title, (720, 176)),
        title,
        notes=(*notes, *break_notes(scope.source)),
        legend=legend(),
    )


def legend() -> tuple[Legend, ...]:
    """What the lines of an indexed trend stand for."""
    return tuple(
        Legend(charts.line_sample(*style), texts().measures[measure]) for measure, style in STYLE.items()
    )


def break_notes(source: ReportSource) -> tuple[str, ...]:
    """What the dashed upright line means, where one is drawn."""
    return tuple(
        texts().break_note.format(month=month_ko(month))
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
) -> str:
    lines = [
        Line(
            SHORT[measure], charts.indexed([getattr(p, measure) if p else None for p in points]), colour, dash
        )
        for measure, (colour, dash) in STYLE.items()
    ]
    return charts.trend(lines, source.trend_months, title, breaks=coverage_breaks(), size=size)


def _spoken(source: ReportSource, workers: Sequence[int | None]) -> str:
    """The trend in words: its first and last known month."""
    known = [
        (month, value) for month, value in zip(source.trend_months, workers, strict=True) if value is not None
    ]
    if not known:
        return "추이 자료 없음"
    (first, start), (last, end) = known[0], known[-1]
    if first == last:
        return f"{month_ko(first)} 종사자 {number(start)}명"
    return f"종사자 {month_ko(first)} {number(start)}명에서 {month_ko(last)} {number(end)}명"
