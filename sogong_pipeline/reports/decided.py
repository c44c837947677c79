"""What the councils decided: where otherwise than proposed and why, and what was put in the place of a decision."""

from __future__ import annotations

from collections import Counter

from sogong_pipeline.decisions.period import period_ko
from sogong_pipeline.pages.parts import Cell, Column, Row, Section, Table
from sogong_pipeline.pages.wording import NONE, number, texts
from sogong_pipeline.reports import fact_cells
from sogong_pipeline.reports.scope import District, Scope, undetermined_key
from sogong_pipeline.reports.wording import report_texts

KINDS = {"decision": "의결", "correction": "정정", "appeal": "이의신청 반영"}


def decisions(scope: Scope) -> Section:
    """The decisions of a final report, those otherwise than proposed or since mended in full."""
    councils = scope.source.councils
    if councils is None:
        raise ValueError("only a final report has decisions")
    told = [district for district in scope.districts if _is_told(scope, district)]
    differing = sorted(told, key=lambda district: district.stage == "undetermined")
    days = sorted({district.decided.decided_on for district in scope.districts if district.decided})
    when = f"{days[0]}" if len(days) == 1 else f"{days[0]}~{days[-1]}" if days else NONE
    paragraphs = [f"{period_ko(councils.period)} 의결({when}): {_counted(scope)}", *_kept_open(scope)]
    rows = tuple(_row(scope, district) for district in differing)
    columns = (
        Column("밀집지역"),
        Column("제안", "stage"),
        Column("의결", "stage"),
        Column("구분"),
        Column("의결일"),
        Column("의결 사유"),
    )
    table = Table("decisions", "제안과 다르게 정했거나 사유를 적은 곳", columns, rows)
    return Section(
        "decisions",
        report_texts().headings["decisions"],
        paragraphs=tuple(paragraphs),
        tables=(table,) if rows else (),
    )


def _counted(scope: Scope) -> str:
    """How many were decided as proposed, otherwise, and kept open; what is none of them is not told."""
    total, differing = len(scope.districts), sum(district.differs for district in scope.districts)
    if not differing:
        return f"밀집지역 {number(total)}곳을 모두 제안대로 정했습니다."
    return (
        f"밀집지역 {number(total)}곳 가운데 {number(total - differing)}곳은 제안대로, {number(differing)}곳은 제안과 "
        f"다르게 정했습니다."
    )


def _kept_open(scope: Scope) -> list[str]:
    """Why districts were kept open, a count per reason in one line; their list is at the end of the report."""
    held = [district for district in scope.districts if district.stage == "undetermined"]
    if not held:
        return []
    labels = report_texts().undetermined
    reasons = Counter(labels[undetermined_key(district)]["label"] for district in held)
    told = ", ".join(f"{label} {number(count)}곳" for label, count in reasons.most_common())
    return [
        f"판정보류 {number(len(held))}곳의 사유: {told}. 목록은 ‘{report_texts().headings[_listed(scope)]}’에 있습니다."
    ]


def _listed(scope: Scope) -> str:
    return "districts" if scope.sigungu_code else "undetermined"


def _is_told(scope: Scope, district: District) -> bool:
    """Otherwise than proposed, mended, or with a reason; those kept open are counted, and listed at the end."""
    if district.differs or (district.decided and district.decided.kind != "decision"):
        return True
    held = district.stage == "undetermined"
    return (
        scope.office is not None
        and not held
        and district.decided is not None
        and bool(district.decided.reason)
    )


def _row(scope: Scope, district: District) -> Row:
    decided = district.decided
    if decided is None:
        raise ValueError(f"{district.info.district_id} was not decided on")
    words = texts().stages
    note = f"{words[decided.replaced]}에서 바꿈" if decided.replaced else ""
    return Row(
        (
            fact_cells.name(district, scope),
            Cell(words[district.proposal.stage], stage=district.proposal.stage),
            Cell(words[district.stage], stage=district.stage),
            Cell(KINDS[decided.kind], note=note),
            Cell(str(decided.decided_on)),
            Cell(decided.reason or NONE),
        )
    )
