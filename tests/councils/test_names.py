"""External names pass through registry, sheet, report, confirmation and mail unchanged and harmless."""

from __future__ import annotations

import html
import zipfile
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sogong_pipeline.councils import question
from sogong_pipeline.councils.checking import check
from sogong_pipeline.councils.final import publish_final
from sogong_pipeline.councils.issue import issue_sheets, write_sheets
from sogong_pipeline.councils.mail import Report, compose
from sogong_pipeline.councils.record import record
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.pages.wording import clean
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.councils.officer import fill
from tests.districts.test_registry import ROW, write
from tests.steps.test_steps import QUARTER, month_file

pytestmark = pytest.mark.slow

NAMES = (
    '=HYPERLINK("http://127.0.0.1/","누르기")',
    "<script>alert('이름')</script>",
    "'; DROP TABLE stage_decision; --",
    "가" * 200,
    "뷁쀍햏 똠방각하 ᄒᆞᆫ글 \U00020000",
    "산단 👩‍🏭🏭",
    "+1+1",
    "@SUM(A1)",
    "_x0041_ {{ 7 * 7 }} {% raw %}",
    "[이름](javascript:alert(1)) **굵게** | 칸",
    "A & B &lt; C",
)
PERIOD = HalfYear.parse("2022-H1")
NOW = "2022-07-20T09:00:00+09:00"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """One month, and a district of each name; all have the same ground, so none has a proposal."""
    pipeline = Installation(Settings(home=tmp_path / "home", now=NOW))
    rows = [{**ROW, "district_id": f"D{number}", "name": name} for number, name in enumerate(NAMES)]
    pipeline.registry.load(write(tmp_path / "registry.csv", *rows))
    pipeline.months.ingest(QUARTER.months[0], str(month_file(tmp_path, str(QUARTER.months[0]))))
    pipeline.quarters.propose(QUARTER)
    return Warehouse(pipeline)


def test_names_and_reasons_go_all_the_way(warehouse: Warehouse, tmp_path: Path) -> None:
    pipeline = warehouse.catalogue
    issue, _ = issue_sheets(pipeline, PERIOD)
    sheets = Path(write_sheets(pipeline, issue).folder)
    names = {f"D{number}": clean(name) for number, name in enumerate(NAMES)}

    page = load_workbook(sheets / "gyeonggi.xlsx").worksheets[0]
    shown = {row[0].value: row[1] for row in page.iter_rows(min_row=7) if row[0].value in names}
    assert {cell.data_type for cell in shown.values()} == {"s"}
    assert len(shown) == len(NAMES)
    with zipfile.ZipFile(sheets / "gyeonggi.xlsx") as archive:
        cells = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in cells
    assert b"hyperlink" not in cells.lower()
    briefing = (sheets / "gyeonggi.html").read_text(encoding="utf-8")
    assert "<script>alert" not in briefing

    reasons = {district: ("주의", f"사유 {name}") for district, name in names.items()}
    file = fill(sheets / "gyeonggi.xlsx", tmp_path / "back.xlsx", reasons, day="2022-07-20", by=NAMES[1])
    checked = check(pipeline.lake, file, issue.issued_at.date())
    assert checked.problems == []
    body = question.body(checked, pipeline.settings, file.name)
    assert "<script>" not in body
    assert "](javascript" not in body
    assert body.count("\n- ") == len(NAMES)
    done = record(warehouse, file, "확인자")
    assert {row.district_id: row.reason for row in done.rows} == {
        district: clean(reason) for district, (_, reason) in reasons.items()
    }

    finals = Path(publish_final(pipeline, QUARTER).folder)
    report = (finals / "gyeonggi.html").read_text(encoding="utf-8")
    extract = (finals / "sigungu" / "41590.html").read_text(encoding="utf-8")
    for text in (report, extract):
        assert "<script>alert" not in text
        assert "49" not in text.split("_x0041_")[1][:20]
        for name in names.values():
            assert (
                html.escape(clean(f"사유 {name}"), quote=False).replace("'", "&#39;").replace('"', "&#34;")
                in text
            )
    files: Report = {
        "hwpx": (finals / "gyeonggi.hwpx").read_bytes(),
        "pdf": (finals / "gyeonggi.pdf").read_bytes(),
    }
    message = compose(
        files,
        QUARTER,
        "gyeonggi",
        "council@gyeonggi.example",
        "sogong@nation.example",
        demo=False,
        reader="경기지방중소벤처기업청",
    )
    sent = message_from_bytes(message.as_bytes(), policy=policy.default)
    attached = list(sent.iter_attachments())  # type: ignore[attr-defined]
    assert [part.get_content() for part in attached] == list(files.values())
    assert sent["Subject"] == "경기지방중소벤처기업청 2022년 2분기 밀집지역 위기징후 단계 의결 보고서"
    assert max(map(len, message.as_bytes().splitlines())) <= 998
