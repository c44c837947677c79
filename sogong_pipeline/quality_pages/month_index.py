"""Index of the quality pages: every month, the newest first, with its results."""

from __future__ import annotations

from sogong_pipeline.pages import cells
from sogong_pipeline.pages.parts import Cell, Column, Link, Page, Row, Section, Table
from sogong_pipeline.pages.wording import month_ko, number
from sogong_pipeline.periods import Month
from sogong_pipeline.quality_pages.history import Checked, History
from sogong_pipeline.quality_pages.page import KEYWORDS, masthead
from sogong_pipeline.quality_pages.wording import STATES, TONES, figure
from sogong_pipeline.renderers.published import INDEX


def index_page(history: History) -> Page:
    """Build the index: a row per month of which a file was checked."""
    months = history.months()
    newest = [(month, history.of(month)) for month in reversed(months)]
    shown = {month: files[0] for month, files in newest}
    columns = (
        Column("자료월"), Column("결과"), Column("파일", "number"), Column("받은 행", "number"),
        Column("격리한 행", "number"), Column("사업장", "number", "", "법인의 전월 대비"),
        Column("가입자", "number", "", "법인의 전월 대비"), Column("어긋난 점검"),
    )  # fmt: skip
    rows = tuple(_row(month, files) for month, files in newest)
    counted = {state: sum(checked.state == state for checked in shown.values()) for state in STATES}
    counts = ", ".join(f"{STATES[state]} {number(count)}개월" for state, count in counted.items() if count)
    latest = max(checked.checked_at for checked in shown.values())
    span = f"{month_ko(months[0])}~{month_ko(months[-1])}"
    sentence = f"점검한 {number(len(months))}개월: {counts}."
    return Page(
        stem=INDEX,
        kind="quality",
        demo=False,
        masthead=masthead(span, f"{latest:%Y-%m-%d} 기준"),
        headline=(sentence,),
        sections=(Section("months", "달마다의 결과", tables=(Table("months", "", columns, rows),)),),
        others=(),
        summary=sentence,
        keywords=KEYWORDS,
    )


def _row(month: Month, files: list[Checked]) -> Row:
    shown = files[0]
    failed = ", ".join(result["title_ko"] for result in shown.failed)
    compared = [
        figure(shown.figures.get(name), "ratio")
        for name in ("corporations_to_month_before", "corporate_subscribers_to_month_before")
    ]
    return Row(
        (
            Cell(month_ko(month), links=(Link(month_ko(month), str(month)),)),
            Cell(STATES[shown.state], tone=TONES[shown.state]),
            cells.count(len(files), "개"),
            cells.count(shown.file["rows"], "행"),
            cells.count(shown.file["quarantined_rows"], "행"),
            *map(Cell, compared),
            Cell(failed or "없음"),
        )
    )
