"""Section of a month's page on each 시도: size, share, and change."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sogong_pipeline.pages import cells
from sogong_pipeline.pages.drawings import LimitedSparkline, Limits
from sogong_pipeline.pages.parts import Cell, Column, Row, Section, Table, Tone
from sogong_pipeline.pages.wording import month_ko, number
from sogong_pipeline.periods import Month
from sogong_pipeline.quality_pages.history import Checked, History, trend_months
from sogong_pipeline.quality_pages.wording import figure, notes


def by_sido(history: History, month: Month, shown: Checked) -> Section | None:
    """Build a row per 시도 of today; None where the file was not checked yet."""
    if not shown.sidos:
        return None
    months = trend_months(month)
    usual = [*(history.usual(earlier) for earlier in months[:-1]), shown]
    by_code = [{row["sido_code"]: row for row in checked.sidos} if checked else {} for checked in usual]
    within = {
        result["check"]: Limits(result["least"], result["most"])
        for result in shown.results
        if result["table"] == "sido_profile" and result["severity"] == "warning"
    }
    columns = (
        Column("시도"),
        *(
            Column(label, "number", "", group)
            for group in ("사업장", "가입자")
            for label in ("수", "비중", "전월 대비")
        ),
        Column("사업장 24개월", "picture"),
    )
    rows = []
    for row in shown.sidos:
        series = [_workplaces(rows.get(row["sido_code"])) for rows in by_code]
        known = [
            f"{month_ko(month)} {number(value)}개"
            for month, value in zip(months, series, strict=True)
            if value is not None
        ]
        title = f"{row['name']} 사업장: {'에서 '.join(dict.fromkeys([known[0], known[-1]]))}"
        rows.append(
            Row(
                (
                    Cell(row["name"]),
                    cells.count(row["workplaces"], "개"),
                    _share(row, "workplace"),
                    _ratio(
                        row["corporations_to_month_before"], within["sido_corporations_to_month_before_small"]
                    ),
                    cells.count(row["subscribers"], "명"),
                    _share(row, "subscriber"),
                    _ratio(
                        row["corporate_subscribers_to_month_before"],
                        within["sido_subscribers_to_month_before_small"],
                    ),
                    Cell(title, drawing=LimitedSparkline(title, series, Limits(), with_limits=False)),
                )
            )
        )
    return Section(
        "sidos", "시도별 수치", tables=(Table("sidos", "", columns, tuple(rows), notes=notes("sidos")),)
    )


def _workplaces(row: Mapping[str, Any] | None) -> Decimal | None:
    return None if row is None else Decimal(row["workplaces"])


def _share(row: Mapping[str, Any], what: str) -> Cell:
    value = row[f"{what}_share"]
    bounds = Limits(*(_decimal(row[f"{end}_{what}_share"]) for end in ("least", "most")))
    if value is None:
        return Cell(figure(None, "share"))
    ends = " ~ ".join(number(100 * _decimal(row[f"{end}_{what}_share"]), 1) for end in ("least", "most"))
    tone: Tone = "" if bounds.hold(value) else "doubtful"
    return Cell(f"{number(100 * value, 2)}%", note=f"{ends}%", tone=tone)


def _ratio(value: Decimal | None, within: Limits) -> Cell:
    return Cell(figure(value, "ratio"), tone="" if value is None or within.hold(value) else "doubtful")


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))
