"""What the person who confirms is shown of a sheet: counts, differences with their reasons, and where to look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sogong_pipeline.councils.checking import Checked, Judged
from sogong_pipeline.councils.wording import stage_label, texts
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.pages.wording import clean, shorten
from sogong_pipeline.renderers.registry import file_name
from sogong_pipeline.settings import Settings
from sogong_pipeline.vocabulary import STAGES

LISTED = 60
"""So many differences are listed; the rest are counted and stand on the sheet."""


def subject(checked: Checked) -> str:
    """One line: whose decisions, of when."""
    sheet = checked.sheet
    if sheet is None:
        return ""
    demo = f"[{texts().sheet['demo']}] " if sheet.demo else ""
    return f"{demo}{sheet.half_year.said} {sheet.office.name} {texts().kinds[checked.kind]} 확인"


def body(checked: Checked, settings: Settings, file: str) -> str:
    """Markdown; what comes from outside is escaped."""
    return "\n".join(_lines(checked, settings, file))


def _lines(checked: Checked, settings: Settings, file: str) -> Iterator[str]:
    sheet = checked.sheet
    if sheet is None:
        return
    told = {"의결일": str(checked.decided_on), "작성자": checked.decided_by, "회신 파일": file}
    told |= {"판정": f"{sheet.quarter} 판본 {sheet.edition}", "표 번호": sheet.number}
    yield "  \n".join(f"**{name}** {plain(value)}" for name, value in told.items())
    yield ""
    links = {
        "의결표": (sheet.period, file_name(sheet.office_code, "xlsx")),
        "초안": (f"{sheet.quarter}/draft", file_name(sheet.office_code)),
    }
    yield " · ".join(f"[{name}]({link(settings, folder, file)})" for name, (folder, file) in links.items())
    yield ""
    yield f"| 단계 | 제안 | {texts().kinds[checked.kind]} |"
    yield "|---|---:|---:|"
    proposed = Counter(line.stage for line in sheet.lines)
    decided = Counter(found.stage for found in checked.judged)
    for stage in STAGES:
        yield f"| {stage_label(stage)} | {proposed[stage]:,} | {decided[stage]:,} |"
    yield ""
    differing = [found for found in checked.judged if _differs(found, checked.kind)]
    noun = "제안과 다른 곳" if checked.kind == "decision" else "바뀌는 곳"
    yield f"**{noun} {len(differing):,}곳**"
    yield ""
    for found in differing[:LISTED]:
        was = found.replaces.stage if found.replaces else found.line.stage
        yield (
            f"- {plain(found.line.name)}({plain(found.line.district_id)}): {stage_label(was)} → "
            f"{stage_label(found.stage)} — {plain(shorten(found.reason or '', 300))}"
        )
    if len(differing) > LISTED:
        yield f"- 이 밖의 {len(differing) - LISTED:,}곳은 의결표에 있습니다."


def _differs(found: Judged, kind: str) -> bool:
    return kind != "decision" or found.stage != found.line.stage or found.stage == "undetermined"


def plain(text: str) -> str:
    """Text from outside as Markdown that means nothing but itself."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+\-.!|>~<&:@=])", r"\\\1", clean(text))
    return escaped.replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")


def link(settings: Settings, folder: str, name: str) -> str:
    """Where a person opens a file among the reports."""
    if settings.reports_link:
        return f"{settings.reports_link.rstrip('/')}/{folder}/{name}"
    return f"{open_reports(settings, folder).address}/{name}".replace(" ", "%20")
