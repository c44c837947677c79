"""The part of a month's page that shows what later files of the month changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sogong_pipeline.pages import cells
from sogong_pipeline.pages.parts import Cell, Column, Row, Section, Table
from sogong_pipeline.pages.wording import number, signed
from sogong_pipeline.quality_pages.wording import notes
from sogong_pipeline.regions.reference import regions
from sogong_pipeline.vocabulary import NATION

NOWHERE = "99"
MEASURES = (("workplaces", "개"), ("workers", "명"))


def by_revision(revisions: Sequence[Sequence[Mapping[str, Any]]]) -> Section | None:
    """A table per later file, the nation and then each 시도; none where no later file counted."""
    if not revisions:
        return None
    columns = (
        Column("시도"),
        *(Column(label, "number", "행") for label in ("최초 행", "추가", "삭제", "바뀜")),
        *(
            Column(label, "number", unit, group)
            for group, unit in (("사업장", "개"), ("종사자", "명"), ("고지금액", "백만원"))
            for label in ("최초", "수정 폭")
        ),
    )
    tables = tuple(
        Table(
            "revisions",
            f"최초 {found[0]['first_vintage']} → 수정 {found[0]['vintage']}",
            columns,
            tuple(map(_row, found)),
            notes=notes("revisions") if found is revisions[-1] else (),
        )
        for found in revisions
    )
    return Section("revisions", "나중에 공개된 파일의 수정 내역", tables=tables)


def _row(found: Mapping[str, Any]) -> Row:
    million = cells.MILLION
    return Row(
        (
            Cell(_name(found["region_code"])),
            cells.count(found["first_rows"], "행"),
            *(cells.count(found[f"rows_{what}"], "행") for what in ("added", "removed", "changed")),
            *(
                cell
                for measure, unit in MEASURES
                for cell in (
                    cells.count(found[f"first_{measure}"], unit),
                    _moved(found[f"{measure}_revision"], f"{number(found[f'later_{measure}'])}{unit}"),
                )
            ),
            Cell(
                number(found["first_billed_amount_krw"] / million, 0),
                hint=f"{number(found['first_billed_amount_krw'])}원",
            ),
            Cell(
                signed(found["billed_amount_revision_krw"] / million, 1),
                hint=f"{number(found['billed_amount_revision_krw'])}원",
            ),
        ),
        strong=found["region_code"] == NATION,
    )


def _moved(revision: int, later: str) -> Cell:
    return Cell(signed(revision, 0), revision, hint=f"수정 후 {later}")


def _name(code: str) -> str:
    if code in {NATION, NOWHERE}:
        return "전국" if code == NATION else "시도 미상"
    living = {region.region_code: region.short_name for region in regions() if region.valid_to is None}
    return living.get(code, code)
