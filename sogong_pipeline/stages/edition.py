"""An edition: one quarter's facts and proposals, a pure function of the inputs its name is the digest of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.districts.registry import District
from sogong_pipeline.indicators.quarter import measure_quarter
from sogong_pipeline.lake import Built, Partition
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.stages.proposal import propose
from sogong_pipeline.stages.rules import RuleSet
from sogong_pipeline.workplaces.flows import count_flows

PROPOSAL = pa.schema(
    [
        ("district_id", pa.string()),
        ("quarter", pa.string()),
        ("edition", pa.string()),
        ("rule_set", pa.string()),
        ("rule_set_version", pa.string()),
        ("stage", pa.string()),
        ("confidence", pa.string()),
        ("undetermined_reason", pa.string()),
        ("reasons", pa.string()),
        ("reason_ko", pa.string()),
    ]
)


def build_edition(
    months: Mapping[Month, Partition],
    movements: Mapping[Month, Path],
    districts: Sequence[District],
    quarter: Quarter,
    edition: str,
    *,
    rules: RuleSet,
    facts: dict[str, Any],
    workspace: Path,
) -> Built:
    """Measure a quarter and propose a stage for each of its districts.

    Args:
        months: per month that is in, its facts as measured.
        movements: per month of `flow_window(quarter)` that follows another one, who came and went (Parquet).
        districts: the districts judged.
        quarter: the quarter judged.
        edition: the digest of all inputs.
        rules: the rule set.
        facts: what the manifest is to say about the inputs.
        workspace: an empty folder to write in.

    Returns:
        The tables of `measure_quarter`, `establishment_flow` and `stage_proposal`, with the counts by stage added to
        the facts.
    """
    files = measure_quarter(months, districts, quarter, edition, workspace)
    facts_of_districts = [facts.path("fact_district_month") for facts in months.values()]
    files["establishment_flow"] = count_flows(movements, facts_of_districts, quarter, edition, workspace)
    rows = [
        {
            "district_id": district["district_id"],
            "quarter": str(quarter),
            "edition": edition,
            "rule_set": rules.rule_set,
            "rule_set_version": rules.version,
            "stage": proposal.stage,
            "confidence": proposal.confidence,
            "undetermined_reason": proposal.undetermined_reason,
            "reasons": proposal.reasons,
            "reason_ko": proposal.reason_ko,
        }
        for district in pq.read_table(files["fact_district_quarter"]).to_pylist()
        for proposal in [propose(district, rules)]
    ]
    files["stage_proposal"] = workspace / "stage_proposal.parquet"
    pq.write_table(pa.Table.from_pylist(rows, PROPOSAL), files["stage_proposal"], compression="zstd")
    stages = [row["stage"] for row in rows]
    counts = {stage: stages.count(stage) for stage in ("good", "caution", "severe", "undetermined")}
    return Built(files=files, facts={**facts, "districts": len(rows), "stages": counts})
