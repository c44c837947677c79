"""What a reader must know to judge the figures: pending stages, matching, limits, rules, sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sogong_pipeline.pages import cells
from sogong_pipeline.pages.drawings import StageMark
from sogong_pipeline.pages.parts import FORMATS, Bullet, Cell, Column, Row, Section, Table
from sogong_pipeline.pages.wording import NONE, clean, closed_percent, texts
from sogong_pipeline.reports import fact_cells
from sogong_pipeline.reports.scope import District, Scope, undetermined_key
from sogong_pipeline.reports.wording import report_texts, since

DIGEST_SHOWN = 12
"""Hexadecimal digits of a digest that are printed; the whole one is in the hint."""


def undetermined(scope: Scope) -> Section:
    """What a pending stage means, and how many districts are pending for which reason."""
    held = [district for district in scope.districts if district.stage == "undetermined"]
    reasons = Counter(undetermined_key(district) for district in held)
    order = list(report_texts().undetermined)
    rows = tuple(
        Row((Cell(words["label"]), cells.count(reasons[key]), Cell(words["meaning"])))
        for key in sorted(reasons, key=lambda key: (-reasons[key], order.index(key)))
        for words in [report_texts().undetermined[key]]
    )
    columns = (Column("사유"), Column("밀집지역", "number", "곳"), Column("뜻"))
    paragraphs = [report_texts().undetermined_lead]
    if not rows:
        paragraphs.append("이번 분기에 판정을 보류한 밀집지역은 없습니다.")
    return Section(
        "undetermined",
        report_texts().headings["undetermined"],
        paragraphs=tuple(paragraphs),
        tables=(Table("undetermined", "판정보류 사유별 밀집지역", columns, rows), *_held(scope, held))
        if rows
        else (),
    )


def _held(scope: Scope, held: Sequence[District]) -> tuple[Table, ...]:
    """The pending districts by name, for an office: its council looks at each of them."""
    if scope.office is None:
        return ()
    rows = tuple(
        Row(
            (
                fact_cells.name(district, scope),
                Cell(report_texts().undetermined[undetermined_key(district)]["label"]),
                fact_cells.level(district.fact, "workplaces"),
                fact_cells.level(district.fact, "workers"),
                Cell(district.decided.reason if district.decided and district.decided.reason else NONE),
            )
        )
        for district in held
    )
    columns: tuple[Column, ...] = (
        Column("밀집지역"),
        Column("보류 사유"),
        Column("사업장 수", "number", "개"),
        Column("종사자 수", "number", "명"),
        Column("의결 사유"),
    )
    if not scope.source.councils:
        rows, columns = tuple(replace(row, cells=row.cells[:-1]) for row in rows), columns[:-1]
    return (Table("held", "판정보류 밀집지역", columns, rows),)


def matching(scope: Scope) -> Section:
    """Where the nation's workplaces went: into districts, to none, or left open."""
    nation = scope.source.nation
    kinds = (
        ("밀집지역에 연결됨", nation.matched_workplaces, "주소로 밀집지역 한 곳이 정해진 사업장"),
        (
            "후보가 여럿",
            nation.ambiguous_workplaces,
            "같은 주소에 밀집지역이 둘 이상이라 어디에도 넣지 않은 사업장",
        ),
        ("연결되지 않음", nation.unassigned_workplaces, "밀집지역 밖에 있거나 주소가 없는 사업장"),
        ("전국", nation.workplaces, "위 셋의 합계"),
    )
    total = nation.workplaces
    rows = tuple(
        Row(
            (
                Cell(label),
                cells.whole(value, "개", nation.status),
                cells.share(value, total),
                Cell(meaning),
            ),
            strong=label == "전국",
        )
        for label, value, meaning in kinds
    )
    columns = (Column("구분"), Column("사업장", "number", "개"), Column("비율", "number", "%"), Column("뜻"))
    notes = ("분기 월평균이며, 반올림 때문에 합계가 어긋나 보일 수 있습니다.",)
    table = Table("matching", "사업장의 밀집지역 연결", columns, rows, notes)
    return Section("matching", report_texts().headings["matching"], tables=(table,))


def limits() -> Section:
    """The limits of the data."""
    return Section(
        "limits",
        report_texts().headings["limits"],
        bullets=tuple(Bullet(title, meaning) for title, meaning in report_texts().limits.items()),
    )


def stages(scope: Scope) -> Section:
    """What the stages are, who decides them, and the rule set that proposed these."""
    rules = scope.source.rule_set
    return Section(
        "stages",
        report_texts().headings["stages"],
        paragraphs=(
            report_texts().stage_lead,
            f"적용한 규칙: {rules.title_ko}({rules.rule_set}, 버전 {rules.version}). "
            + closed_percent(rules.description_ko),
            report_texts().confidence_meaning,
        ),
        bullets=tuple(
            Bullet(texts().stages[stage], meaning, StageMark(stage))
            for stage, meaning in report_texts().stage_meanings.items()
        ),
    )


def sources(scope: Scope) -> Section:
    """The files, the edition and everything else that a result can be traced by."""
    source = scope.source
    facts = {
        "판본": source.edition,
        "밀집지역 목록": source.registry_version,
        "판정 규칙": f"{source.rule_set.rule_set} {source.rule_set.version}",
        "기록 시각": f"{source.recorded_at:%Y-%m-%d %H:%M:%S %Z}".strip(),
    }
    if source.previous:
        compared = f"{source.previous.quarter} {source.previous.edition}"
        facts[f"비교한 {since(source)}"] = f"{source.previous.period} {compared}".strip()
    rows = tuple(
        Row(
            (
                Cell(str(file.data_month)),
                Cell(clean(file.label)),
                Cell(file.sha256[:DIGEST_SHOWN], hint=file.sha256),
                Cell(file.header_vintage),
                Cell(clean(file.origin)),
                cells.count(file.rows, "행"),
                cells.count(file.staged_rows, "행"),
                cells.count(file.quarantined_rows, "행"),
            )
        )
        for file in source.sources
    )
    columns = (
        Column("자료월"), Column("공개일"), Column("SHA-256(앞 12자리)"), Column("서식"), Column("받은 곳"),
        Column("받은 행", "number", "행"), Column("쓴 행", "number", "행"), Column("뺀 행", "number", "행")
    )  # fmt: skip
    table = Table(
        "sources",
        "월별 원자료",
        columns,
        rows,
        notes=tuple(report_texts().source_notes),
        formats=FORMATS - {"hwpx"},
    )
    return Section(
        "sources",
        report_texts().headings["sources"],
        paragraphs=(report_texts().source_lead,),
        bullets=tuple(Bullet(title, value) for title, value in facts.items()),
        tables=(table,) if rows else (),
    )
