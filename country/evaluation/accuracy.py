"""Accuracy of placing and tracing: rows by grade, districts' measures, entity resolution, and reasons of exits."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pandas as pd

from country.evaluation.country import Evaluated
from country.evaluation.exits import exits_by_kind
from sogong_pipeline.districts.matching import GRADES
from sogong_pipeline.periods import Month
from sogong_pipeline.validation.assignable import grade_districts

LINKS = ("moved", "re_registered", "renamed")


@dataclass
class GradeCount:
    """The rows of one grade over all months."""

    rows: int = 0
    inside: int = 0  # truly in a district that counts
    placed: int = 0
    right: int = 0


@dataclass
class Accuracy:
    """Results of an evaluation.

    Attributes:
        grades: Rows by grade.
        evidence: The placed rows by grade and by what decided.
        district_errors: Per district and month: kind, true workers, the share by which the measured ones are off, and
            as shares of the true workers those it misses and those of others that it counts.
        districts: Districts that count.
        true_workers: Workers truly in districts, over all months.
        links: Per kind: links reported, of these right, true events, of these detected.
        exits: (true kind, reported kind) -> count.
    """

    grades: dict[str, GradeCount] = field(default_factory=lambda: {grade: GradeCount() for grade in GRADES})
    evidence: dict[tuple[str, str], GradeCount] = field(default_factory=lambda: defaultdict(GradeCount))
    district_errors: pd.DataFrame = field(default_factory=pd.DataFrame)
    districts: int = 0
    true_workers: int = 0
    links: dict[str, Counter[str]] = field(default_factory=lambda: {link: Counter() for link in LINKS})
    exits: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, present: pd.DataFrame) -> None:
        """Add the counted rows of a month, by grade and, of those placed, by what decided."""
        for grade, rows in present.groupby("grade"):
            count = self.grades[str(grade)]
            count.rows += len(rows)
            count.inside += int(rows["lies_in"].notna().sum())
            count.placed += int(rows["district_id"].notna().sum())
            count.right += int(rows["is_right"].sum())
        placed = present[present["district_id"].notna()]
        for pair, rows in placed.groupby(["grade", "evidence"]):
            decided, why = pair
            tally = self.evidence[str(decided), str(why)]
            tally.placed += len(rows)
            tally.right += int(rows["is_right"].sum())

    def precision(self, grade: str) -> float:
        """The share of the rows of a grade whose district is the true one."""
        count = self.grades[grade]
        return count.right / count.placed if count.placed else float("nan")

    def recall(self, grade: str) -> float:
        """The share of all rows truly in districts that a grade places rightly."""
        inside = sum(count.inside for count in self.grades.values())
        return self.grades[grade].right / inside if inside else float("nan")

    @property
    def exits_right(self) -> float:
        """Return the share of exits reported with their true kind."""
        total = sum(self.exits.values())
        return (
            sum(n for (true, reported), n in self.exits.items() if true == reported) / total
            if total
            else float("nan")
        )

    @property
    def assignable(self) -> pd.DataFrame:
        """Return the districts' measures graded assignable."""
        return self.district_errors[self.district_errors["is_assignable"]]

    @property
    def median_error(self) -> float:
        """Return the median, over assignable districts and months, of the share by which workers are off."""
        return float(self.assignable["error"].median())

    @property
    def share_assignable(self) -> float:
        """Return the share of districts, over months, that are graded assignable."""
        return len(self.assignable) / max(len(self.district_errors), 1)

    @property
    def workers_assignable(self) -> float:
        """Return the share of the workers truly in districts that lie in assignable ones."""
        return float(self.assignable["true_workers"].sum() / max(self.true_workers, 1))


def measure_accuracy(evaluated: Evaluated) -> Accuracy:
    """Compare the pipeline's results for a country with its truth, a month in memory at a time."""
    accuracy = Accuracy(districts=len(evaluated.districts.districts))
    last: dict[str, int] = {}
    serial_of: dict[tuple[Month, str], int] = {}
    counted: dict[Month, set[int]] = {}
    errors = []
    events = evaluated.events()
    for month in evaluated.recipe.months:
        rows = evaluated.rows(month)
        present = rows[rows["is_counted"]]
        accuracy.count(present)
        errors.append(district_errors(evaluated, month, present))
        accuracy.true_workers += int(present.loc[present["lies_in"].notna(), "subscribers"].sum())
        _count_links(
            accuracy, present, last, events[events["data_month"] == str(month)], is_first=not counted
        )
        for subset in (
            rows[~rows["is_counted"]],
            present,
        ):  # a withdrawn workplace may continue under another number
            last.update(zip(subset["workplace_id"], subset["workplace_serial"], strict=True))
        serial_of.update(
            ((month, name), serial)
            for name, serial in zip(present["workplace_id"], present["workplace_serial"], strict=True)
        )
        counted[month] = set(present["workplace_serial"])
    accuracy.district_errors = pd.concat(errors, ignore_index=True)
    accuracy.exits = exits_by_kind(dict(evaluated.movements()), serial_of, counted, events)
    return accuracy


def district_errors(evaluated: Evaluated, month: Month, present: pd.DataFrame) -> pd.DataFrame:
    """Return the errors of a month's measures by district.

    Args:
        evaluated: The country.
        month: One of its months.
        present: Its counted rows.

    Returns:
        One row per district: columns of `grade_districts`, true_workers, workers, and as shares of the true ones
        missed, strangers and error.
    """
    facts = evaluated.facts(month).set_index("district_id")
    table = grade_districts(evaluated.districts, present, facts, evaluated.learned_places())
    true = present.groupby("lies_in")["subscribers"].sum()
    table["true_workers"] = true.reindex(table.index).fillna(0).astype("int64")
    table["workers"] = facts["workers"].reindex(table.index)
    heads = present["subscribers"].where(present["district_id"] == present["lies_in"], 0)
    right = heads.groupby(present["district_id"]).sum().reindex(table.index).fillna(0)
    table["missed"] = 1 - right / table["true_workers"]
    table["strangers"] = (table["workers"] - right) / table["true_workers"]
    table["error"] = (table["workers"] / table["true_workers"] - 1).abs()
    return table.reset_index(names="district_id").assign(month=str(month))


def _count_links(
    accuracy: Accuracy, present: pd.DataFrame, last: dict[str, int], events: pd.DataFrame, *, is_first: bool
) -> None:
    """Count reported links and right ones, and true events whose workplace kept its identifier."""
    if is_first:
        return
    names = {serial: name for name, serial in last.items()}
    for link in LINKS:
        reported = present[present["link"] == link]
        before = reported["workplace_id"].map(last)
        accuracy.links[link]["told"] += len(reported)
        accuracy.links[link]["right"] += int((before == reported["workplace_serial"]).sum())
        happened = set(events.loc[events["kind"] == link, "workplace_serial"])
        struck = present[present["workplace_serial"].isin(happened)]
        continued = struck["workplace_serial"].map(names)
        accuracy.links[link]["happened"] += int(continued.notna().sum())
        accuracy.links[link]["found"] += int((continued == struck["workplace_id"]).sum())
