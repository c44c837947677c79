"""Returned sheets: all problems at once and nothing half-recorded, or permanent rows in lake and warehouse."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import text
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.councils import question
from sogong_pipeline.councils.checking import check
from sogong_pipeline.councils.record import record
from sogong_pipeline.councils.wording import columns
from sogong_pipeline.decisions.decision import decisions
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.settings import Settings
from sogong_pipeline.sheets.intake import Filled
from sogong_pipeline.sheets.values import date_of
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW
from tests.councils.conftest import PERIOD, Council
from tests.councils.officer import DAY, HELD, entry, fill, place, rows
from tests.warehouse.test_questions import queries

pytestmark = pytest.mark.slow

OFFICE = "gyeonggi"
STATES = {"good": "양호", "caution": "주의", "severe": "심각"}


def query_rows(warehouse: Warehouse, query: str) -> list[dict[str, Any]]:
    with warehouse.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


def sogong(council: Council, *arguments: str | Path) -> Result:
    """The command line on the same installation."""
    home = {"SOGONG_HOME": str(council.pipeline.settings.home), "SOGONG_NOW": NOW}
    return CliRunner().invoke(app, list(map(str, arguments)), env=home)


def otherwise(council: Council) -> dict[str, tuple[str, str]]:
    """Return a decision that differs from the proposal, for the first district with a proposal."""
    line = next(line for line in council.issue.sheets[OFFICE].lines if line.stage != "undetermined")
    return {line.district_id: ("주의" if line.stage != "caution" else "심각", "공장 두 곳이 문을 닫음")}


def by_libreoffice(file: Path, folder: Path) -> Path:
    """Return the file as saved by LibreOffice."""
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "saved"), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / "saved" / file.name


def as_it_is(file: Path, folder: Path) -> Path:
    del folder
    return file


PROGRAMS: list[Callable[[Path, Path], Path]] = [as_it_is]
if shutil.which("soffice"):  # only where it is installed
    PROGRAMS.append(by_libreoffice)


@pytest.mark.parametrize("save", PROGRAMS, ids=lambda save: save.__name__)
def test_a_sheet_that_comes_back_is_recorded_with_who_when_and_why(
    council: Council, tmp_path: Path, save: Callable[[Path, Path], Path]
) -> None:
    decided = otherwise(council)
    file = save(fill(council.sheet(OFFICE), tmp_path / "returned.xlsx", decided), tmp_path)
    done = record(council.warehouse, file, "이확인")
    lines = council.issue.sheets[OFFICE].by_district
    assert {row.district_id for row in done.rows} == set(lines)
    for row in done.rows:
        line = lines[row.district_id]
        stage, reason = decided.get(
            row.district_id, (STATES.get(line.stage), HELD if line.stage == "undetermined" else None)
        )
        assert (STATES.get(row.stage), row.reason) == (stage, reason)
        assert (row.period, row.quarter, row.edition) == ("2026-H2", "2026-Q3", council.issue.edition)
        assert (row.decided_on, row.decided_by, row.confirmed_by) == (DAY, "지역혁신과 김담당", "이확인")
        assert (row.recorded_at, row.kind, row.number, row.replaces) == (NOW, "decision", 1, None)
    in_lake = decisions(council.pipeline.lake, "2026-H2")
    in_tables = query_rows(council.warehouse, "SELECT * FROM stage_decision ORDER BY district_id")
    assert [row["district_id"] for row in in_tables] == sorted(row.district_id for row in in_lake)
    current = query_rows(council.warehouse, "SELECT * FROM stage_current WHERE decided_stage IS NOT NULL")
    assert {row["district_id"]: row["decided_stage"] for row in current} == {
        row.district_id: row.stage for row in in_lake
    }
    assert not any(row["proposal_is_newer"] for row in current)

    again = sogong(council, "decide", "record", file, "--by", "다른 사람")
    assert (again.exit_code, "(was recorded already)" in again.output) == (0, True), again.output
    council.warehouse.rebuild()
    assert query_rows(council.warehouse, "SELECT * FROM stage_decision ORDER BY district_id") == in_tables


def test_decisions_beside_proposals_are_one_query(council: Council, tmp_path: Path) -> None:
    """The question of docs/questions.md, recomputed from the lake."""
    record(
        council.warehouse, fill(council.sheet(OFFICE), tmp_path / "first.xlsx", otherwise(council)), "확인자"
    )
    query = queries()["Where did councils decide otherwise than proposed?"]
    counts = {
        (row["period"], row["proposed_stage"], row["decided_stage"]): row["decisions"]
        for row in query_rows(council.warehouse, query)
    }
    in_lake = decisions(council.pipeline.lake, "2026-H2")
    assert counts == Counter((row.period, row.proposed_stage, row.stage) for row in in_lake)
    assert any(proposed != decided for _, proposed, decided in counts)


def test_a_correction_and_an_appeal_are_new_rows_that_point_at_what_they_replace(
    council: Council, tmp_path: Path
) -> None:
    record(council.warehouse, fill(council.sheet(OFFICE), tmp_path / "first.xlsx"), "확인자")
    ((district, (stage, _)),) = otherwise(council).items()
    mended = fill(
        council.sheet(OFFICE), tmp_path / "mended.xlsx", {district: (stage, "옮겨 적으며 틀림")}, kind="정정"
    )
    asked = question.body(
        check(council.pipeline.lake, mended, council.pipeline.settings.clock().date()),
        council.pipeline.settings,
        "mended.xlsx",
    )
    assert "| 단계 | 제안 |" not in asked  # a single district has no count of stages
    (correction,) = record(council.warehouse, mended, "확인자").rows
    assert (correction.district_id, correction.number, correction.replaces) == (district, 2, 1)
    granted = {district: ("양호" if stage == "심각" else "심각", "업체 이의를 받아들임")}
    appealed = fill(council.sheet(OFFICE), tmp_path / "appealed.xlsx", granted, kind="이의신청 반영")
    (appeal,) = record(council.warehouse, appealed, "확인자").rows
    assert (appeal.kind, appeal.number, appeal.replaces) == ("appeal", 3, 2)
    history = query_rows(
        council.warehouse,
        f"SELECT * FROM stage_history WHERE district_id = '{district}' ORDER BY record_number",
    )
    assert [(row["record_number"], row["replaced_by"], bool(row["is_in_force"])) for row in history] == [
        (1, 2, False),
        (2, 3, False),
        (3, None, True),
    ]
    (current,) = query_rows(
        council.warehouse, f"SELECT * FROM stage_current WHERE district_id = '{district}'"
    )
    assert (current["decided_stage"], current["record_kind"], current["reason"]) == (
        appeal.stage,
        "appeal",
        "업체 이의를 받아들임",
    )

    unchanged = fill(council.sheet(OFFICE), tmp_path / "same.xlsx", granted, kind="정정", by="박담당")
    problems = check(council.pipeline.lake, unchanged, DAY).problems
    assert problems == ["기록된 의결과 달라진 곳이 없습니다."]
    second = fill(council.sheet(OFFICE), tmp_path / "second.xlsx", by="최담당")
    (problem,) = check(council.pipeline.lake, second, DAY).problems
    assert problem.startswith("이미 의결이 기록되어 있습니다.")


def spoil(page: Worksheet) -> None:
    """Make every mistake an officer may make, each in a row of its own."""
    by_row = list(rows(page).values())
    page.cell(by_row[0], place("stage")).value = "매우 심각"
    page.cell(by_row[1], place("workers")).value = 1
    page.cell(by_row[2], place("name")).value = "다른 이름"
    page.cell(by_row[3], place("reason")).value = '=HYPERLINK("http://127.0.0.1/","사유")'
    page.cell(by_row[4], place("district_id")).value = "NEW-1"
    page.cell(by_row[5], len(columns()) + 1).value = "따로 적은 말"
    page.cell(by_row[6], place("stage")).value = None
    page.cell(by_row[7], 1).value = page.cell(by_row[8], 1).value
    entry(page, "decided_by").value = None
    entry(page, "decided_on").value = "지난주"


def test_every_problem_of_a_sheet_is_told_at_once_and_nothing_is_recorded(
    council: Council, tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    sheet = council.issue.sheets[OFFICE]
    moved = next(line for line in reversed(sheet.lines) if line.stage == "good")
    file = fill(council.sheet(OFFICE), tmp_path / "bad.xlsx", {moved.district_id: ("심각", "")}, also=spoil)
    before = digest_tree(council.pipeline.settings.home / "lake")
    checked = check(council.pipeline.lake, file, DAY)
    first = rows(load_workbook(council.sheet(OFFICE)).worksheets[0])
    ids = list(first)
    at = {key: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place(key) - 1] for key in ("stage", "workers", "name", "reason")}
    expected = [
        f"{at['reason']}{first[ids[3]]}: 수식이 들어 있습니다.",
        f"T{first[ids[5]]}: 표 밖의 글(‘따로 적은 말’)",
        "‘의결일’을 2026-12-15와 같이 날짜로 적어 주십시오.(지금 ‘지난주’)",
        "‘작성자(소속·성명)’를 적어 주십시오.",
        f"{at['stage']}{first[ids[0]]} {ids[0]}",
        f"{at['workers']}{first[ids[1]]} {ids[1]}",
        f"{at['name']}{first[ids[2]]} {ids[2]}",
        "11행: 이 의결표에 없는 관리번호입니다(‘NEW-1’).",
        f"{ids[4]} ",
        f"{ids[7]} ",
        f"{ids[8]} ",
        f"{moved.district_id} ",
    ]
    for words in expected:
        assert any(words in problem for problem in checked.problems), (words, checked.problems)
    assert any(f"{ids[8]} " in p and "2개입니다" in p for p in checked.problems)
    assert any("제안(‘양호’)과 다르게 정한 사유를 적어 주십시오." in p for p in checked.problems)
    refused = sogong(council, "decide", "record", file)
    assert refused.exit_code == 1
    assert f"{len(checked.problems)} problems, nothing recorded; see {file}.답변.txt" in refused.output
    answer = file.with_name("bad.xlsx.답변.txt").read_text(encoding="utf-8-sig").splitlines()
    for number, problem in enumerate(checked.problems, start=1):
        assert f"{number}. {problem}" in answer
    with pytest.raises(RefusedError, match=r"bad.xlsx: .*수식이 들어 있습니다"):
        record(council.warehouse, file, "확인자")
    assert digest_tree(council.pipeline.settings.home / "lake") == before
    assert query_rows(council.warehouse, "SELECT count(*) AS n FROM stage_decision") == [{"n": 0}]


def test_a_sheet_of_another_period_edition_or_office_is_refused(council: Council, tmp_path: Path) -> None:
    filled = fill(council.sheet(OFFICE), tmp_path / "filled.xlsx")

    def forged(**changes: str) -> str:
        book = load_workbook(filled)
        page = book["sogong-sheet"]
        for row in page.iter_rows():
            row[1].value = changes.get(str(row[0].value), row[1].value)
        book.save(tmp_path / "forged.xlsx")
        (problem,) = check(council.pipeline.lake, tmp_path / "forged.xlsx", DAY, PERIOD).problems
        return problem

    assert forged(period="2026-H1").startswith("2026년 상반기 의결표입니다. 이번에 받는 것은 2026년 하반기")
    assert forged(edition="0123456789ab").startswith("2026-Q3 판본 0123456789ab의 의결표입니다.")
    assert forged(quarter="2026-Q2").startswith("2026-Q2 판본")
    assert "지방청 ‘busan’" in forged(office="busan")
    assert forged(digest="0" * 64).startswith("식별 정보가 보낸 의결표와 다릅니다.")
    assert forged(period="언젠가").startswith("의결표의 식별 정보가 바뀌었습니다")
    book = load_workbook(council.sheet(OFFICE))
    del book["sogong-sheet"]
    book.save(tmp_path / "bare.xlsx")
    (problem,) = check(council.pipeline.lake, tmp_path / "bare.xlsx", DAY).problems
    assert "숨은 식별 시트가 없음" in problem


def test_rows_may_be_sorted_columns_moved_and_a_date_written_in_words(
    council: Council, tmp_path: Path
) -> None:
    def tidy(page: Worksheet) -> None:
        first, *_, last = rows(page).values()
        for column in range(1, page.max_column + 1):
            one, other = page.cell(first, column), page.cell(last, column)
            one.value, other.value = other.value, one.value
        page.insert_cols(4)
        page.column_dimensions["B"].hidden = True

    decided, day = otherwise(council), "2026년 10월 20일"
    file = fill(council.sheet(OFFICE), tmp_path / "tidied.xlsx", decided, day=day, also=tidy)
    checked = check(council.pipeline.lake, file, DAY)
    assert (checked.problems, checked.decided_on) == ([], DAY)
    for day in ("2026. 10. 20.", "2026-10-20", "2026/10/20"):
        assert date_of(Filled("의결표", 5, 7, day, is_formula=False)) == DAY


def test_a_decision_lies_between_the_sheet_and_today(council: Council, tmp_path: Path) -> None:
    for day in ("2026-10-19", "2026-10-21"):
        file = fill(council.sheet(OFFICE), tmp_path / "when.xlsx", day=day)
        (problem,) = check(council.pipeline.lake, file, DAY).problems
        assert (
            problem == f"‘의결일’은 의결표를 보낸 2026-10-20부터 오늘 2026-10-20까지여야 합니다(지금 {day})."
        )


def test_a_killed_warehouse_is_caught_up_by_the_same_call_or_a_rebuild(
    council: Council, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = fill(council.sheet(OFFICE), tmp_path / "returned.xlsx")
    with monkeypatch.context() as broken:

        def fails(*_: object) -> None:
            raise OSError("killed")

        broken.setattr(Warehouse, "_load_decisions", fails)
        with pytest.raises(OSError, match="killed"):
            record(council.warehouse, file, "확인자")
    assert query_rows(council.warehouse, "SELECT count(*) AS n FROM stage_decision") == [{"n": 0}]
    done = record(council.warehouse, file, "확인자")
    assert not done.is_new
    assert query_rows(council.warehouse, "SELECT count(*) AS n FROM stage_decision") == [
        {"n": len(done.rows)}
    ]


def test_decisions_on_postgresql_are_those_of_sqlite(
    council: Council, tmp_path: Path, postgres_url: str
) -> None:
    settings = Settings(home=council.pipeline.settings.home, now=NOW, warehouse_url=postgres_url)
    server = Warehouse(Installation(settings))
    record(
        council.warehouse,
        fill(council.sheet(OFFICE), tmp_path / "returned.xlsx", otherwise(council)),
        "확인자",
    )
    server.rebuild()
    for view in ("stage_decision", "stage_history", "stage_current"):
        query = f"SELECT * FROM {view} ORDER BY district_id"
        with council.warehouse.engine.connect() as one, server.engine.connect() as other:
            names = "district_id, decided_stage, record_kind, reason"
            query = query.replace("*", names)
            assert one.execute(text(query)).fetchall() == other.execute(text(query)).fetchall()
