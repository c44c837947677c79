"""An edition: one quarter's facts and proposals, a pure function of the inputs its name is the digest of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.districts.registry import District
from sogong_pipeline.indicators.quarter import MonthIn, measure_quarter
from sogong_pipeline.indicators.seasonality import adjust_series
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.stages.confidence import confidence_table, odds_of_districts
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
        ("probability_caution_pct", pa.decimal128(14, 1)),
        ("probability_severe_pct", pa.decimal128(14, 1)),
        ("undetermined_reason", pa.string()),
        ("reasons", pa.string()),
        ("reason_ko", pa.string()),
    ]
)


CONFIDENCE = pa.schema(
    [
        ("district_id", pa.string()),
        ("indicator", pa.string()),
        ("base", pa.string()),
        ("quarter", pa.string()),
        ("edition", pa.string()),
        ("change_pct", pa.decimal128(12, 2)),
        ("standard_error_points", pa.decimal128(12, 2)),
        ("probability_caution_pct", pa.decimal128(14, 1)),
        ("probability_severe_pct", pa.decimal128(14, 1)),
        ("shrunken_change_pct", pa.decimal128(12, 2)),
        ("percentile", pa.decimal128(14, 1)),
        ("status", pa.string()),
    ]
)


def build_edition(
    months: Mapping[Month, MonthIn],
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
        months: the months of `window(quarter)` that are in.
        movements: per month of `flow_window(quarter)` that follows another one, who came and went (Parquet).
        districts: the districts judged.
        quarter: the quarter judged.
        edition: the digest of all inputs.
        rules: the rule set.
        facts: what the manifest is to say about the inputs.
        workspace: an empty folder to write in.

    Returns:
        The tables of `measure_quarter`, `adjusted_series`, `establishment_flow`, `stage_proposal` and
        `change_confidence`, with the counts by stage added to the facts.
    """
    files = measure_quarter(months, districts, quarter, edition, workspace)
    files["adjusted_series"] = adjust_series(months, districts, quarter, edition, workspace)
    facts_of_districts = [found.measured.path("fact_district_month") for found in months.values()]
    files["establishment_flow"] = count_flows(movements, facts_of_districts, quarter, edition, workspace)
    facts_of_quarter = pq.read_table(files["fact_district_quarter"]).to_pylist()
    odds = odds_of_districts(files.pop("paired_workplace"), rules)
    rows = [
        {
            "district_id": district["district_id"],
            "quarter": str(quarter),
            "edition": edition,
            "rule_set": rules.rule_set,
            "rule_set_version": rules.version,
            "stage": proposal.stage,
            "confidence": proposal.confidence,
            "probability_caution_pct": reaching.get("caution"),
            "probability_severe_pct": reaching.get("severe"),
            "undetermined_reason": proposal.undetermined_reason,
            "reasons": proposal.reasons,
            "reason_ko": proposal.reason_ko,
        }
        for district in facts_of_quarter
        for reaching in [
            odds[district["district_id"]].reaching_pct if district["district_id"] in odds else {}
        ]
        for proposal in [propose(district, rules, reaching)]
    ]
    certain = confidence_table(facts_of_quarter, odds, rules, edition)
    for table, schema, written in (
        ("stage_proposal", PROPOSAL, rows),
        ("change_confidence", CONFIDENCE, list(certain)),
    ):
        files[table] = workspace / f"{table}.parquet"
        pq.write_table(pa.Table.from_pylist(written, schema), files[table], compression="zstd")
    stages = [row["stage"] for row in rows]
    counts = {stage: stages.count(stage) for stage in ("good", "caution", "severe", "undetermined")}
    return Built(files=files, facts={**facts, "districts": len(rows), "stages": counts})
