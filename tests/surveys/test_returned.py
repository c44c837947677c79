"""Returned lists: the validation of decision sheets, append-only answers, results with intervals."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.surveys.answer import answers, in_force
from sogong_pipeline.surveys.checking import check
from sogong_pipeline.surveys.issue import Draw, write_lists
from sogong_pipeline.surveys.record import record
from sogong_pipeline.surveys.results import read_results, results_section
from sogong_pipeline.surveys.workbook import IDENTITY
from tests.surveys.conftest import (
    ANSWER,
    DAY,
    HOSTILE,
    LATER,
    QUARTER,
    fill,
    keep,
    place,
    rows,
    sheet_of,
    visit,
)

Drawn = tuple[Installation, Draw]


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    return tmp_path / "lists"


def problems(drawn: Drawn, file: Path) -> list[str]:
    return list(check(drawn[0].lake, file, dt.date(2026, 11, 20)).problems)


def test_a_list_is_the_same_bytes_again_and_hostile_names_are_words(
    drawn: Drawn, lists: Path, tmp_path: Path
) -> None:
    installation, draw = drawn
    write_lists(installation, draw, tmp_path / "again")
    for file in sorted(lists.iterdir()):
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes(), file.name
    book = load_workbook(lists / "gyeongnam.xlsx")
    page = book["방문 대상"]
    cell = page.cell(rows(page)["V002"], place("name"))
    assert (cell.value, cell.data_type) == (HOSTILE, "s")
    assert book[IDENTITY].sheet_state == "veryHidden"
    validated = {str(one.sqref): one.formula1 for one in page.data_validations.dataValidation}
    assert '"응답,거절,만나지 못함,폐업 확인,이전 확인,사업장 없음"' in validated.values()
    for letter in ("html", "hwpx"):  # the letter beside it names no firm
        assert b"\xec\x82\xac\xec\x97\x85\xec\x9e\xa51" not in (lists / f"gyeongnam.{letter}").read_bytes()


def test_answers_are_recorded_once_and_later_ones_beside_them(
    drawn: Drawn, lists: Path, tmp_path: Path
) -> None:
    installation, draw = drawn
    first = fill(lists / "gyeongnam.xlsx", tmp_path / "first.xlsx", {"V001": ANSWER, "V003": {
        "outcome": "폐업 확인", "visited_on": "2026. 11. 6."}})  # fmt: skip
    assert problems(drawn, first) == []
    done = record(installation, first, "김담당")
    assert done.facts == {
        "office": "gyeongnam", "quarter": "2026-Q3", "draw": draw.name, "rows": 2, "answered": 1, "replacing": 0,
    }  # fmt: skip
    again = record(installation, first, "누구")
    assert (again.is_new, again.rows) == (False, done.rows)
    assert problems(drawn, first) == ["이미 기록된 목록과 똑같은 파일입니다."]

    more = fill(first, tmp_path / "more.xlsx", {"V001": {"outlook": "나빠짐"}, "V010": ANSWER})
    added = record(installation, more, "김담당").rows
    assert [(row.target_id, row.number, row.replaces) for row in added] == [("V001", 2, 1), ("V010", 2, None)]
    every = answers(installation.lake, QUARTER)
    assert len(every) == 4
    standing = in_force(every)
    assert {row.target_id: row.outlook for row in standing.values()} == {
        "V001": "worse", "V003": None, "V010": "same",
    }  # fmt: skip
    (row,) = [row for row in every if row.target_id == "V003"]
    assert (row.outcome, row.visited_on, row.confirmed_by) == ("closed", dt.date(2026, 11, 6), "김담당")
    same = fill(more, tmp_path / "same.xlsx", {}, by="다른 사람")
    assert problems(drawn, same) == ["새로 적은 결과가 없습니다."]


def changed(key: str, value: object, target: str = "V001") -> object:
    def also(page: Worksheet) -> None:
        page.cell(rows(page)[target], place(key)).value = value

    return also


CASES = {
    "another district": (changed("district", "다른 산단"), "‘밀집지역’이 보낸 값과 다릅니다"),
    "another figure": (changed("heads", 99), "‘종사자(명)’이 보낸 값과 다릅니다"),
    "a formula": (changed("note", "=1+1"), "수식이 들어 있습니다"),
    "a word of its own": (changed("outcome", "성공"), "‘조사 결과’를 응답·거절"),
    "no outcome": (changed("outcome", None), "조사 결과를 목록에서 골라 주십시오"),
    "no day": (changed("visited_on", None), "조사일을 2026-11-15와 같이"),
    "a day before the draw": (changed("visited_on", dt.date(2026, 10, 1)), "2026-10-20부터 오늘 2026-11-20까지"),
    "a day to come": (changed("visited_on", dt.date(2026, 12, 1)), "2026-10-20부터 오늘 2026-11-20까지"),
    "no outlook": (changed("outlook", None), "‘응답’이면 ‘경기 전망(다음 분기)’도"),
    "answers of nobody": (changed("outcome", "거절"), "응답하지 않은 곳에 답이 적혀 있습니다"),
    "a row gone": (lambda page: page.delete_rows(rows(page)["V005"]), "V005 사업장5의 행이 없습니다"),
    "a row twice": (changed("target_id", "V001", "V004"), "V001 사업장1의 행이 2개입니다"),
    "an unknown number": (changed("target_id", "V999", "V004"), "이 목록에 없는 번호입니다(‘V999’)"),
    "words beside": (lambda page: setattr(page.cell(9, 40), "value", "메모"), "표 밖의 글(‘메모’)"),
    "a long note": (changed("note", "가" * 1_001), "비고가 1,000자를 넘습니다"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_said_and_nothing_is_recorded(
    case: str, drawn: Drawn, lists: Path, tmp_path: Path
) -> None:
    also, message = CASES[case]
    file = fill(lists / "gyeongnam.xlsx", tmp_path / "bad.xlsx", {"V001": ANSWER}, also=also)  # type: ignore[arg-type]
    assert any(message in line for line in problems(drawn, file)), problems(drawn, file)
    with pytest.raises(RefusedError, match=r"bad\.xlsx"):
        record(drawn[0], file, "김담당")
    assert answers(drawn[0].lake, QUARTER) == []


def test_nobody_fills_in_another_list_an_unsigned_one_or_none(
    drawn: Drawn, lists: Path, tmp_path: Path
) -> None:
    unsigned = fill(lists / "gyeongnam.xlsx", tmp_path / "unsigned.xlsx", {"V001": ANSWER}, by="")
    assert problems(drawn, unsigned) == ["‘작성자(소속·성명)’를 적어 주십시오."]
    book = load_workbook(lists / "gyeongnam.xlsx")
    book[IDENTITY]["B6"].value = "0" * 64
    book.save(tmp_path / "foreign.xlsx")
    assert problems(drawn, tmp_path / "foreign.xlsx") == [
        "식별 정보가 보낸 목록과 다릅니다. 받으신 목록에 그대로 채워 주십시오."
    ]
    del book[IDENTITY]
    book.save(tmp_path / "bare.xlsx")
    assert "숨은 식별 시트가 없음" in problems(drawn, tmp_path / "bare.xlsx")[0]


def test_an_earlier_draw_may_still_come_back_and_counts_where_it_is_drawn_again(
    drawn: Drawn, lists: Path, tmp_path: Path
) -> None:
    installation, _ = drawn
    newer = keep(installation, sheet_of([visit(number) for number in range(10, 50)], edition="0123456789ab"))
    early = fill(lists / "gyeongnam.xlsx", tmp_path / "early.xlsx", {"V001": ANSWER, "V010": ANSWER})
    assert record(installation, early, "김담당").facts["draw"] != newer.name
    results = read_results(installation.lake, QUARTER)
    assert results is not None
    assert results.done == 1  # V010 is on the newer list too, V001 is not
    published = write_lists(installation, newer, tmp_path / "newer")
    letter = (tmp_path / "newer" / "gyeongnam.html").read_text(encoding="utf-8")
    assert "새로 든 곳 6곳, 빠진 곳 9곳, 그대로인 곳 34곳" in letter
    assert "gyeongnam.pdf" in published.files


def test_below_thirty_answers_results_are_counts(drawn: Drawn, lists: Path, tmp_path: Path) -> None:
    installation, _ = drawn
    few = {f"V{number:03d}": ANSWER for number in range(4, 33)}
    record(installation, fill(lists / "gyeongnam.xlsx", tmp_path / "29.xlsx", few), "김담당")
    section = results_section(read_results(installation.lake, QUARTER), "gyeongnam")
    assert section is not None
    response, items = section.tables
    assert [cell.text for cell in response.rows[0].cells] == ["가나산단", "43", "29", "29", "67.4"]
    assert [column.label for column in items.columns] == ["항목", "무작위 응답 가운데"]
    assert items.rows[0].cells[1].text == "29/29"
    assert any("29곳으로 30곳보다 적어" in text for text in section.paragraphs)

    one = {"V033": {**ANSWER, "performance": "좋아짐"}, "V003": {"outcome": "이전 확인", "visited_on": DAY}}
    record(installation, fill(tmp_path / "29.xlsx", tmp_path / "30.xlsx", one), "김담당")
    section = results_section(read_results(installation.lake, QUARTER), "gyeongnam")
    assert section is not None
    worse = section.tables[1].rows[0]
    assert [cell.text for cell in worse.cells] == ["경기 실적이 1년 전보다 나빠짐", "29/30", "96.7"]
    low, high = worse.cells[2].note.strip("()").split("~")
    assert 80 < float(low) < 96.7 < float(high) < 100
    assert section.paragraphs[-1] == "이탈 확인 대상 1곳을 확인한 결과: 이전 확인 1곳."
    own = results_section(read_results(installation.lake, QUARTER), "gyeongnam", ["D2"])
    assert own is None


def test_the_command_answers_a_refused_list_beside_it(
    drawn: Drawn, lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOGONG_HOME", str(drawn[0].settings.home))
    monkeypatch.setenv("SOGONG_NOW", LATER)
    bad = fill(lists / "gyeongnam.xlsx", tmp_path / "bad.xlsx", {"V001": {**ANSWER, "outlook": None}}, by="")
    done = CliRunner().invoke(app, ["survey", "record", str(bad)])
    assert done.exit_code == 1
    assert "2 problems, nothing recorded" in done.output
    answer_text = (tmp_path / "bad.xlsx.답변.txt").read_text(encoding="utf-8-sig")
    assert "고칠 곳 2가지" in answer_text
    good = fill(lists / "gyeongnam.xlsx", tmp_path / "good.xlsx", {"V001": ANSWER})
    done = CliRunner().invoke(app, ["survey", "record", str(good), "--by", "김담당"])
    assert done.output == "gyeongnam 2026-Q3: 1 results recorded, 1 answered, 0 replacing others\n"


def test_the_inbox_asks_a_person_and_names_no_firm(drawn: Drawn, lists: Path) -> None:
    installation, _ = drawn
    home = installation.settings.home
    (home / "councils.yaml").write_text(
        "gyeongnam: {confirmers: [{id: '7', name: 김담당}]}\n", encoding="utf-8"
    )
    folder = home / "inbox" / "2026-Q3"
    fill(lists / "gyeongnam.xlsx", folder / "경남.xlsx", {"V002": ANSWER})
    fill(lists / "busan.xlsx", folder / "부산.xlsx", {}, by="")
    inbox = installation.survey_inbox
    (ask,) = inbox.look("run")
    assert (ask.office, ask.period, ask.users) == ("gyeongnam", "2026-Q3", [{"id": "7", "name": "김담당"}])
    assert "cmd" not in ask.body
    assert "| 응답 | 1 |" in ask.body
    assert "고칠 곳" in (folder / "부산.xlsx.답변.txt").read_text(encoding="utf-8-sig")
    assert inbox.look("other") == []  # it waits for the first
    assert inbox.conclude(ask, "김담당").facts["rows"] == 1
    assert "기록했습니다" in (folder / "경남.xlsx.답변.txt").read_text(encoding="utf-8-sig")
    assert inbox.look("run") == []


def test_an_invented_centre_fills_in_lists_without_a_problem(
    drawn: Drawn, lists: Path, tmp_path: Path
) -> None:
    from country.survey import answer
    from country.survey import fill as fill_in

    sheet = drawn[1].sheets["gyeongnam"]
    file = fill_in(lists / "gyeongnam.xlsx", tmp_path / "demo.xlsx", sheet, day=DAY, by="시연")
    assert problems(drawn, file) == []
    answered = [visit for visit in sheet.visits if answer(visit, DAY)]
    assert len(record(drawn[0], file, "김담당").rows) == len(answered) > 20
