"""Confirmation request of a sheet: counts, differences with their reasons, and links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sogong_pipeline.councils.checking import Checked, Judged
from sogong_pipeline.councils.wording import stage_label, texts
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.pages.wording import clean
from sogong_pipeline.renderers.registry import file_name
from sogong_pipeline.settings import Settings
from sogong_pipeline.vocabulary import STAGES


def subject(checked: Checked) -> str:
    """Return one line: office and period of the decisions."""
    sheet = checked.sheet
    if sheet is None:
        return ""
    demo = f"[{texts().sheet['demo']}] " if sheet.demo else ""
    return f"{demo}{sheet.half_year.said} {sheet.office.name} {texts().kinds[checked.kind]} 확인"


def body(checked: Checked, settings: Settings, file: str) -> str:
    """Return Markdown; external text is escaped."""
    return "\n".join(_lines(checked, settings, file))


def _lines(checked: Checked, settings: Settings, file: str) -> Iterator[str]:
    sheet = checked.sheet
    if sheet is None:
        return
    facts = {"의결일": str(checked.decided_on), "작성자": checked.decided_by, "회신 파일": file}
    facts |= {"판정": f"{sheet.quarter} 판본 {sheet.edition}", "표 번호": sheet.number}
    yield "  \n".join(f"**{name}** {plain(value)}" for name, value in facts.items())
    yield ""
    yield from _differences(checked)
    yield ""
    if checked.kind == "decision":  # a correction covers a few districts, which are listed above
        yield f"| 단계 | 제안 | {texts().kinds[checked.kind]} |"
        yield "|---|---:|---:|"
        proposed = Counter(line.stage for line in sheet.lines)
        decided = Counter(judged.stage for judged in checked.judged)
        for stage in STAGES:
            yield f"| {stage_label(stage)} | {proposed[stage]:,} | {decided[stage]:,} |"
        yield ""
    places = {
        "의결표": (sheet.period, file_name(sheet.office_code, "xlsx")),
        "초안": (f"{sheet.quarter}/draft", file_name(sheet.office_code)),
    }
    yield "  \n".join(where(settings, name, folder, file) for name, (folder, file) in places.items())


def _differences(checked: Checked) -> Iterator[str]:
    """Yield every change by the council; districts left open as proposed are only counted."""
    differing = [judged for judged in checked.judged if _differs(judged, checked.kind)]
    left_open = sum(
        judged.stage == "undetermined" and not _differs(judged, checked.kind) for judged in checked.judged
    )
    noun = "제안과 다른 곳" if checked.kind == "decision" else "바뀌는 곳"
    yield f"**{noun} {len(differing):,}곳**" if differing else f"**{noun} 없음**"
    yield ""
    for judged in differing:
        was = judged.replaces.stage if judged.replaces else judged.line.stage
        yield (
            f"- {plain(judged.line.name)}({plain(judged.line.district_id)}): {stage_label(was)} → "
            f"{stage_label(judged.stage)} — {plain(judged.reason or '')}"
        )
    if left_open:
        yield ""
        yield f"{stage_label('undetermined')} {left_open:,}곳(사유는 의결표에 있습니다)"


def _differs(judged: Judged, kind: str) -> bool:
    return kind != "decision" or judged.stage != judged.line.stage


def plain(text: str) -> str:
    """Escape external text for Markdown."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+\-.!|>~<&:@=])", r"\\\1", clean(text))
    return escaped.replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")


def where(settings: Settings, name: str, folder: str, file: str) -> str:
    """Return the location of a file among the reports: a link if the installation serves them, else the path."""
    if settings.reports_link:
        return f"[{name}]({settings.reports_link.rstrip('/')}/{folder}/{file})"
    return f"{name}: {plain(f'{open_reports(settings, folder).address}/{file}')}"
