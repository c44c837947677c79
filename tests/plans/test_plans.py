"""Drafts of prevention plans: seven parts, decided stages cited, empty fields for unknown content."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from sogong_pipeline.decisions.decision import Decision
from sogong_pipeline.decisions.period import HalfYear, period_of
from sogong_pipeline.pages.parts import Page
from sogong_pipeline.periods import Quarter
from sogong_pipeline.plans.model import PlanSource, build_plans
from sogong_pipeline.plans.publish import collect_plans
from sogong_pipeline.renderers.registry import RENDERERS
from sogong_pipeline.steps.installation import Installation

pytestmark = pytest.mark.slow  # a whole country
PERIOD = HalfYear(2026, 2)
PARTS = ["basis", "trend", "stages", "causes", "tasks", "severe", "review"]


@pytest.fixture(scope="module")
def source(proposed: Installation) -> PlanSource:
    return collect_plans(proposed, PERIOD)


@pytest.fixture(scope="module")
def drafts(source: PlanSource) -> dict[str, Page]:
    return {page.stem: page for page in build_plans(source)}


def text_of(page: Page) -> str:
    cells = [
        " ".join((cell.text, cell.note))
        for section in page.sections
        for table in section.tables
        for row in table.rows
        for cell in row.cells
    ]
    return " ".join([*page.headline, *(text for one in page.sections for text in one.paragraphs), *cells])


def test_every_draft_has_seven_parts_and_its_marks(source: PlanSource, drafts: dict[str, Page]) -> None:
    assert {stem for stem in drafts if stem.startswith("sido-")} == {
        f"sido-{one.info.sido_code}" for one in source.districts
    }
    flagged = {one.info.sigungu_code for one in source.flagged(source.districts)}
    assert {stem.removeprefix("sigungu-") for stem in drafts if stem.startswith("sigungu-")} == flagged
    assert flagged
    for page in drafts.values():
        assert [section.key for section in page.sections] == PARTS
        assert page.masthead.marks == ("시연", "초안", "법정 서식 아님")
        assert "법령은 위기예방계획의 내용·서식·기한을 정하지 않습니다" in page.masthead.disclaimer


def test_what_is_not_known_is_empty_and_what_is_decided_is_cited(source: PlanSource) -> None:
    one = source.flagged(source.districts)[0]
    decided = Decision(
        one.info.district_id, "2026-H2", 1, one.info.office_code or "", "2026-Q3", "e", one.proposal.stage, "severe",
        "decision", "주력 업체의 휴업", None, dt.date(2026, 12, 15), "김", "이", "", "s", "d",
    )  # fmt: skip
    known = replace(source, decisions={one.info.district_id: decided})
    page = next(page for page in build_plans(known) if page.stem == f"sigungu-{one.info.sigungu_code}")
    text = text_of(page)
    assert "의결 2026-12-15" in text
    stages = page.sections[2].tables[0]
    assert "의결 사유: 주력 업체의 휴업" in stages.rows[0].detail
    severe = page.sections[5]
    table = next(table for table in severe.tables if one.name in table.caption)
    filled = {row.cells[0].text: row.cells[1].text for row in table.rows}
    assert re.match(r"종사자 [\d,]+명", filled.pop("고용"))
    assert filled.pop("특별지원지역 신청 검토").startswith("□ 신청")
    assert set(filled.values()) == {""}
    assert len(filled) == 4
    for place in (0, 3, 6):
        blank = page.sections[place].tables[-1]
        assert {row.cells[1].text for row in blank.rows} == {""}
    menu = page.sections[4].tables[0]
    assert {cell.text for row in menu.rows for cell in row.cells[2:]} == {""}
    assert all(
        re.fullmatch(r"(법 제26조제3항제4호|시행령 제30조제3항)", row.cells[1].text) for row in menu.rows
    )


def test_no_sentence_promises_a_form_a_deadline_or_bonus_points(drafts: dict[str, Page]) -> None:
    for page in drafts.values():
        text = text_of(page)
        assert not re.search(r"까지 (제출|수립)하여야|의무|가점을 (받|부여)", text)
        assert (
            "단계를 이유로 가점을 준다는 공고는 확인하지 못했습니다"
            in " ".join(note for table in page.sections[4].tables for note in table.notes)
            or len(page.sections[4].tables) == 2
        )


def test_a_draft_is_written_in_each_format_and_twice_the_same(drafts: dict[str, Page]) -> None:
    page = next(page for stem, page in drafts.items() if stem.startswith("sigungu-"))
    for suffix in ("hwpx", "html"):
        assert RENDERERS[suffix].render(page) == RENDERERS[suffix].render(page)  # type: ignore[index]


def test_a_quarter_lies_in_its_half_year() -> None:
    assert [str(period_of(Quarter(2026, number))) for number in (1, 2, 3, 4)] == [
        "2026-H1", "2026-H1", "2026-H2", "2026-H2",
    ]  # fmt: skip
