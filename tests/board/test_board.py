"""The stage board: what is missing or late stands out, and every link leads to where the files are written."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sogong_pipeline.board.model import board
from sogong_pipeline.board.source import BoardSource, MonthOnBoard, OfficeOnBoard, QuarterOnBoard
from sogong_pipeline.pages.parts import Cell, Page
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.renderers.html import render

QUARTER = Quarter(2026, 3)
NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.timezone(dt.timedelta(hours=9)))


def make_source() -> BoardSource:
    return BoardSource(
        made_at=NOW,
        demo=False,
        months=[
            MonthOnBoard(Month(2026, 9), "in", 2, bulletin=True),
            MonthOnBoard(Month(2026, 8), "stopped", 1, bulletin=False),
            MonthOnBoard(Month(2026, 7), "missing", 0, bulletin=False),
        ],
        quarters=[QuarterOnBoard(QUARTER, "ab" * 32, NOW, {"severe": 2, "good": 30})],
        offices=[
            OfficeOnBoard("busan", "부산청", "mailed", dt.date(2026, 11, 20), {"severe": 2}, {"severe": 3}),
            OfficeOnBoard("seoul", "서울청", "sent", None, {"good": 30}, None),
        ],
        period="2026-H2",
        quarter=QUARTER,
        deadline=dt.date(2026, 12, 31),
    )


def links_of(page: Page) -> set[str]:
    cells = [
        cell for part in page.sections for table in part.tables for row in table.rows for cell in row.cells
    ]
    return {f"{link.report}.{link.suffix}" for cell in cells for link in cell.links}


def test_the_headline_counts_decisions_and_names_missing_months() -> None:
    first, second = board(make_source()).headline
    assert first.endswith("기한은 2026-12-31입니다. 지방청 2곳 가운데 1곳이 의결했습니다.")
    assert second == "집계에 쓰이지 않는 달: 2026년 8월, 2026년 7월."


def test_links_lead_to_what_is_written_and_to_nothing_else() -> None:
    assert links_of(board(make_source())) == {
        *(
            f"2026-Q3/draft/{office}.{suffix}"
            for office in ("busan", "seoul", "index")
            for suffix in ("html", "pdf")
        ),
        *(f"2026-H2/{office}.{suffix}" for office in ("busan", "seoul") for suffix in ("xlsx", "html")),
        *(f"2026-Q3/final/busan.{suffix}" for suffix in ("html", "pdf", "xlsx", "hwpx")),
        "quality/2026-09.html",
        "quality/2026-08.html",
        "monthly/2026-09/index.html",
        "monthly/2026-09/index.pdf",
    }


def test_changes_and_states_stand_in_the_cells() -> None:
    offices, _, months = (part.tables[0] for part in board(make_source()).sections)
    busan, seoul = (row.cells for row in offices.rows)
    assert busan[1].text == "의결, 보고서 발송"
    assert Cell("2", 2, hint="2곳", note="(−1)") in busan
    assert (seoul[1].text, seoul[1].tone, seoul[2].text) == ("의결표 발송, 회신 대기", "doubtful", "–")
    assert [row.cells[1].tone for row in months.rows] == ["", "bad", "doubtful"]


def test_the_page_renders_alike_each_time() -> None:
    page = render(board(make_source()))
    assert page == render(board(make_source()))
    assert 'href="2026-Q3/final/busan.hwpx"' in page.decode()


def test_a_held_quarter_says_so_in_the_place_of_its_drafts() -> None:
    source = make_source()
    held = replace(source, quarters=[replace(source.quarters[0], held="2026-09: workers")])
    (row,) = board(held).sections[1].tables[0].rows
    assert (row.cells[-1].text, row.cells[-1].tone, row.cells[-1].links) == (
        "자료 확인 전까지 보류",
        "bad",
        (),
    )
