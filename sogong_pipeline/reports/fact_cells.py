"""Cells of a district's facts: levels, changes, stages, names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from sogong_pipeline.pages import cells
from sogong_pipeline.pages.parts import Cell, Column, Link
from sogong_pipeline.pages.wording import month_ko, number, shorten, signed, signed_change, texts
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.reports.scope import District, Scope
from sogong_pipeline.reports.source import Change, DistrictFact
from sogong_pipeline.vocabulary import MEASURES, OK, UNKNOWN, Base, Measure, Number, statuses

LONG_BASES: tuple[Base, Base] = ("year", "two_years")
LONGEST = 24
"""Names longer than this are cut where they lead to a place that has them whole."""


def level(fact: DistrictFact, measure: Measure, krw_unit: int = cells.MILLION) -> Cell:
    """A monthly mean; money in `krw_unit` won with the exact won in the hint.

    Districts have few workplaces, so these keep their tenths; the other measures are shown whole.
    """
    value: Number | None = getattr(fact, measure)
    if value is None:
        return cells.unknown(fact.status)
    hint = _level_note(fact)
    if measure == "payroll_krw":
        return cells.known(
            number(Decimal(value) / krw_unit), value, fact.status, f"월 {number(value)}원{hint}"
        )
    digits = 1 if measure == "workplaces" and krw_unit == cells.MILLION else 0
    unit = "개" if measure == "workplaces" else "명"
    return cells.known(number(value, digits), value, fact.status, f"월평균 {number(value, 1)}{unit}{hint}")


def months_note(fact: DistrictFact) -> str:
    """`; 3개월 중 1개월` where the quarter is not whole."""
    return f"; 3개월 중 {fact.months}개월" if fact.status == "partial" or 0 < fact.months < 3 else ""


def _level_note(fact: DistrictFact) -> str:
    """How a level is to be taken: the months it is made of, or the status it has beside."""
    return months_note(fact) or ("" if fact.status == OK else f"; {statuses()[fact.status].label}")


def change(fact: DistrictFact, measure: Measure, base: Base) -> Cell:
    """The change against a base in percent, with the nation's and the difference in the hint."""
    found = fact.changes.get((measure, base))
    if found is None or found.change_pct is None:
        return cells.unknown(found.status if found else UNKNOWN, f"{texts().bases[base]} 대비")
    return cells.known(signed_change(found.change_pct), found.change_pct, found.status, _change_hint(found))


def nation_change(fact: DistrictFact, measure: Measure, base: Base) -> Cell:
    """The nation's change that a district's is held against."""
    found = fact.changes.get((measure, base))
    return _beside(found.nation_change_pct if found else None, found)


def points(fact: DistrictFact, measure: Measure, base: Base) -> Cell:
    """The difference to the nation, in percentage points."""
    found = fact.changes.get((measure, base))
    return _beside(found.points if found else None, found)


def stage(district: District) -> Cell:
    """The stage, with the one before and, of one decided, the one proposed where it was another."""
    before, words = district.before, texts().stages
    notes = [
        f"직전 {words[before]}" if before and before != district.stage else "",
        f"제안 {words[district.proposal.stage]}" if district.differs else "",
    ]
    return Cell(words[district.stage], stage=district.stage, note=" · ".join(filter(None, notes)))


def linked(district: District, scope: Scope) -> Cell:
    """The district's name as a way to where it is told in full; from the nation into its office's report."""
    report = district.info.office_code or "" if scope.office is None else ""
    return Cell(district.name, links=(Link(shorten(district.name, LONGEST), report, district.anchor),))


def support(district: District) -> Cell:
    """How often the same stage comes when the workplaces are drawn anew, in percent."""
    if district.differs:
        return Cell("협의회 판단", hint="제안과 다르게 정한 단계에는 제안의 가능성을 적지 않습니다")
    if district.support_pct is None:
        return cells.unknown(of="같은 단계가 나올 가능성")
    return Cell(
        number(district.support_pct), district.support_pct, hint=f"{number(district.support_pct, 1)}%"
    )


