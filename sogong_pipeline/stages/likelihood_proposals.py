"""Proposals of a likelihood rule set: stages, evidence, and the chance figures of all rule sets on the same months."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.chance import ALL_SIZES, Chance, measure_chance
from sogong_pipeline.stages.clauses import CLAUSE, likelihood_clauses
from sogong_pipeline.stages.comparison import QUARTERS_BACK
from sogong_pipeline.stages.likelihood.histories import district_panel
from sogong_pipeline.stages.likelihood.judge import Judge
from sogong_pipeline.stages.likelihood.marks import marks_of
from sogong_pipeline.stages.likelihood.norm_files import coverage_quarter, read_norms
from sogong_pipeline.stages.likelihood.parameters import Floats, Parameters
from sogong_pipeline.stages.likelihood.placebo import cut_of, placebo_labels, placebo_signals, reached
from sogong_pipeline.stages.likelihood.planted import measure_visibility, plant_all
from sogong_pipeline.stages.likelihood.propose import Finding, propose_all
from sogong_pipeline.stages.likelihood.replay import replay
from sogong_pipeline.stages.likelihood.sentences import sentence
from sogong_pipeline.stages.mark import Mark
from sogong_pipeline.stages.proposal_table import PROPOSAL
from sogong_pipeline.stages.rules import LikelihoodRuleSet, RuleSet
from sogong_pipeline.vocabulary import STAGES

PLANTED_COUNTRIES = 2
"""Placebo countries in which losses are planted."""
NO_BASE = "no_base"

EVIDENCE = pa.schema(
    [
        ("district_id", pa.string()),
        ("quarter", pa.string()),
        ("edition", pa.string()),
        ("rule_set", pa.string()),
        ("state", pa.string()),
        ("base_quarter", pa.string()),
        ("since_quarter", pa.string()),
        ("workers_change_pct", pa.decimal128(12, 2)),
        ("jobs_lost", pa.decimal128(14, 1)),
        ("log_bayes_factor", pa.decimal128(12, 2)),
        ("cut", pa.decimal128(12, 2)),
        ("log_bayes_factor_since_base", pa.decimal128(12, 2)),
        ("exit_information", pa.decimal128(14, 1)),
        ("least_visible_loss_pct", pa.int32()),
    ]
)
CUT = pa.schema(
    [
        ("quarter", pa.string()),
        ("edition", pa.string()),
        ("rule_set", pa.string()),
        ("size_class", pa.string()),
        ("cut", pa.decimal128(12, 2)),
        ("placebo_districts", pa.int64()),
        ("judged", pa.int64()),
        ("alarms", pa.int64()),
        ("alarms_pct", pa.decimal128(12, 2)),
        ("least_visible_loss_pct", pa.int32()),
        ("planted_seen_pct", pa.string()),
    ]
)
MARK = pa.schema(
    [
        ("district_id", pa.string()),
        ("quarter", pa.string()),
        ("edition", pa.string()),
        ("base_quarter", pa.string()),
        ("workers_before", pa.decimal128(14, 1)),
        ("workers_now", pa.decimal128(14, 1)),
        ("workplace_id", pa.string()),
        ("heads_before", pa.decimal128(14, 1)),
        ("heads_now", pa.decimal128(14, 1)),
    ]
)


@dataclass(frozen=True)
class History:
    """Input files of one quarter, judged or earlier.

    Attributes:
        quarter: The quarter.
        members: `district_workplace_quarter`; None when no month is in.
        norm: `workplace_norm`; None without one.
        turnover: `division_turnover`; None without one.
    """

    quarter: Quarter
    members: Path | None
    norm: Path | None
    turnover: Path | None


def propose_by_likelihood(
    facts: Path,
    rules: LikelihoodRuleSet,
    edition: str,
    *,
    histories: Sequence[History],
    others: Sequence[RuleSet],
    workspace: Path,
) -> Built:
    """Propose a stage for each district of an edition by a likelihood rule set.

    Args:
        facts: `fact_district_quarter` of the edition.
        rules: The rule set.
        edition: The edition's name, carried by every row.
        histories: Quarters in their order, the judged one last.
        others: Threshold rule sets whose chance is measured on the same placebo districts.
        workspace: An empty folder to write in.

    Returns:
        `stage_proposal`, `stage_evidence`, `stage_clause`, `placebo_cut` and `large_workplace_mark`, with the counts by
        stage and the quarters that the rule could read in the facts.
    """
    quarters = [one.quarter for one in histories]
    districts = pq.read_table(facts, columns=["district_id"]).column(0).to_pylist()
    panel, keys = district_panel([one.members for one in histories], districts, coverage_quarter(quarters))
    norms = {
        (number, lag): norm
        for number, one in enumerate(histories)
        if one.norm and one.turnover
        for lag, norm in read_norms(one.norm, one.turnover).items()
    }
    last = len(histories) - 1
    judge = Judge(panel, rules.likelihood, norms=norms)
    common = {"quarter": str(quarters[last]), "edition": edition}
    marks: dict[int, Mark] = {}
    chances: list[Chance] = []
    findings: list[Finding | None] = [None] * len(districts)
    cut = np.full(len(rules.likelihood.classes) + 1, np.inf)
    if judge.lags(last):
        findings, cut, chances = _judge(judge, last, quarters, [rules, *others])
        marks = marks_of(panel, keys, range(max(last - rules.likelihood.lasting_quarters, 0), last + 1))
    tables = {
        "stage_proposal": [
            {**common, "district_id": district, **_proposal(finding, rules, quarters)}
            for district, finding in zip(districts, findings, strict=True)
        ],
        "stage_evidence": [
            {**common, "district_id": district, "rule_set": rules.rule_set, **_evidence(finding, quarters)}
            for district, finding in zip(districts, findings, strict=True)
            if finding
        ],
        "stage_clause": [
            row
            for district, finding in zip(districts, findings, strict=True)
            if finding
            for row in likelihood_clauses(
                finding, {**common, "district_id": district, "rule_set": rules.rule_set}, quarters
            )
        ],
        "placebo_cut": [{**common, **_cut(chance, rules, cut)} for chance in chances],
        "large_workplace_mark": [
            {**common, "district_id": districts[number], **row}
            for number, mark in sorted(marks.items())
            for row in _marked(mark, quarters)
        ],
    }
    files = {}
    schemas = (PROPOSAL, EVIDENCE, CLAUSE, CUT, MARK)
    for (name, rows), schema in zip(tables.items(), schemas, strict=True):
        files[name] = workspace / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema), files[name], compression="zstd")
    stages = [row["stage"] for row in tables["stage_proposal"]]
    return Built(
        files,
        {
            "rule_set": rules.rule_set,
            "rule_set_version": rules.version,
            "districts": len(stages),
            "stages": {stage: stages.count(stage) for stage in STAGES},
            "quarters_read": [str(one.quarter) for one in histories if one.members],
            "norms_by_lag": _norms_by_lag(judge, last, quarters),
        },
    )


def _judge(
    judge: Judge, last: int, quarters: Sequence[Quarter], rule_sets: Sequence[LikelihoodRuleSet | RuleSet]
) -> tuple[list[Finding | None], Floats, list[Chance]]:
    """Return findings by district, the cuts of the judged quarter, and the chance figures of every rule set."""
    rule = judge.parameters
    replayed = range(max(last - rule.lasting_quarters, 0), last + 1)
    ordinals = [quarter.year * 4 + quarter.number for quarter in quarters]
    own = {
        quarter: reached(placebo_signals(judge, quarter, ordinals[quarter]), rule)
        for quarter in replayed
        if judge.lags(quarter)
    }
    cuts = {
        quarter: cut_of(
            [own[one] for one in range(quarter - rule.pooled_quarters + 1, quarter + 1) if one in own]
        )
        for quarter in own
    }
    ended = replay(judge, replayed, cuts.__getitem__)
    seed = (rule.seed, ordinals[last])
    labels = list(placebo_labels(judge.panel, seed, PLANTED_COUNTRIES))
    planted = plant_all(judge, last, labels, losses=rule.visible_losses, seed=seed)
    visibility = measure_visibility(planted, cuts[last], rule)
    usable = [one for one in rule_sets if isinstance(one, LikelihoodRuleSet) or _has_bases(judge, last, one)]
    chances = measure_chance(judge, usable, last, cut=cuts[last], planted=planted)
    findings: list[Finding | None] = list(propose_all(judge, ended, cuts[last], visibility))
    return findings, cuts[last], chances


def _has_bases(judge: Judge, last: int, rules: RuleSet) -> bool:
    return all(judge.panel.is_known(last - QUARTERS_BACK[base]) for base in rules.bases)


def _norms_by_lag(judge: Judge, last: int, quarters: Sequence[Quarter]) -> dict[str, list[str]]:
    """Return the quarters whose norms were applied, by lag; the quarter itself where no earlier year exists."""
    return {
        str(lag): [str(quarters[one]) for one in judge.norm_quarters(last, lag)] for lag in judge.lags(last)
    }


def _proposal(
    finding: Finding | None, rules: LikelihoodRuleSet, quarters: Sequence[Quarter]
) -> dict[str, Any]:
    shared = {"rule_set": rules.rule_set, "rule_set_version": rules.version}
    if finding is None:
        return {
            **shared,
            "stage": "undetermined",
            "undetermined_reason": NO_BASE,
            "reason_ko": "비교할 앞 분기의 자료가 없어 판정을 보류합니다.",
        }
    return {
        **shared,
        "stage": finding.stage,
        "confidence": finding.confidence,
        "undetermined_reason": finding.undetermined_reason,
        "reason_ko": sentence(finding, rules.likelihood, quarters.__getitem__),
    }


def _evidence(finding: Finding, quarters: Sequence[Quarter]) -> dict[str, Any]:
    return {
        "state": finding.state,
        "base_quarter": str(quarters[finding.base]) if finding.base is not None else None,
        "since_quarter": str(quarters[finding.since]) if finding.since is not None else None,
        "workers_change_pct": _decimal(finding.fall_pct, "0.01"),
        "jobs_lost": _decimal(finding.jobs_lost, "0.1"),
        "log_bayes_factor": _decimal(finding.log_bf, "0.01"),
        "cut": _decimal(finding.cut, "0.01"),
        "log_bayes_factor_since_base": _decimal(finding.since_base, "0.01"),
        "exit_information": _decimal(finding.information, "0.1"),
        "least_visible_loss_pct": finding.least_visible_loss_pct,
    }


def _cut(chance: Chance, rules: LikelihoodRuleSet, cut: Floats) -> dict[str, Any]:
    rule: Parameters = rules.likelihood
    is_own = chance.rule_set == rules.rule_set and chance.size_class != ALL_SIZES
    least = chance.least_visible_loss
    seen = {
        str(round(100 * loss)): _text(100 * count / chance.districts, "0.1")
        for loss, count in sorted(chance.caught.items())
        if chance.districts
    }
    return {
        "rule_set": chance.rule_set,
        "size_class": _class_name(chance.size_class, rule),
        "cut": _decimal(float(cut[chance.size_class]), "0.01") if is_own else None,
        "placebo_districts": chance.districts,
        "judged": chance.judged,
        "alarms": chance.alarms,
        "alarms_pct": _decimal(100 * chance.alarm_share, "0.01"),
        "least_visible_loss_pct": None if least is None else round(100 * least),
        "planted_seen_pct": json.dumps(seen, sort_keys=True, separators=(",", ":")),
    }


def _class_name(number: int, rule: Parameters) -> str:
    """Return a size class as text: `all`, `0-9`, `10-19` and on, the last one `160+`."""
    if number == ALL_SIZES:
        return "all"
    lower = (0, *rule.classes)
    return f"{lower[number]}-{lower[number + 1] - 1}" if number + 1 < len(lower) else f"{lower[number]}+"


def _marked(mark: Mark, quarters: Sequence[Quarter]) -> list[Mapping[str, Any]]:
    return [
        {
            "base_quarter": str(quarters[mark.base]),
            "workers_before": _decimal(mark.workers_before, "0.1"),
            "workers_now": _decimal(mark.workers_now, "0.1"),
            "workplace_id": one.workplace,
            "heads_before": _decimal(one.before, "0.1"),
            "heads_now": _decimal(one.now, "0.1"),
        }
        for one in mark.workplaces
    ]


def _decimal(value: float | None, places: str) -> Decimal | None:
    """Round half to even; None for an unknown value or a missing limit."""
    if value is None or not np.isfinite(value):
        return None
    return Decimal(repr(float(value))).quantize(Decimal(places), ROUND_HALF_EVEN)


def _text(value: float | None, places: str) -> str | None:
    rounded = _decimal(value, places)
    return None if rounded is None else str(rounded)
