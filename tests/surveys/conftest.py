"""Fixtures: drawn lists of two offices in an empty installation, and helpers to fill them in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from sogong_pipeline.lake.partitions import SHORT, Built, digest_of
from sogong_pipeline.periods import Quarter
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.surveys.draw import ListKind
from sogong_pipeline.surveys.issue import STEP, Draw, write_lists
from sogong_pipeline.surveys.sheet import FORM, SurveySheet, Visit
from sogong_pipeline.surveys.wording import columns, words

QUARTER = Quarter(2026, 3)
NOW = "2026-10-20T09:00:00+09:00"
LATER = "2026-11-20T09:00:00+09:00"
DAY = dt.date(2026, 11, 5)
HOSTILE = "=cmd|'/c calc'!A1 </hp:t> #set {{x}}"


def visit(number: int, kind: ListKind = "random", name: str = "", **more: str) -> Visit:
    """Return a place of a list; figures and dashes as a draw writes them."""
    key = f"V{number:03d}"
    shown = {
        "target_id": key,
        "list": words()["lists"][kind],
        "district": "가나산단",
        "stage": "주의(제안)",
        "confidence": "보통",
        "name": name or f"사업장{number}",
        "address": "경상남도 창원시 성산구 공단로",
        "division": "기타 기계 및 장비 제조업",
        "heads": "12.3",
        "heads_before": "–" if kind == "exit" else "15.7",
        "pay": "312.4",
        "share_of_fall": "–",
        "exit_kind": "원인 미상" if kind == "exit" else "–",
        "grade": "–" if kind == "exit" else "높음",
        "why": "무작위로 뽑았습니다.",
        **more,
    }
    frame, drawn = (400, 40) if kind == "random" else (0, 0)
    return Visit(key, "D1", f"{number:016x}", kind, frame, drawn, shown)


def sheet_of(visits: list[Visit], office: str = "gyeongnam", edition: str = "abcdef012345") -> SurveySheet:
    """Return the lists of an office."""
    district = {
        "district_id": "D1", "district": "가나산단", "place": "창원 성산구", "stage": "주의(제안)",
        "confidence": "보통", "workplaces": "400", "needed": "78",
        **dict.fromkeys(("1-4", "5-9", "10-29", "30-99", "100-299", "300+"), "0"),
        **{f"needed {band}": "0" for band in ("1-4", "5-9", "10-29", "30-99", "100-299", "300+")},
    }  # fmt: skip
    return SurveySheet(FORM, str(QUARTER), edition, office, True, tuple(visits), (district,))


def keep(installation: Installation, *sheets: SurveySheet) -> Draw:
    """Store lists in the lake as a draw does."""
    digests = {sheet.office_code: sheet.digest for sheet in sheets}

    def build(folder: Path) -> Built:
        files = {sheet.office_code: folder / f"{sheet.office_code}.json" for sheet in sheets}
        for sheet in sheets:
            files[sheet.office_code].write_text(sheet.text, encoding="utf-8")
        facts = {"quarter": str(QUARTER), "edition": sheets[0].edition, "offices": list(digests)}
        return Built(files, facts)

    name = digest_of(digests)[:SHORT]
    partition, _ = installation.lake.ensure(
        STEP, (str(QUARTER), name), inputs=digests, recorded_at=installation.now(), build=build
    )
    installation.lake.set_current(name, STEP, str(QUARTER), recorded_at=installation.now())
    return Draw.of(partition)


@pytest.fixture
def drawn(tmp_path: Path) -> tuple[Installation, Draw]:
    """Two choices, an exit and forty random places of one office, one place of another; a month later."""
    before = Installation(Settings(home=tmp_path / "home", now=NOW))
    visits = [visit(1, "certain"), visit(2, "certain", HOSTILE), visit(3, "exit")]
    visits += [visit(number) for number in range(4, 44)]
    draw = keep(before, sheet_of(visits), sheet_of([visit(90)], "busan"))
    write_lists(before, draw, tmp_path / "lists")
    return Installation(Settings(home=tmp_path / "home", now=LATER)), draw


def place(key: str) -> int:
    """Return the column of a key, from 1."""
    return 1 + next(index for index, column in enumerate(columns()) if column.key == key)


def rows(page: Worksheet) -> dict[str, int]:
    """Return the row of each target."""
    return {
        str(page.cell(row, 1).value): row
        for row in range(1, page.max_row + 1)
        if str(page.cell(row, 1).value or "").startswith("V")
    }


ANSWER = {
    "outcome": "응답", "visited_on": DAY, "performance": "나빠짐", "outlook": "비슷함",
    "cause_outside": "원자재 가격·수급", "cause_inside": "인건비", "need_technology": "예", "need_market": "아니오",
    "note": "납품 단가가 그대로임",
}  # fmt: skip


def fill(
    file: Path,
    target: Path,
    answers: Mapping[str, Mapping[str, object]],
    *,
    by: str = "경남TP 이조사",
    also: Callable[[Worksheet], None] | None = None,
) -> Path:
    """Fill in a list and save it under another name."""
    book = load_workbook(file)
    page = book[words()["sheet"]["visits"]]
    label = next(
        cell
        for row in page.iter_rows(max_row=5)
        for cell in row
        if cell.value == words()["sheet"]["answered_by"]
    )
    page.cell(label.row, label.column + 2).value = by
    for name, values in answers.items():
        for key, value in values.items():
            page.cell(rows(page)[name], place(key)).value = value  # type: ignore[assignment]
    if also:
        also(page)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target
