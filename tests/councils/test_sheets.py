"""Issued sheets: they show the proposals, resist accidental changes, and are reproducible."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter

from sogong_pipeline.councils.issue import issue_sheets, write_sheets
from sogong_pipeline.councils.wording import columns, texts
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.pages.wording import texts as report_texts
from sogong_pipeline.vocabulary import said_instead, statuses
from tests.conftest import QUARTER
from tests.councils.conftest import PERIOD, Council
from tests.councils.officer import held, place, rows
from tests.support.editions import proposals_of

pytestmark = pytest.mark.slow
PIXELS_PER_CHARACTER, A4_LANDSCAPE_INCHES = 7, 297 / 25.4
"""Widths in a file are characters of 7 pixels with their margin, at 96 pixels an inch."""


def page_of(file: Path) -> Any:
    return load_workbook(file)[texts().sheet["name"]]


def mark_of(cell: Any) -> str | None:
    """Return the suffix of a number format, the same for both signs; None without a number."""
    if not isinstance(cell.value, int | float):
        return None
    (mark,) = {
        part[1] if len(part := re.split('"', one)) > 1 else "" for one in cell.number_format.split(";")
    }
    return mark


def shorter(text: str) -> list[str]:
    """A sentence with its percentages at one decimal, however many it has."""
    return [
        f"{Decimal(part):.1f}" if re.fullmatch(r"\d+\.\d+", part) else part
        for part in re.split(r"(\d+\.\d+)", text)
    ]


def test_every_district_stands_on_its_offices_sheet_with_the_figures_of_the_edition(council: Council) -> None:
    edition = council.pipeline.edition(QUARTER)
    assert edition is not None
    facts = pd.read_parquet(edition.path("fact_district_quarter")).set_index("district_id")
    proposals = pd.read_parquet(proposals_of(council.pipeline, edition).path("stage_proposal")).set_index(
        "district_id"
    )
    registry = registry_in_force(council.pipeline)
    assert registry is not None
    seen, marks = {}, {}
    for office in council.offices:
        page = page_of(council.sheet(office))
        for district, row in rows(page).items():
            seen[district] = {key.key: page.cell(row, place(key.key)).value for key in columns()}
            marks[district] = {key.key: mark_of(page.cell(row, place(key.key))) for key in columns()}
    with_office = {d.district_id for d in registry.on(QUARTER.last_day).districts if d.office_code}
    assert seen.keys() == with_office
    for district, shown in seen.items():
        fact, proposal = facts.loc[district], proposals.loc[district]
        assert shown["proposal"] == report_texts().stages[proposal["stage"]]
        assert shorter(shown["reason_ko"]) == shorter(proposal["reason_ko"])
        severe, caution = (proposal[f"probability_{stage}_pct"] for stage in ("severe", "caution"))
        drawn = {
            "severe": severe,
            "caution": caution,
            "good": None if pd.isna(caution) else 100 - caution,
        }.get(proposal["stage"])
        assert shown["confidence"] == ("–" if drawn is None or pd.isna(drawn) else round(float(drawn)))
        for key, column in (("workplaces", "workplaces"), ("workers", "workers"), ("payroll", "payroll_krw")):
            value = fact[column] / (10**6 if key == "payroll" else 1) if pd.notna(fact[column]) else None
            expected = (
                said_instead(fact["status"]) if value is None else pytest.approx(float(value), abs=0.0501)
            )
            assert shown[key] == expected, district
            assert marks[district][key] == (None if value is None else statuses()[fact["status"]].mark)
        for measure in ("workplaces", "workers", "payroll"):
            for base in ("year", "two_years"):
                change = fact[f"{measure}_change_{base}_pct"]
                status = fact[f"payroll_{base}_status" if measure == "payroll" else f"{base}_status"]
                expected = said_instead(status) if pd.isna(change) else float(Decimal(str(change)))
                assert shown[f"{measure}_{base}"] == expected
                assert marks[district][f"{measure}_{base}"] == (
                    None if pd.isna(change) else statuses()[status].mark
                )
        undetermined = proposal["stage"] == "undetermined"
        assert (shown["stage"] or None) == (None if undetermined else shown["proposal"])


def test_only_what_an_officer_fills_in_is_open_and_the_page_prints(council: Council) -> None:
    page = page_of(council.sheet("gyeonggi"))
    assert page.protection.sheet
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.freeze_panes == "C7"
    assert page.print_title_rows == "$6:$6"
    lists = {v.formula1 for v in page.data_validations.dataValidation if v.type == "list"}
    assert lists == {'"의결,정정,이의신청 반영"', '"양호,주의,심각"', '"양호,주의,심각,판정보류 유지"'}
    book = load_workbook(council.sheet("gyeonggi"))
    assert [book[name].sheet_state for name in book.sheetnames] == ["visible", "veryHidden"]
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_it_prints_at_nine_points_on_a4(council: Council) -> None:
    """What is printed is no wider than the paper, so that nothing is scaled down, and no type is smaller than 9 pt."""
    for office in council.offices:
        page = page_of(council.sheet(office))
        printed = column_index_from_string(re.search(r":\$([A-Z]+)\$", page.print_area)[1])
        widths = {
            place: group.width
            for group in page.column_dimensions.values()
            for place in range(group.min, group.max + 1)
        }
        assert [column.screen for column in columns()] == [place > printed for place in sorted(widths)]
        inches = sum(widths[place] for place in range(1, printed + 1)) * PIXELS_PER_CHARACTER / 96
        room = A4_LANDSCAPE_INCHES - page.page_margins.left - page.page_margins.right
        assert 0.85 * room < inches <= 0.93 * room, office  # programs differ by some percent
        assert min(cell.font.sz for row in page.iter_rows() for cell in row if cell.value is not None) >= 9


def test_what_can_be_decided_sorts_and_filters_and_the_rest_is_one_block(council: Council) -> None:
    office = max(council.offices, key=lambda name: len(council.issue.sheets[name].held))
    sheet, page = council.issue.sheets[office], page_of(council.sheet(office))
    assert sheet.held and sheet.decidable
    last = 6 + len(sheet.decidable)
    assert page.auto_filter.ref == f"A6:{get_column_letter(len(columns()))}{last}"
    assert not page.protection.sort and not page.protection.autoFilter  # the file says what is forbidden
    # Excel sorts a protected range only when every cell of it is unlocked; typing over a fixed cell is refused instead.
    assert all(not cell.protection.locked for row in page.iter_rows(min_row=7, max_row=last) for cell in row)
    refusing = [v for v in page.data_validations.dataValidation if v.type == "custom"]
    assert {v.formula1 for v in refusing} == {"FALSE"}
    for row in (7, last, last + 3):
        fixed = {cell.column for cell in page[row] if any(cell.coordinate in v.sqref for v in refusing)}
        assert fixed == {place(column.key) for column in columns() if not column.input}
    # Nothing is asked of a district without a proposal: one reason keeps all of them open.
    asked = [row for row in rows(page).values() if page.cell(row, place("stage")).value]
    assert max(asked) == last and len(asked) == len(sheet.decidable)
    assert page.cell(last + 2, 1).value == "판정보류 유지"
    assert f"판정보류로 제안된 {len(sheet.held)}곳" in page.cell(last + 2, 2).value
    reason = held(page)
    assert reason is not None and reason.value is None and not reason.protection.locked


def test_the_same_sheets_come_out_byte_for_byte_the_same(council: Council, tmp_path: Path) -> None:
    issue, is_new = issue_sheets(council.pipeline, PERIOD)
    assert not is_new
    again = Path(write_sheets(council.pipeline, issue, tmp_path / "again").folder)
    names = {path.name for path in council.folder.glob("*.*")}
    assert names == {f"{office}.{end}" for office in council.offices for end in ("xlsx", "html", "pdf")}
    for name in names:
        assert (again / name).read_bytes() == (council.folder / name).read_bytes(), name


def test_a_later_deadline_makes_new_sheets_of_the_same_edition(council: Council) -> None:
    later, is_new = issue_sheets(council.pipeline, PERIOD, deadline=dt.date(2027, 1, 15))
    assert is_new
    assert (later.edition, later.deadline) == (council.issue.edition, dt.date(2027, 1, 15))
    assert later.sheets["busan"].digest != council.issue.sheets["busan"].digest
    assert issue_sheets(council.pipeline, PERIOD)[0].deadline == dt.date(2027, 1, 15)


def test_a_period_without_a_proposal_is_refused(council: Council) -> None:
    with pytest.raises(RefusedError, match="no quarter of 2025-H1 was proposed"):
        issue_sheets(council.pipeline, HalfYear.parse("2025-H1"))
    with pytest.raises(RefusedError, match="'2026-Q3' is not a decision period; write it as 2026-H2"):
        HalfYear.parse("2026-Q3")


def test_the_briefing_is_one_page_and_counts_what_the_sheet_holds(council: Council) -> None:
    text = (council.folder / "busan.html").read_text(encoding="utf-8")
    lines = council.issue.sheets["busan"].lines
    assert f"밀집지역 {len(lines)}곳의 단계를 2026-12-31까지 의결합니다." in text
    held = sum(line.stage == "undetermined" for line in lines)
    assert (f"{held}곳은 판정보류입니다." in text) == (held > 0)
    assert "시연" in text
