"""Section of a month's page on the changes of later files of the month."""

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
    """Build a table per later file, the nation and then each 시도; None where no later file counted."""
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
            f"최초 {one[0]['first_vintage']} → 수정 {one[0]['vintage']}",
            columns,
            tuple(map(_row, one)),
            notes=notes("revisions") if one is revisions[-1] else (),
        )
        for one in revisions
    )
    return Section("revisions", "나중에 공개된 파일의 수정 내역", tables=tables)


def _row(row: Mapping[str, Any]) -> Row:
    million = cells.MILLION
    return Row(
        (
            Cell(_name(row["region_code"])),
            cells.count(row["first_rows"], "행"),
            *(cells.count(row[f"rows_{what}"], "행") for what in ("added", "removed", "changed")),
            *(
                cell
                for measure, unit in MEASURES
                for cell in (
                    cells.count(row[f"first_{measure}"], unit),
                    _moved(row[f"{measure}_revision"], f"{number(row[f'later_{measure}'])}{unit}"),
                )
            ),
            Cell(
                number(row["first_billed_amount_krw"] / million, 0),
                hint=f"{number(row['first_billed_amount_krw'])}원",
            ),
            Cell(
                signed(row["billed_amount_revision_krw"] / million, 1),
                hint=f"{number(row['billed_amount_revision_krw'])}원",
            ),
        ),
        strong=row["region_code"] == NATION,
    )


def _moved(revision: int, later: str) -> Cell:
    return Cell(signed(revision, 0), revision, hint=f"수정 후 {later}")


def _name(code: str) -> str:
    if code in {NATION, NOWHERE}:
        return "전국" if code == NATION else "시도 미상"
    living = {region.region_code: region.short_name for region in regions() if region.valid_to is None}
    return living.get(code, code)
