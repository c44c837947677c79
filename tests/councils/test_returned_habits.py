"""Sheets as people return them: copied pages, pages in front, notes, ditto marks, numbers as text."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from sogong_pipeline.councils.checking import MOST_EQUAL, Checked, check, gathered
from sogong_pipeline.councils.issue import issue_sheets
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.sheets.intake import UnreadableError, read_cells
from tests.councils.conftest import PERIOD, Council
from tests.councils.officer import DAY, HELD, fill, held, place, rows

pytestmark = pytest.mark.slow


def checked(council: Council, file: Path) -> Checked:
    return check(council.pipeline.lake, file, DAY)


def test_returned_as_people_do(council: Council, tmp_path: Path) -> None:
    """All habits on one country of sheets, since building it is slower than testing them."""
    office = max(council.offices, key=lambda name: len(council.issue.sheets[name].lines))
    sheet = council.sheet(office)
    good = fill(sheet, tmp_path / "good.xlsx")
    assert checked(council, good).problems == []

    book = load_workbook(good)
    copy = book.copy_worksheet(book.worksheets[0])
    copy.title = "의결표(최종)"
    book.save(tmp_path / "copied.xlsx")
    (problem,) = checked(council, tmp_path / "copied.xlsx").problems
    assert "의결표가 2장 들어 있습니다(‘의결표’와 ‘의결표(최종)’)" in problem

    book = load_workbook(good)
    book.create_sheet("안내", 0)["A1"] = "관리번호"
    book.save(tmp_path / "front.xlsx")
    assert checked(council, tmp_path / "front.xlsx").problems == []

    def noted(page: Worksheet) -> None:
        page.cell(next(iter(rows(page).values())), place("stage")).comment = Comment("다시 볼 것", "위원장")

    (problem,) = checked(council, fill(sheet, tmp_path / "noted.xlsx", also=noted)).problems
    assert "메모(‘다시 볼 것’)는 기록되지 않습니다" in problem

    figure = place("payroll")

    def separated(page: Worksheet) -> None:
        for row in rows(page).values():
            cell = page.cell(row, figure)
            if isinstance(cell.value, int | float):
                cell.value = f"{cell.value:,}"

    file = fill(sheet, tmp_path / "separated.xlsx", also=separated)
    values = [cell.value for cell in read_cells(file) if cell.column == figure]
    assert any(isinstance(value, str) and "," in value for value in values)
    assert checked(council, file).problems == []


def test_one_reason_keeps_open_what_had_no_proposal(council: Council, tmp_path: Path) -> None:
    office = max(council.offices, key=lambda name: len(council.issue.sheets[name].held))
    lines, sheet = council.issue.sheets[office].held, council.sheet(office)
    first, second, *_ = (line.district_id for line in lines)

    def reasons(file: Path) -> dict[str, tuple[str, str | None]]:
        done = checked(council, file)
        assert done.problems == []
        return {
            one.line.district_id: (one.stage, one.reason)
            for one in done.judged
            if one.line.stage == "undetermined"
        }

    decided = {first: ("주의", "주력 업체의 휴업"), second: ("", "입주 업체의 이전을 더 살펴야 함")}
    found = reasons(fill(sheet, tmp_path / "one.xlsx", decided))
    assert found == {
        **{line.district_id: ("undetermined", HELD) for line in lines},
        first: ("caution", "주력 업체의 휴업"),
        second: ("undetermined", "입주 업체의 이전을 더 살펴야 함"),
    }

    def without(page: Worksheet) -> None:
        cell = held(page)
        assert cell is not None
        cell.value = None

    (problem,) = checked(council, fill(sheet, tmp_path / "none.xlsx", also=without)).problems
    assert problem.endswith(f"행: 판정보류를 유지하는 {len(lines)}곳의 사유를 한 번 적어 주십시오.")

    def all_good(page: Worksheet) -> None:
        cell = held(page)
        assert cell is not None
        page.cell(cell.row, place("stage")).value = "양호"

    (problem,) = checked(council, fill(sheet, tmp_path / "good.xlsx", also=all_good)).problems
    assert "묶음의 단계는 바꿀 수 없습니다(지금 ‘양호’)" in problem

    def of_old(page: Worksheet) -> None:
        """As sheets were before: a reason for each district, and the level in words for a title."""
        cell = held(page)
        assert cell is not None
        top = cell.row
        page.unmerge_cells(str(next(span for span in page.merged_cells.ranges if f"B{top}" in span)))
        for column in range(1, page.max_column + 1):
            page.cell(top, column).value = None
        for line in lines:
            row = rows(page)[line.district_id]
            page.cell(row, place("stage")).value = "판정보류 유지"
            page.cell(row, place("reason")).value = "지난 협의회와 같은 사유"
        page.cell(6, place("confidence")).value = "신뢰도"

    found = reasons(fill(sheet, tmp_path / "old.xlsx", also=of_old))
    assert set(found.values()) == {("undetermined", "지난 협의회와 같은 사유")}


@pytest.mark.parametrize("reason", ["〃", "“", "-", ".", "상", "ok"])
def test_a_sign_is_no_reason(council: Council, tmp_path: Path, reason: str) -> None:
    office, line = next(
        (name, line)
        for name, sheet in council.issue.sheets.items()
        for line in sheet.lines
        if line.stage == "good"
    )
    sheet = council.sheet(office)
    (problem,) = checked(
        council, fill(sheet, tmp_path / "a.xlsx", {line.district_id: ("심각", reason)})
    ).problems
    assert f"지금 ‘{reason}’" in problem
    decisions = {line.district_id: ("심각", "주력 업체의 휴업")}
    assert checked(council, fill(sheet, tmp_path / "b.xlsx", decisions)).problems == []


def test_an_open_document_is_told_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "a.ods"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<a/>")
    with pytest.raises(UnreadableError, match="ODS"):
        read_cells(file)


@pytest.mark.parametrize("deadline", [dt.date(2026, 6, 30), dt.date(2026, 10, 19), dt.date(2027, 3, 2)])
def test_a_deadline_that_cannot_be_meant_is_refused(council: Council, deadline: dt.date) -> None:
    with pytest.raises(RefusedError, match=r"must lie between 2026-10-20 and 2027-03-01"):
        issue_sheets(council.pipeline, PERIOD, deadline=deadline)


def test_many_equal_problems_are_one_line_with_their_places() -> None:
    many = [f"R{row} SIM-{row} 가상: 의결 단계를 골라 주십시오(지금 ‘{row}’)." for row in range(10, 15)]
    assert gathered([*many, "‘의결일’을 적어 주십시오."]) == [
        "5건(R10, R11, R12, R13, R14): 의결 단계를 골라 주십시오.",
        "‘의결일’을 적어 주십시오.",
    ]
    assert gathered(many[:MOST_EQUAL]) == many[:MOST_EQUAL]
