"""Chance figures of a quarter: alarms in placebo districts and the least detectable loss."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.chance import INFLATION
from sogong_pipeline.stages.rules import LIKELIHOOD, load_any, names

ALL_SIZES = "all"
Row = Mapping[str, Any]


def chance_rows(catalogue: Catalogue, quarter: Quarter) -> list[dict[str, Any]]:
    """Return the rows of `placebo_cut` of the latest edition of a quarter.

    Raises:
        RefusedError: when the quarter was not proposed by a likelihood rule set, or has no base.
    """
    edition = catalogue.edition(quarter)
    rule_sets = [name for name in names() if load_any(name).kind == LIKELIHOOD]
    proposals = [
        proposed
        for name in rule_sets
        if edition and (proposed := catalogue.proposals(edition, name)) is not None
    ]
    rows = [row for one in proposals for row in pq.read_table(one.path("placebo_cut")).to_pylist()]
    if not rows:
        raise RefusedError(f"{quarter} has no placebo districts; run `sogong propose {quarter}` first")
    return rows


def expected_alarms(row: Row, judged: int) -> int:
    """Return a rounded-down estimate of the alarms that chance alone raises among the judged districts."""
    if not row["judged"]:
        return 0
    factor = INFLATION if load_any(row["rule_set"]).kind == LIKELIHOOD else 1.0
    return int(factor * row["alarms"] / row["judged"] * judged)


def chance_sentence(row: Row, judged: int) -> str:
    """Return one Korean sentence for a report: the number of flags that chance alone would raise.

    Args:
        row: The row of the rule set for districts of all sizes.
        judged: Districts of the report that have a stage.
    """
    title = load_any(row["rule_set"]).title_ko
    count = expected_alarms(row, judged)
    return f"아무 일이 없어도 우연만으로 {title}에서 주의 이상이 되는 곳이 약 {count}곳 이상 나옵니다."


def lines(rows: Sequence[Row]) -> list[str]:
    """Format the rows as text, one line per rule set and size class."""
    return [
        f"{row['rule_set']} {row['size_class']}: {row['alarms']} of {row['judged']} placebo districts flagged"
        + (f" ({row['alarms_pct']} %)" if row["alarms_pct"] is not None else "")
        + f", planted losses seen {_seen(row)}"
        + (f", cut {row['cut']}" if row["cut"] is not None else "")
        for row in rows
    ]


def _seen(row: Row) -> str:
    seen = json.loads(row["planted_seen_pct"])
    return ", ".join(f"-{loss} %: {share} %" for loss, share in seen.items()) or "nowhere"
