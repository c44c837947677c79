"""Proposals of an edition: the reference stage of every district by one rule set, with its confidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.clauses import CLAUSE, threshold_clauses
from sogong_pipeline.stages.confidence import confidence_table, errors_of_districts, odds_of_districts
from sogong_pipeline.stages.likelihood_proposals import History, propose_by_likelihood
from sogong_pipeline.stages.proposal import propose
from sogong_pipeline.stages.proposal_table import PROPOSAL
from sogong_pipeline.stages.rules import (
    STANDARD_ERRORS,
    AnyRuleSet,
    LikelihoodRuleSet,
    RuleSet,
    load_any,
    names,
)
from sogong_pipeline.vocabulary import STAGES

CONFIDENCE = pa.schema(
    [
        ("district_id", pa.string()),
        ("indicator", pa.string()),
        ("base", pa.string()),
        ("quarter", pa.string()),
        ("edition", pa.string()),
        ("rule_set", pa.string()),
        ("change_pct", pa.decimal128(12, 2)),
        ("standard_error_points", pa.decimal128(12, 2)),
        ("probability_caution_pct", pa.decimal128(14, 1)),
        ("probability_severe_pct", pa.decimal128(14, 1)),
        ("shrunken_change_pct", pa.decimal128(12, 2)),
        ("percentile", pa.decimal128(14, 1)),
        ("status", pa.string()),
    ]
)


def propose_stages(
    facts: Path,
    pairs: Path,
    rules: AnyRuleSet,
    edition: str,
    *,
    histories: Sequence[History] = (),
    workspace: Path,
) -> Built:
    """Propose a stage for each district of an edition by one rule set of any kind.

    Args:
        facts: `fact_district_quarter` of the edition.
        pairs: its `paired_workplace`, which confidence and standard errors are drawn from.
        rules: the rule set.
        edition: the edition's name, carried by every row.
        histories: for a likelihood rule set: workplace histories of the quarters up to the judged one.
        workspace: an empty folder to write in.

    Returns:
        `stage_proposal`, with the counts by stage in the facts, and `stage_clause`; by a threshold rule set
        `change_confidence` as well, by a likelihood rule set its evidence, cuts and marks.
    """
    if isinstance(rules, LikelihoodRuleSet):
        others = [other for name in names() if isinstance(other := load_any(name), RuleSet)]
        return propose_by_likelihood(
            facts, rules, edition, histories=histories, others=others, workspace=workspace
        )
    assert isinstance(rules, RuleSet)  # noqa: S101 - only two kinds exist
    return propose_by_thresholds(facts, pairs, rules, edition, workspace)


def propose_by_thresholds(facts: Path, pairs: Path, rules: RuleSet, edition: str, workspace: Path) -> Built:
    """Propose a stage for each district of an edition by a threshold rule set; see `propose_stages`."""
    facts_of_quarter = pq.read_table(facts).to_pylist()
    odds = odds_of_districts(pairs, rules) if rules.draws else {}
    errors = errors_of_districts(pairs, rules) if rules.yardstick == STANDARD_ERRORS else {}
    proposals = []
    for district in facts_of_quarter:
        name = district["district_id"]
        reaching = odds[name].reaching_pct if name in odds else {}
        proposals.append((district, reaching, propose(district, rules, reaching, errors.get(name))))
    rows = [
        {
            "district_id": district["district_id"],
            "quarter": district["quarter"],
            "edition": edition,
            "rule_set": rules.rule_set,
            "rule_set_version": rules.version,
            "stage": proposal.stage,
            "confidence": proposal.confidence,
            "probability_caution_pct": reaching.get("caution"),
            "probability_severe_pct": reaching.get("severe"),
            "undetermined_reason": proposal.undetermined_reason,
            "reason_ko": proposal.reason_ko,
        }
        for district, reaching, proposal in proposals
    ]
    clauses = [
        row
        for district, _, proposal in proposals
        for row in threshold_clauses(
            proposal, district["district_id"], Quarter.parse(district["quarter"]), edition, rules
        )
    ]
    tables = {
        "stage_proposal": pa.Table.from_pylist(rows, PROPOSAL),
        "stage_clause": pa.Table.from_pylist(clauses, CLAUSE),
        "change_confidence": pa.Table.from_pylist(
            list(confidence_table(facts_of_quarter, odds, rules, edition)) if rules.draws else [], CONFIDENCE
        ),
    }
    files = {name: workspace / f"{name}.parquet" for name in tables}
    for name, table in tables.items():
        pq.write_table(table, files[name], compression="zstd")
    stages = [row["stage"] for row in rows]
    return Built(
        files,
        {
            "rule_set": rules.rule_set,
            "rule_set_version": rules.version,
            "districts": len(rows),
            "stages": {stage: stages.count(stage) for stage in STAGES},
        },
    )
