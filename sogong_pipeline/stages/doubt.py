"""Doubtful data: mark every stage of a held quarter, and withhold the stage of a district that lost its members."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Built, Partition
from sogong_pipeline.stages.clauses import without
from sogong_pipeline.stages.proposals import propose_stages
from sogong_pipeline.stages.rules import AnyRuleSet
from sogong_pipeline.vocabulary import STAGES

LOST_SHARE = 0.8
"""Share of a district's workplaces from which an outflow within a quarter is taken as reclassification.

Its addresses or codes are then read differently; the district has not shrunk.
"""
FEWEST_LOST = 5
REASON = "members_unplaced"
SENTENCE = (
    "자료에 남아 있는 사업장 {lost:,}개가 {quarter}에 한꺼번에 이 지역 밖으로 분류되어(분기 초 {before:,}개) "
    "주소나 코드가 달라진 것인지 확인해야 하므로 판정을 보류합니다."
)
HELD_REASON = pa.field("held_reason", pa.string())


def propose_or_hold(
    facts: Path,
    pairs: Path,
    flows: Path,
    rules: AnyRuleSet,
    edition: str,
    *,
    held_reason: str | None,
    workspace: Path,
    **named: Any,
) -> Built:
    """Propose a stage for each district as `propose_stages` does, and add the reasons to doubt it.

    Args:
        facts: `fact_district_quarter` of the edition.
        pairs: its `paired_workplace`.
        flows: its `establishment_flow`.
        rules: the rule set.
        edition: the edition's name.
        held_reason: months that hold the quarter and their failed checks; None when it is not held.
        workspace: an empty folder to write in.
        named: further arguments of `propose_stages`.

    Returns:
        The tables of `propose_stages`; `stage_proposal` with `held_reason`, `stage_clause` without the districts that
        lost their members.
    """
    built = propose_stages(facts, pairs, rules, edition, workspace=workspace, **named)
    table, lost = pq.read_table(built.files["stage_proposal"]), lost_members(flows)
    rows = [_doubted(row, lost, held_reason) for row in table.to_pylist()]
    pq.write_table(
        pa.Table.from_pylist(rows, table.schema.append(HELD_REASON)),
        built.files["stage_proposal"],
        compression="zstd",
    )
    if lost:
        without(built.files["stage_clause"], set(lost))
    stages = [row["stage"] for row in rows]
    counts = {stage: stages.count(stage) for stage in STAGES}
    return Built(built.files, {**built.facts, "stages": counts})


def lost_members(flows: Path) -> dict[str, str]:
    """Return, by district, the sentence on members that left it in one quarter while still in the file.

    Args:
        flows: `establishment_flow`: the quarter judged and the four before it, so the span of the change on the year.
    """
    sentences = {}
    for row in pq.read_table(flows).sort_by("flow_quarter").to_pylist():
        if row["exits_moved"] is None or row["workplaces_before"] is None:
            continue
        lost = row["exits_moved"] + row["exits_reassigned"]
        if lost >= FEWEST_LOST and lost >= LOST_SHARE * row["workplaces_before"]:
            sentences[row["district_id"]] = SENTENCE.format(
                lost=lost, quarter=row["flow_quarter"], before=row["workplaces_before"]
            )
    return sentences


def _doubted(row: dict[str, Any], lost: dict[str, str], held_reason: str | None) -> dict[str, Any]:
    row = {**row, "held_reason": held_reason}
    if row["district_id"] not in lost or row["stage"] == "undetermined":
        return row
    unknown = dict.fromkeys(("confidence", "probability_caution_pct", "probability_severe_pct"))
    doubt = {"stage": "undetermined", "undetermined_reason": REASON}
    return {**row, **unknown, **doubt, "reason_ko": lost[row["district_id"]]}


def held_reason(edition: Partition) -> str | None:
    """Return the months that hold an edition with their failed checks (`2026-09: moving_share`), else None."""
    checks_by_month: dict[str, list[str]] = edition.facts.get("held", {})
    return "; ".join(f"{month}: {', '.join(checks)}" for month, checks in checks_by_month.items()) or None


def refuse_held(edition: Partition) -> None:
    """Refuse an edition whose months are held; return silently otherwise.

    Raises:
        RefusedError: when a month holds it; no draft, sheet or final report may be written from it.
    """
    if reason := held_reason(edition):
        month = next(iter(edition.facts["held"]))
        quarter = edition.manifest["key"][0]
        raise RefusedError(
            f"{quarter} is held ({reason}): look at the quality page, then get a good file, or accept it with "
            f"`sogong month accept {month} --by NAME --reason TEXT` and run `sogong propose {quarter}`"
        )
