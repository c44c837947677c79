"""Cells that recur: levels, changes, stages, names. A figure that is not known says why in its hint."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from sogong_pipeline.reports.parts import Cell, Column, Link
from sogong_pipeline.reports.scope import District, Scope
from sogong_pipeline.reports.source import (
    MEASURES,
    Base,
    Change,
    DistrictFact,
    Measure,
    Number,
)
from sogong_pipeline.reports.wording import NONE, number, rounded, shorten, signed, texts

LONG_BASES: tuple[Base, Base] = ("year", "two_years")
LONGEST = 24
"""Names longer than this are cut where they lead to a place that has them whole."""
ROW_LONGEST = 60
"""The same for the name a row begins with."""
MILLION, HUNDRED_MILLION = 10**6, 10**8


def count(value: int, unit: str = "곳") -> Cell:
    """A number of things counted."""
    return Cell(number(value), value, hint=f"{number(value)}{unit}")


def level(fact: DistrictFact, measure: Measure, krw_unit: int = MILLION) -> Cell:
    """A monthly mean; money in `krw_unit` won with the exact won in the hint.

    Districts have few workplaces, so these keep their tenths; the other measures are shown whole.
    """
    value: Number | None = getattr(fact, measure)
    if value is None:
        return unknown(texts().statuses["not_computable"])
    hint = _level_note(fact)
    if measure == "payroll_krw":
        return Cell(number(Decimal(value) / krw_unit), value, hint=f"월 {number(value)}원{hint}")
    digits = 1 if measure == "workplaces" and krw_unit == MILLION else 0
    unit = "개" if measure == "workplaces" else "명"
    return Cell(number(value, digits), value, hint=f"월평균 {number(value, 1)}{unit}{hint}")


def months_note(fact: DistrictFact) -> str:
    """`; 3개월 중 1개월` where the quarter is not whole."""
    return f"; 3개월 중 {fact.months}개월" if fact.status == "partial" or 0 < fact.months < 3 else ""


def _level_note(fact: DistrictFact) -> str:
    """How a level is to be taken: the months it is made of, or the status it has beside."""
    return months_note(fact) or ("" if fact.status == "ok" else f"; {texts().statuses[fact.status]}")


def change(fact: DistrictFact, measure: Measure, base: Base) -> Cell:
    """The change against a base in percent, with the nation's and the difference in the hint."""
    found = fact.changes.get((measure, base))
    if found is None or found.change_pct is None:
        return unknown(f"{texts().bases[base]} 대비 {texts().statuses['not_computable']}")
    return Cell(signed(found.change_pct), found.change_pct, hint=_change_hint(found))


def nation_change(fact: DistrictFact, measure: Measure, base: Base) -> Cell:
    """The nation's change that a district's is held against."""
    found = fact.changes.get((measure, base))
    return _signed(found.nation_change_pct if found else None)


def points(fact: DistrictFact, measure: Measure, base: Base) -> Cell:
    """The difference to the nation, in percentage points."""
    found = fact.changes.get((measure, base))
    return _signed(found.points if found else None)


def unknown(why: str) -> Cell:
    """A dash, and the status that explains it."""
    return Cell(NONE, None, hint=why)


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


def name(district: District, scope: Scope) -> Cell:
    """The district's name with its kind and place; where no report has it whole, the hint does."""
    note = " · ".join(filter(None, [district.info.kind_ko, district.place]))
    if scope.office is None and district.info.office_code is not None:
        return replace(linked(district, scope), note=note)
    shown = shorten(district.name, ROW_LONGEST)
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


def levels(fact: DistrictFact, krw_unit: int = MILLION) -> list[Cell]:
    """The three measures."""
    return [level(fact, measure, krw_unit) for measure in MEASURES]


def changes(fact: DistrictFact, *, with_points: bool = False) -> list[Cell]:
    """The changes of the three measures against both bases, the points against the nation below each."""
    return [
        replace(
            found,
            note=f"({points(fact, measure, base).text})" if with_points and found.value is not None else "",
        )
        for base in LONG_BASES
        for measure in MEASURES
        for found in [change(fact, measure, base)]
    ]


def corporation_bases(fact: DistrictFact) -> list[str]:
    """The bases against which only corporations are compared."""
    found = [base for base in LONG_BASES if _scope(fact, "workers", base) == "corporations"]
    return [texts().bases[base] for base in found]


def table_notes(facts: Collection[DistrictFact]) -> tuple[str, ...]:
    """What a table of levels and changes has to say: what is compared, what is not whole, what a dash means."""
    bases = dict.fromkeys(base for fact in facts for base in corporation_bases(fact))
    compared = (
        f"{'·'.join(bases)} 대비 증감률은 2025년 6월의 범위 확대를 빼기 위해 법인 사업장만 비교한 값입니다."
    )
    found = [
        (bool(bases), compared),
        (any(map(months_note, facts)), texts().partial_note),
        (
            any(cell.value is None for fact in facts for cell in [*levels(fact), *changes(fact)]),
            texts().dash_note,
        ),
    ]
    return tuple(words for holds, words in found if holds)


def whole(value: Number | None, unit: str) -> Cell:
    """A mean shown without decimals."""
    why = texts().statuses["not_computable"]
    return (
        unknown(why) if value is None else Cell(number(value), value, hint=f"월평균 {number(value, 1)}{unit}")
    )


def share(value: Number | None, of: Number | None) -> Cell:
    """A value's share of another in percent, without its unit."""
    if value is None or not of:
        return unknown(texts().statuses["not_computable"])
    percent = Decimal(100 * value) / Decimal(of)
    return Cell(number(percent, 1), rounded(percent, 1))


def _scope(fact: DistrictFact, measure: Measure, base: Base) -> str:
    found = fact.changes.get((measure, base))
    return found.scope if found and found.change_pct is not None else ""


def _signed(value: Number | None) -> Cell:
    return unknown(texts().statuses["not_computable"]) if value is None else Cell(signed(value), value)


def _change_hint(found: Change) -> str:
    parts = [
        f"전국 {signed(found.nation_change_pct)}%",
        f"격차 {signed(found.points)}%p",
        "법인 사업장만 비교" if found.scope == "corporations" else "",
        "" if found.status == "ok" else texts().statuses[found.status],
    ]
    return "; ".join(filter(None, parts))