def jobs_lost(district: District) -> Cell:
    """The workers lost within a year, as a change with its sign."""
    change = district.fact.changes.get(("workers", "year"))
    if district.jobs_lost is None:
        return cells.unknown(change.status if change else UNKNOWN, "1년 전 대비")
    return Cell(signed(-district.jobs_lost, 0), -district.jobs_lost)


def name(district: District, scope: Scope) -> Cell:
    """The district's name with its kind and place; where no report has it whole, the hint does."""
    note = " · ".join(filter(None, [district.info.kind_ko, district.place]))
    if scope.office is None and district.info.office_code is not None:
        return replace(linked(district, scope), note=note)
    shown = shorten(district.name, cells.ROW_LONGEST)
    return Cell(shown, hint=district.name if shown != district.name else "", note=note)


def level_columns(krw_unit: str) -> list[Column]:
    """Columns of the three measures."""
    labels = texts().measures
    units = {"workplaces": "개", "workers": "명", "payroll_krw": krw_unit}
    return [Column(labels[measure], "number", units[measure], "분기 월평균") for measure in MEASURES]


def change_columns() -> list[Column]:
    """Columns of the changes of the three measures against both bases."""
    short = {"workplaces": "사업장", "workers": "종사자", "payroll_krw": "급여"}
    return [
        Column(short[measure], "number", "%", f"{texts().bases[base]} 대비 증감률")
        for base in LONG_BASES
        for measure in MEASURES
    ]


def levels(fact: DistrictFact, krw_unit: int = cells.MILLION) -> list[Cell]:
    """The three measures."""
    return [level(fact, measure, krw_unit) for measure in MEASURES]


def changes(fact: DistrictFact, *, with_points: bool = False) -> list[Cell]:
    """The changes of the three measures against both bases, the points against the nation below each."""
    return [
        replace(
            found,
            note=f"({signed_change(difference.value)})"
            if with_points and difference.value is not None
            else "",
        )
        for base in LONG_BASES
        for measure in MEASURES
        for found, difference in [(change(fact, measure, base), points(fact, measure, base))]
    ]


def corporation_bases(fact: DistrictFact, bases: Sequence[Base] = LONG_BASES) -> list[str]:
    """Of some bases those against which only corporations are compared."""
    found = [base for base in bases if _scope(fact, "workers", base) == "corporations"]
    return [texts().bases[base] for base in found]


def table_notes(facts: Collection[DistrictFact], bases: Sequence[Base] = LONG_BASES) -> tuple[str, ...]:
    """What a table of levels and changes has to say beside the meaning of its statuses: what is compared."""
    found = dict.fromkeys(base for fact in facts for base in corporation_bases(fact, bases))
    compared = (
        f"{'·'.join(found)} 대비 증감률은 {month_ko(coverage_breaks()[-1])}의 범위 확대를 빼기 위해 "
        "법인 사업장만 비교한 값입니다."
    )
    return (compared,) if found else ()


def _scope(fact: DistrictFact, measure: Measure, base: Base) -> str:
    found = fact.changes.get((measure, base))
    return found.scope if found and found.change_pct is not None else ""


def _beside(value: Number | None, found: Change | None) -> Cell:
    """A figure beside a change; the mark stands at the change itself."""
    if value is None:
        return cells.unknown(found.status if found else UNKNOWN)
    return Cell(signed_change(value), value)


def _change_hint(found: Change) -> str:
    parts = [
        f"전국 {signed_change(found.nation_change_pct)}%",
        f"격차 {signed_change(found.points)}%p",
        "법인 사업장만 비교" if found.scope == "corporations" else "",
        "" if found.status == OK else statuses()[found.status].label,
    ]
    return "; ".join(filter(None, parts))
