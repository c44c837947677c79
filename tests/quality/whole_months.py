"""Whole damaged months through ingest and propose: what becomes of each, and of the stages it would change."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.standing import standing
from sogong_pipeline.steps.installation import Installation
from tests.conftest import copied
from tests.quality.file_damage import Damage, Published, damaged

Outcome = Literal["unread", "stopped", "held", "harmless", "got through"]
OUTCOMES: tuple[Outcome, ...] = ("unread", "stopped", "held", "harmless", "got through")
WORSE = {"caution", "severe"}
Stages = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Tried:
    """One damaged month.

    Attributes:
        damage: What was done to it.
        outcome: `unread` where the file was refused, `stopped` by a gate, `held`, `harmless` where the gates passed it
            and no good district turned caution or severe, else `got through`.
        told: The checks that stop or hold it, or the refusal.
        proposals: How many stages were proposed with it; 0 unless the gates passed it.
        turned: Districts that were good and are caution or severe with it.
        severe: Those of them that are severe.
        sure: Those of them that are so with high confidence.
    """

    damage: Damage
    outcome: Outcome
    told: str
    proposals: int = 0
    turned: int = 0
    severe: int = 0
    sure: int = 0


class Trial:
    """Tries damaged files of one month, each on a copy of a lake that has the months before it.

    Args:
        base: the installation before the month came in.
        undamaged: the published file of the month.
        before: that of the month before.
        rule_sets: whose proposals are compared.
        folder: an empty folder to work in.
    """

    def __init__(
        self,
        base: Installation,
        month: Month,
        undamaged: Path,
        before: Path,
        rule_sets: Sequence[str],
        folder: Path,
    ) -> None:
        self._base, self._month, self._folder = base, month, folder
        self._name, self._rule_sets = undamaged.name, rule_sets
        self._file, self._before = Published.of(undamaged.read_bytes()), Published.of(before.read_bytes())
        self.sidos = sorted({row[9] for row in self._file.rows if row[9].isdigit()})
        pipeline = self._fresh()
        pipeline.months.ingest(month, str(undamaged))
        self._good = self._stages(pipeline)

    def run(self, damage: Damage) -> Tried:
        """What becomes of the month with a damage."""
        pipeline = self._fresh()
        file = pipeline.settings.home / "files" / self._name
        file.parent.mkdir(parents=True)
        file.write_bytes(self._file.body(damaged(self._file.rows, self._before.rows, damage)))
        try:
            (state,) = pipeline.months.ingest(self._month, str(file))
        except RefusedError as refused:
            stopping = (
                standing(pipeline, self._month, vintages[0]).stopping
                if (vintages := pipeline.vintages(self._month))
                else []
            )
            return Tried(damage, "stopped" if stopping else "unread", "|".join(stopping) or str(refused))
        if holding := standing(pipeline, self._month, state.vintage).holding:
            return Tried(damage, "held", "|".join(holding))
        stages = self._stages(pipeline)
        turned = [
            stages[key]
            for key, good in self._good.items()
            if good["stage"] == "good" and key in stages and stages[key]["stage"] in WORSE
        ]
        return Tried(
            damage,
            "got through" if turned else "harmless",
            "",
            proposals=len(stages),
            turned=len(turned),
            severe=sum(row["stage"] == "severe" for row in turned),
            sure=sum(row["confidence"] == "high" for row in turned),
        )

    def _fresh(self) -> Installation:
        home = self._folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        return copied(self._base.settings.home, home)

    def _stages(self, pipeline: Installation) -> Stages:
        """Every proposal of the month's quarter, by rule set and district."""
        edition, _ = pipeline.quarters.propose(self._month.quarter)
        found: Stages = {}
        for rule_set in self._rule_sets:
            proposals = pipeline.proposals(edition, rule_set)
            assert proposals is not None
            for row in pq.read_table(proposals.path("stage_proposal")).to_pylist():
                found[rule_set, row["district_id"]] = row
        return found


def account(tried: Sequence[Tried]) -> str:
    """The outcomes by kind as a table, and every month that got through."""
    lines = [f"{'kind':<26}" + "".join(f"{outcome:>13}" for outcome in OUTCOMES)]
    counts = Counter((each.damage.kind, each.outcome) for each in tried)
    for kind in sorted({each.damage.kind for each in tried}):
        lines.append(f"{kind:<26}" + "".join(f"{counts[kind, outcome]:>13}" for outcome in OUTCOMES))
    of_all = Counter(each.outcome for each in tried)
    lines.append(
        f"{'all ' + str(len(tried)):<26}" + "".join(f"{of_all[outcome]:>13}" for outcome in OUTCOMES)
    )
    proposals, turned = (sum(getattr(each, name) for each in tried) for name in ("proposals", "turned"))
    lines.append(
        f"with the gates passed {turned} of {proposals} proposals turned from good to caution or severe"
    )
    lines += [
        f"got through: {each.damage}: {each.turned} turned, {each.severe} severe, {each.sure} with high confidence"
        for each in tried
        if each.outcome == "got through"
    ]
    return "\n".join(lines) + "\n"
