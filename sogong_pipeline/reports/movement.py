"""What changed since the quarter before: which districts went from which stage to which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sogong_pipeline.pages import cells
from sogong_pipeline.pages.parts import Cell, Column, Row, Section, Table
from sogong_pipeline.pages.wording import number, texts, with_particle
from sogong_pipeline.reports import fact_cells
from sogong_pipeline.reports.scope import SEVERITY, District, Scope
from sogong_pipeline.reports.source import PreviousStages
from sogong_pipeline.reports.wording import said_before, since
from sogong_pipeline.vocabulary import Stage

LISTED = 60
"""Up to so many names are listed for a move; beyond that only their number says something."""


def moves(scope: Scope) -> Section:
    """The districts that moved, by where from and where to, what got worse first."""
    previous = scope.source.previous
    compared, next_time = since(scope.source), "의결" if scope.source.councils else "분기"
    heading = f"{with_particle(compared, '과/와')} 달라진 점"
    if previous is None:
        words = (
            f"{compared}의 단계가 없어 비교할 수 없습니다. 다음 {next_time} 보고서부터 달라진 곳이 실립니다."
        )
        return Section("moves", heading, paragraphs=(words,))
    groups: dict[tuple[Stage, Stage], list[District]] = defaultdict(list)
    for district in scope.districts:
        if district.before and district.before != district.stage:
            groups[district.before, district.stage].append(district)
    return Section(
        "moves",
        heading,
        paragraphs=(_lead(scope, previous, groups),),
        tables=(_table(scope, groups),) if groups else (),
    )


def _lead(scope: Scope, previous: PreviousStages, groups: dict[tuple[Stage, Stage], list[District]]) -> str:
    counted = dict.fromkeys(_KINDS, 0)
    for (before, stage), districts in groups.items():
        counted[_kind(before, stage)] += len(districts)
    parts = ", ".join(
        f"{words} {number(counted[kind])}곳"
        for kind, words in _KINDS.items()
        if counted[kind] or kind in {"worse", "better"}
    )
    new = sum(district.before is None for district in scope.districts)
    known = {district.info.district_id for district in scope.districts}
    gone = 0 if scope.office else sum(district_id not in known for district_id in previous.stages)
    listed = [
        f"{since(scope.source)}에 없던 {number(new)}곳" if new else "",
        f"목록에서 빠진 {number(gone)}곳" if gone else "",
    ]
    left_out = "·".join(filter(None, listed))
    edition = f"(판본 {previous.edition[:12]})" if not previous.period else ""
    return f"{with_particle(said_before(previous), '과/와')}{edition} 비교하여 {parts}입니다." + (
        f" {left_out}은 셈에서 뺐습니다." if left_out else ""
    )


_KINDS = {
    "worse": "나빠진 곳",
    "better": "나아진 곳",
    "held": "새로 판정보류가 된 곳",
    "released": "판정보류에서 벗어난 곳",
}
_ORDER = list(_KINDS)


def _kind(before: Stage, stage: Stage) -> str:
    if stage == "undetermined":
        return "held"
    if before == "undetermined":
        return "released"
    return "worse" if SEVERITY[stage] > SEVERITY[before] else "better"


def _table(scope: Scope, groups: dict[tuple[Stage, Stage], list[District]]) -> Table:
    def rank(move: tuple[Stage, Stage]) -> tuple[int, int, int]:
        before, stage = move
        return _ORDER.index(_kind(*move)), -SEVERITY.get(stage, -1), -SEVERITY.get(before, -1)

    rows = [
        Row(
            (
                Cell(texts().stages[before], stage=before),
                Cell(texts().stages[stage], stage=stage),
                cells.count(len(groups[before, stage])),
                _names(scope, groups[before, stage]),
            )
        )
        for before, stage in sorted(groups, key=rank)
    ]
    columns = (
        Column(since(scope.source), "stage"),
        Column("이번 의결" if scope.source.councils else "이번 분기", "stage"),
        Column("밀집지역", "number", "곳"),
        Column("이름"),
    )
    return Table("moves", "단계가 달라진 밀집지역", columns, tuple(rows))


def _names(scope: Scope, districts: Sequence[District]) -> Cell:
    if len(districts) > LISTED:
        where = "지방청별 보고서" if scope.office is None else "전체 밀집지역 표"
        return Cell(f"{number(len(districts))}곳의 이름은 {where}의 ‘직전’ 표시에서 볼 수 있습니다.")
    links = tuple(link for district in districts for link in fact_cells.linked(district, scope).links)
    return Cell(", ".join(link.text for link in links), links=links)
