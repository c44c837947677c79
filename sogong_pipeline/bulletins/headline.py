"""The sentences at the top of a bulletin: levels, how they moved, how many districts rose and fell."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sogong_pipeline.bulletins.collect import MEAN_MONTHS, BulletinSource, Figure, area_of
from sogong_pipeline.bulletins.words import UNITS, name_of
from sogong_pipeline.districts.registry import District
from sogong_pipeline.pages.wording import change_size, month_ko, number, texts, with_particle, won
from sogong_pipeline.regions.reference import Office
from sogong_pipeline.vocabulary import Measure


def headline(
    source: BulletinSource, own: Sequence[District], office: Office | None, area: str
) -> tuple[str, ...]:
    """What a reader can stop after; only as much as is known."""
    where = f"{name_of(office)} {'관할 ' if office else ''}밀집지역"
    level = source.figure(area, "level", "workers")
    if level is None:
        return (f"{month_ko(source.month)} {with_particle(where, '은/는')} 값을 알 수 있는 곳이 없습니다.",)
    unknown = len(own) - level.places
    left_out = f"(값을 알 수 없는 {number(unknown)}곳 제외)" if unknown else ""
    first = f"{month_ko(source.month)} {where} {number(level.places)}곳{left_out}의 종사자는"
    sentences = [
        _sentence(first, f"{number(level.level)}명", _told(source, area, "workers")),
        *(_standing(source, area, measure) for measure in ("workplaces", "payroll_krw")),
        _mean(source, area),
        _counted(source, own),
    ]
    return tuple(filter(None, sentences))


def _standing(source: BulletinSource, area: str, measure: Measure) -> str:
    level = source.figure(area, "level", measure)
    if level is None:
        return ""
    shown = f"월 {won(level.level)}" if measure == "payroll_krw" else f"{number(level.level)}개"
    return _sentence(with_particle(texts().measures[measure], "은/는"), shown, _told(source, area, measure))


def _sentence(subject: str, level: str, told: str) -> str:
    """`종사자는 10,064명으로, 전월보다 ...`, or just `종사자는 10,064명입니다`."""
    return f"{subject} {with_particle(level, '으로/로')}, {told}." if told else f"{subject} {level}입니다."


def _told(source: BulletinSource, area: str, measure: Measure) -> str:
    """`전월보다 0.4%(52명) 줄고 전년 동월보다 1.2%(148명) 늘었습니다`, as far as it is known."""
    parts = []
    for span, base in (("month", "전월보다"), ("year", "전년 동월보다")):
        found = source.figure(area, span, measure)
        if found is not None and found.change is not None and found.change_pct is not None:
            only = "법인 기준 " if found.scope == "corporations" else ""
            parts.append((f"{base} {only}", found.change, _by(found, measure)))
    if not parts:
        return ""
    *earlier, last = parts
    linked = [f"{base}{by}{_verb(change, linked=True)}" for base, change, by in earlier]
    return " ".join([*linked, f"{last[0]}{last[2]}{_verb(last[1], linked=False)}"])


def _by(found: Figure, measure: Measure) -> str:
    if not found.change or found.change_pct is None:
        return ""
    unit = UNITS[measure][0]
    amount = won(abs(found.change)) if measure == "payroll_krw" else f"{number(abs(found.change))}{unit}"
    return f"{change_size(found.change_pct)}%({amount}) "


def _verb(change: Decimal, *, linked: bool) -> str:
    if not change:
        return "변동이 없고" if linked else "변동이 없습니다"
    if change > 0:
        return "늘고" if linked else "늘었습니다"
    return "줄고" if linked else "줄었습니다"


def _mean(source: BulletinSource, area: str) -> str:
    """The mean of three months and its change on the year, either where the other cannot be told."""
    level, change = source.figure(area, "mean", "workers"), source.figure(area, "mean_year", "workers")
    first = source.month.shift(1 - MEAN_MONTHS)
    subject = f"최근 3개월({first.month}월~{source.month.month}월) 평균 종사자는"
    told = ""
    if change is not None and change.change is not None and change.change_pct is not None:
        only = "법인 기준 " if change.scope == "corporations" else ""
        by = f"{change_size(change.change_pct)}% " if change.change else ""
        told = f"1년 전 같은 석 달보다 {only}{by}{_verb(change.change, linked=False)}"
    if level is not None:
        return _sentence(subject, f"{number(level.level)}명", told)
    return f"{subject} {told}." if told else ""


def _counted(source: BulletinSource, own: Sequence[District]) -> str:
    """How many districts rose and fell; nothing without the month before."""
    changes = [
        found.change
        for district in own
        if (found := source.figure(area_of(district), "month", "workers")) and found.change is not None
    ]
    if not changes:
        return ""
    fell, rose = (sum(sign * change > 0 for change in changes) for sign in (-1, 1))
    return (
        f"전월보다 종사자가 줄어든 밀집지역은 {number(fell)}곳, 늘어난 곳은 {number(rose)}곳, 그대로인 곳은 "
        f"{number(len(changes) - fell - rose)}곳입니다."
    )
