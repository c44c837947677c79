"""What the local government of a sigungu gets: two pages, its districts and no more than it takes to read them."""

from __future__ import annotations

from dataclasses import replace

from sogong_pipeline.pages.parts import Bullet, Cell, Column, Row, Section, Table
from sogong_pipeline.pages.wording import shorten, texts
from sogong_pipeline.reports import decided, district_lists, fact_cells
from sogong_pipeline.reports.scope import District, Scope
from sogong_pipeline.reports.wording import report_texts
from sogong_pipeline.vocabulary import MEASURES

CARDS, BESIDE_CARDS = 3, 20
"""So many flagged districts are shown in full beside so many in the list; of more, the reasons stand in the list."""
WITH_REASONS = 20
"""Of more flagged districts the list has no room for the reasons, which the office's report has."""
NAME = 30


def sections(scope: Scope) -> list[Section]:
    """The sections of an extract, in order."""
    in_full = 0 < len(scope.flagged) <= CARDS and len(scope.districts) <= BESIDE_CARDS
    with_reasons = not in_full and len(scope.flagged) <= WITH_REASONS
    return [
        *([decided.decisions(scope)] if scope.source.councils else []),
        *([_cards(scope)] if in_full else []),
        _list(scope, in_full=in_full, with_reasons=with_reasons),
        _reading(scope),
    ]


def _cards(scope: Scope) -> Section:
    """The flagged districts in full, without the explanations that the office's report has."""
    found = district_lists.flagged(scope)
    return replace(found, paragraphs=found.paragraphs[:1])


def _list(scope: Scope, *, in_full: bool, with_reasons: bool) -> Section:
    """Every district in one line, the flagged ones first."""
    rows = tuple(
        _row(district, in_full=in_full and district.number is not None, with_reasons=with_reasons)
        for district in scope.districts
    )
    columns = (
        Column("밀집지역"),
        Column("단계", "stage"),
        Column(texts().measures["workplaces"], "number", "개"),
        Column(texts().measures["workers"], "number", "명"),
        *(
            Column(label, "number", "%", f"{texts().bases['year']} 대비 증감률")
            for label in ("사업장", "종사자", "급여")
        ),
        Column("종사자", "number", "%", f"{texts().bases['two_years']} 대비"),
        Column("같은 단계가 나올 가능성·보류 사유"),
    )
    facts = [district.fact for district in scope.districts]
    table = Table("districts", "", columns, rows, fact_cells.table_notes(facts))
    return Section("districts", report_texts().headings["districts"], tables=(table,))


def _row(district: District, *, in_full: bool, with_reasons: bool) -> Row:
    fact = district.fact
    is_flagged = district.number is not None
    return Row(
        (
            Cell(shorten(district.name, NAME), hint=district.name),
            fact_cells.stage(district),
            fact_cells.level(fact, "workplaces"),
            fact_cells.level(fact, "workers"),
            *(fact_cells.change(fact, measure, "year") for measure in MEASURES),
            fact_cells.change(fact, "workers", "two_years"),
            district_lists.standing(district),
        ),
        anchor="" if in_full else district.anchor,
        detail=district_lists.reason(district) if is_flagged and with_reasons else "",
    )


def _reading(scope: Scope) -> Section:
    """What the figures are, in a few paragraphs, and which report explains more."""
    words = report_texts().extract
    office = scope.office.name if scope.office else texts().report["nation"]
    bullets = tuple(Bullet(title, text.format(office=office)) for title, text in words["reading"].items())
    return Section("reading", words["heading"], bullets=bullets)
