"""Rows of `stage_clause`: the value of each indicator against each base, as a rule set read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.comparison import QUARTERS_BACK
from sogong_pipeline.stages.likelihood.propose import Finding
from sogong_pipeline.stages.proposal import Proposal
from sogong_pipeline.stages.rules import RuleSet

CLAUSE = pa.schema(
    [
        ("district_id", pa.string()),
        ("quarter", pa.string()),
        ("edition", pa.string()),
        ("rule_set", pa.string()),
        ("indicator", pa.string()),
        ("base", pa.string()),
        ("base_quarter", pa.string()),
        ("value", pa.decimal128(12, 2)),
        ("caution_limit", pa.decimal128(12, 2)),
        ("severe_limit", pa.decimal128(12, 2)),
        ("base_reaches", pa.string()),
        ("reaches", pa.string()),
        ("is_decisive", pa.bool_()),
    ]
)
FLAGGED = ("caution", "severe")
EVIDENCE = "log_bayes_factor"
BASE_OF = {lag: base for base, lag in QUARTERS_BACK.items()}


def threshold_clauses(
    proposal: Proposal, district_id: str, quarter: Quarter, edition: str, rules: RuleSet
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one district under a threshold rule set."""
    order = list(rules.order)
    for clause in proposal.clauses:
        is_decisive = (
            proposal.stage in FLAGGED
            and clause.breaches is not None
            and order.index(clause.breaches) <= order.index(proposal.stage)
        )
        for base in rules.bases:
            limits = clause.limits_pct.get(base, {})
            value = clause.changes_pct.get(base)
            yield {
                "district_id": district_id,
                "quarter": str(quarter),
                "edition": edition,
                "rule_set": rules.rule_set,
                "indicator": clause.indicator,
                "base": base,
                "base_quarter": str(quarter.shift(-QUARTERS_BACK[base])),
                "value": value,
                "caution_limit": _rounded(limits.get("caution")),
                "severe_limit": _rounded(limits.get("severe")),
                "base_reaches": next(
                    (
                        stage
                        for stage in order
                        if value is not None and (limit := limits.get(stage)) is not None and value <= limit
                    ),
                    None,
                ),
                "reaches": clause.breaches,
                "is_decisive": is_decisive,
            }


def likelihood_clauses(
    finding: Finding, common: Mapping[str, str], quarters: list[Quarter]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of one district under a likelihood rule set: its evidence, and the change of workers.

    Args:
        finding: Result of the rule for the district.
        common: district_id, quarter, edition and rule_set.
        quarters: The quarters by number, the judged one last.
    """
    if finding.base is None or finding.stage == "undetermined":
        return
    lag = len(quarters) - 1 - finding.base
    is_flagged = finding.stage in FLAGGED
    stage = finding.stage if is_flagged else None
    shared = {
        **common,
        "base": BASE_OF.get(lag, f"lag_{lag}"),
        "base_quarter": str(quarters[finding.base]),
    }
    reached = finding.log_bf >= finding.cut
    yield {
        **shared,
        "indicator": EVIDENCE,
        "value": _decimal(finding.log_bf),
        "caution_limit": _decimal(finding.cut),
        "base_reaches": stage if reached else None,
        "reaches": stage,
        "is_decisive": is_flagged,
    }
    yield {**shared, "indicator": "workers", "value": _decimal(finding.fall_pct), "is_decisive": False}


def without(path: Path, districts: set[str]) -> None:
    """Remove the rows of districts that became undetermined from a written `stage_clause`."""
    table = pq.read_table(path)
    gone = pc.is_in(table["district_id"], value_set=pa.array(sorted(districts), pa.string()))
    pq.write_table(table.filter(pc.invert(gone)), path, compression="zstd")


def _decimal(value: float | None) -> Decimal | None:
    """Round to two decimals; None for an unknown value or a missing limit."""
    if value is None or not abs(value) < float("inf"):
        return None
    return _rounded(Decimal(repr(float(value))))


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
