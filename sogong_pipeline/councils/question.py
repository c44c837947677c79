"""What the person who confirms is shown of a sheet: counts, differences with their reasons, and where to look."""

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
    yield from _differences(checked)
    yield ""
    if checked.kind == "decision":  # a correction judges a few districts, which are listed above
        yield f"| 단계 | 제안 | {texts().kinds[checked.kind]} |"
        yield "|---|---:|---:|"
        proposed = Counter(line.stage for line in sheet.lines)
        decided = Counter(found.stage for found in checked.judged)
        for stage in STAGES:
            yield f"| {stage_label(stage)} | {proposed[stage]:,} | {decided[stage]:,} |"
        yield ""
    places = {
        "의결표": (sheet.period, file_name(sheet.office_code, "xlsx")),
        "초안": (f"{sheet.quarter}/draft", file_name(sheet.office_code)),
    }
    yield "  \n".join(where(settings, name, folder, file) for name, (folder, file) in places.items())


def _differences(checked: Checked) -> Iterator[str]:
    """What the council changed, all of it; districts whose stage stays open as proposed are a count."""
    differing = [found for found in checked.judged if _differs(found, checked.kind)]
    left_open = sum(
        found.stage == "undetermined" and not _differs(found, checked.kind) for found in checked.judged
    )
    noun = "제안과 다른 곳" if checked.kind == "decision" else "바뀌는 곳"
    yield f"**{noun} {len(differing):,}곳**" if differing else f"**{noun} 없음**"
    yield ""
    for found in differing:
        was = found.replaces.stage if found.replaces else found.line.stage
        yield (
            f"- {plain(found.line.name)}({plain(found.line.district_id)}): {stage_label(was)} → "
            f"{stage_label(found.stage)} — {plain(found.reason or '')}"
        )
    if left_open:
        yield ""
        yield f"{stage_label('undetermined')} {left_open:,}곳(사유는 의결표에 있습니다)"


def _differs(found: Judged, kind: str) -> bool:
    return kind != "decision" or found.stage != found.line.stage


def plain(text: str) -> str:
    """Text from outside as Markdown that means nothing but itself."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+\-.!|>~<&:@=])", r"\\\1", clean(text))
    return escaped.replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")


def where(settings: Settings, name: str, folder: str, file: str) -> str:
    """Where a person opens a file among the reports: a link where the installation serves them, else the path."""
    if settings.reports_link:
        return f"[{name}]({settings.reports_link.rstrip('/')}/{folder}/{file})"
    return f"{name}: {plain(f'{open_reports(settings, folder).address}/{file}')}"
