"""Gather the data of a quarter's trend: facts of an edition, the months behind them, stages, answers, indicators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.decisions.decision import STEP as DECISIONS
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.rates.contribution import contribution_for, coverage_breaks
from sogong_pipeline.reports.collect import collect
from sogong_pipeline.reports.source import DistrictFact, ReportSource
from sogong_pipeline.sql_engine import Engine, query
from sogong_pipeline.surveys.issue import decided_stages
from sogong_pipeline.surveys.results import Results, read_results
from sogong_pipeline.trends.contributions import Contribution, contributions
from sogong_pipeline.trends.words import Move, move_of
from sogong_pipeline.vocabulary import MEASURES, NATION, Measure, Stage

YEARS_BACK = 4
"""Quarters between a quarter and its base of comparison."""
USUAL_QUARTERS = 8
SCALE = 10**6
"""Scale factor of a standard error, so that its square root is taken in integers."""
INSIDE = frozenset({"high", "medium", "low"})
CUTS: Mapping[str, str] = {"industry": "division", "size": "size_band", "grade": "grade"}
ADJUSTED: Mapping[Measure, str] = {
    "workplaces": "workplaces_adjusted",
    "workers": "workers_adjusted",
    "payroll_krw": "payroll_adjusted_krw",
}
Parts = tuple[list[Contribution], Contribution]


@dataclass(frozen=True)
class AreaTrend:
    """Trend of a 시도 or of the nation.

    Attributes:
        code: Two digits, 00 for the nation.
        fact: Levels and changes from the edition.
        error_pct: One standard error of the change on the year, by measure.
        usual_pct: Mean absolute change on the year of the last eight quarters, by measure.
        quarter_pct: Seasonally adjusted change on the quarter, by measure.
        by_industry: Contributions of divisions to the change of workers on the year.
        by_size: The same of size bands.
        by_place: The same of inside and outside districts.
        levels_by_place: Workers inside and outside districts, monthly means.
        adjusted: Adjusted months by measure; empty without a seasonal adjustment.
        scope: Workplaces over which the year is compared.
    """

    code: str
    fact: DistrictFact
    error_pct: Mapping[Measure, Decimal]
    usual_pct: Mapping[Measure, Decimal]
    quarter_pct: Mapping[Measure, Decimal]
    by_industry: Parts | None
    by_size: Parts | None
    by_place: Parts | None
    levels_by_place: Mapping[str, Fraction]
    adjusted: Mapping[Measure, Sequence[int | None]]
    scope: str

    def change_pct(self, measure: Measure) -> Decimal | None:
        """Return the published change on the year in percent."""
        change = self.fact.changes.get((measure, "year"))
        return None if change is None or change.change_pct is None else Decimal(change.change_pct)

    def move(self, measure: Measure) -> Move | None:
        """Return the class of the change on the year."""
        return move_of(self.change_pct(measure), self.error_pct.get(measure), self.usual_pct.get(measure))


@dataclass(frozen=True)
class TrendSource:
    """Data of a quarter's trend pages."""

    report: ReportSource
    areas: Mapping[str, AreaTrend]
    flows: Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]]
    stages: Mapping[str, Stage]
    decided: frozenset[str]
    results: Results | None
    months: Sequence[Month]

    @property
    def nation(self) -> AreaTrend:
        """The nation."""
        return self.areas[NATION]

    @property
    def sidos(self) -> list[AreaTrend]:
        """The 시도, by code."""
        return [area for code, area in sorted(self.areas.items()) if code != NATION]


def collect_trend(catalogue: Catalogue, quarter: Quarter, judged: str = "") -> TrendSource:
    """Gather the trend of a quarter.

    Args:
        catalogue: the installation.
        quarter: the quarter.
        judged: the edition; the latest if empty.

    Raises:
        RefusedError: when the quarter was never proposed, is held, or its measured months are missing from the lake.
    """
    known = catalogue.lake.require("editions", str(quarter), judged) if judged else None
    report = collect(catalogue, quarter, draft=True, edition=known)
    edition = catalogue.lake.require("editions", str(quarter), report.edition)
    lake = _Months(catalogue, edition, quarter)
    facts: dict[str, DistrictFact] = {NATION: report.nation, **report.sidos}
    scopes = {code: fact.changes["workers", "year"].scope for code, fact in facts.items()}
    errors = lake.errors(scopes)
    sums = lake.region_sums()
    adjusted = _adjusted(edition, report.trend_months)
    areas = {}
    for code, fact in facts.items():
        parts = {cut: lake.parts(cut, code, scopes[code]) for cut in CUTS}
        areas[code] = AreaTrend(
            code=code,
            fact=fact,
            error_pct=errors.get(code, {}),
            usual_pct=lake.usual(sums, code),
            quarter_pct={
                measure: change
                for measure, values in adjusted.get(code, {}).items()
                if (change := _on_quarter(values)) is not None
            },
            by_industry=parts["industry"],
            by_size=parts["size"],
            by_place=parts["grade"],
            levels_by_place=lake.levels_by_place(code),
            adjusted=adjusted.get(code, {}),
            scope=scopes[code],
        )
    decided = decided_stages(catalogue.lake, quarter) if catalogue.lake.children(DECISIONS) else {}
    proposed = {name: proposal.stage for name, proposal in report.proposals.items()}
    return TrendSource(
        report=report,
        areas=areas,
        flows=_flows(report),
        stages={**proposed, **decided},
        decided=frozenset(decided),
        results=read_results(catalogue.lake, quarter),
        months=report.trend_months,
    )


def _flows(report: ReportSource) -> dict[str, tuple[Mapping[str, int], Mapping[str, int]]]:
    """Count entries and exits of the year by kind, over the districts of each 시도 and of the nation."""
    totals: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
    for district in report.districts:
        flows = report.flows.get(district.district_id)
        if flows is None:
            continue
        for code in (NATION, district.sido_code):
            entries, exits = totals.setdefault(code, (defaultdict(int), defaultdict(int)))
            for total, kinds in ((entries, flows.entries), (exits, flows.exits)):
                for kind, count in kinds.items():
                    total[kind] += count
    return dict(totals)


def _adjusted(edition: Partition, months: Sequence[Month]) -> dict[str, dict[Measure, list[int | None]]]:
    """Return the adjusted months by region and measure, rounded to integers; only areas with at least one."""
    if "adjusted_series" not in edition.manifest["files"]:
        return {}
    table = pq.read_table(edition.path("adjusted_series"), filters=[("level", "in", ["nation", "sido"])])
    place = {str(month): index for index, month in enumerate(months)}
    by_area: dict[str, dict[Measure, list[int | None]]] = {}
    for row in table.to_pylist():
        for measure, column in ADJUSTED.items():
            values = by_area.setdefault(row["area"], {}).setdefault(measure, [None] * len(months))
            if row[column] is not None and row["data_month"] in place:
                values[place[row["data_month"]]] = round(row[column])
    return {
        area: measures
        for area, measures in by_area.items()
        if any(value is not None for values in measures.values() for value in values)
    }


def _on_quarter(values: Sequence[int | None]) -> Decimal | None:
    """Return the change in percent of the mean of the last three adjusted months on the three before."""
    now, before = values[-3:], values[-6:-3]
    if len(before) < 3 or any(value is None for value in (*now, *before)):
        return None
    base = sum(value or 0 for value in before)
    return _decimal(Fraction(100 * sum(value or 0 for value in now), base) - 100) if base else None


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


class _Months:
    """Measured and matched months behind an edition."""

    def __init__(self, catalogue: Catalogue, edition: Partition, quarter: Quarter) -> None:
        self._lake, self._edition, self._quarter = catalogue.lake, edition, quarter
        self._vintages = {Month.parse(month): vintage for month, vintage in edition.facts["months"].items()}
        self.now = [month for month in quarter.months if month in self._vintages]
        self.before = [month for month in quarter.shift(-YEARS_BACK).months if month in self._vintages]
        self._cuts = {cut: self._cut(cut) for cut in CUTS}

    def _path(self, layer: str, table: str, month: Month) -> Path:
        districts = str(self._edition.manifest["inputs"]["districts"])
        partition = self._lake.find(layer, str(month), self._vintages[month], districts)
        if partition is None:
            raise RefusedError(
                f"{layer} of {month} is not as edition {self._edition.folder.name} of {self._quarter} used it; run "
                f"`sogong propose {self._quarter}` and this command again"
            )
        return partition.path(table)

    def _rows(self, table: str, months: Sequence[Month]) -> list[dict[str, Any]]:
        return [
            row for month in months for row in pq.read_table(self._path("measured", table, month)).to_pylist()
        ]

    def _cut(self, cut: str) -> Mapping[str, list[dict[str, Any]]]:
        """Return the rows of a cut of the compared months, by region."""
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self._rows(f"fact_region_{cut}_month", [*self.before, *self.now]):
            rows[row["region_code"]].append(row)
        return rows

    def parts(self, cut: str, code: str, scope: str) -> Parts | None:
        """Return the contributions of the parts of an area to the change of its workers on the year."""
        column = "workers" if scope == "all" else "corporate_workers"
        now_months = {str(month) for month in self.now}
        sums: tuple[dict[str, int], dict[str, int]] = (defaultdict(int), defaultdict(int))
        for row in self._cuts[cut].get(code, []):
            part = str(row[CUTS[cut]])
            if cut == "grade":
                part = "inside" if part in INSIDE else "outside"
            sums[row["data_month"] in now_months][part] += row[column]
        return contributions(sums[0], sums[1], len(self.before), len(self.now))

    def levels_by_place(self, code: str) -> dict[str, Fraction]:
        """Return workers inside and outside districts, monthly means of the quarter."""
        now_months = {str(month) for month in self.now}
        levels: dict[str, Fraction] = {"inside": Fraction(0), "outside": Fraction(0)}
        for row in self._cuts["grade"].get(code, []):
            if row["data_month"] in now_months:
                place = "inside" if row["grade"] in INSIDE else "outside"
                levels[place] += Fraction(row["workers"], len(self.now))
        return levels

    def region_sums(self) -> dict[tuple[str, Month], dict[str, Any]]:
        """Return the facts of every 시도 and of the nation, by month."""
        return {
            (row["region_code"], Month.parse(row["data_month"])): row
            for row in self._rows("fact_region_month", sorted(self._vintages))
            if row["level"] != "sigungu"
        }

    def usual(self, sums: Mapping[tuple[str, Month], Mapping[str, Any]], code: str) -> dict[Measure, Decimal]:
        """Return the mean absolute change on the year of the last eight quarters, if all eight are known."""
        means: dict[Measure, Decimal] = {}
        for measure in MEASURES:
            changes = [
                change
                for back in range(USUAL_QUARTERS)
                if (change := _on_year(sums, code, measure, self._quarter.shift(-back))) is not None
            ]
            if len(changes) == USUAL_QUARTERS:
                means[measure] = _decimal(sum(map(abs, changes), Fraction(0)) / USUAL_QUARTERS)
        return means

    def errors(self, scopes: Mapping[str, str]) -> dict[str, dict[Measure, Decimal]]:
        """Return one standard error of the change on the year in percent, by area and measure."""
        if not self.before or not self.now:
            return {}
        months = [*self.before, *self.now]
        with self._lake.workspace() as workspace, Engine(workspace) as engine:
            engine.view("member", [self._path("matched", "district_member", month) for month in months])
            names = [str(month) for month in months]
            rates = [contribution_for(month).rate_bp for month in months]
            engine.connection.register("rate", pa.table({"data_month": names, "rate_bp": rates}))
            engine.connection.register(
                "area_scope", pa.table({"region_code": list(scopes), "scope": list(scopes.values())})
            )
            engine.variables({"first_month": str(self.now[0])})
            rows = engine.rows(query("trends", "area_spread"))
        columns: Mapping[Measure, tuple[str, str]] = {
            "workplaces": ("workplaces_squares", "wp0"),
            "workers": ("workers_squares", "wk0"),
            "payroll_krw": ("payroll_squares", "pk0"),
        }
        return {
            row["region_code"]: {
                measure: self._error(int(row[squares]), int(row[base]))
                for measure, (squares, base) in columns.items()
                if row[base]
            }
            for row in rows
        }

    def _error(self, squares: int, base: int) -> Decimal:
        root = Fraction(isqrt(squares * SCALE**2), SCALE * base**2)
        return _decimal(100 * root * len(self.before) / len(self.now))


def _on_year(
    sums: Mapping[tuple[str, Month], Mapping[str, Any]], code: str, measure: Measure, quarter: Quarter
) -> Fraction | None:
    """Return the change of a quarter on the year in percent; corporations only across a coverage break."""
    months, before = quarter.months, quarter.shift(-YEARS_BACK).months
    rows = [sums.get((code, month)) for month in (*before, *months)]
    if any(row is None for row in rows):
        return None
    crosses = any(before[0] < month <= months[-1] for month in coverage_breaks())
    prefix = "corporate_" if crosses else ""
    values = []
    for row, month in zip(rows, (*before, *months), strict=True):
        if row is None:
            return None
        if measure == "payroll_krw":
            billed = int(row[f"{prefix}billed_amount_krw"])
            values.append(Fraction(billed * 10_000, contribution_for(month).rate_bp))
        else:
            values.append(Fraction(int(row[f"{prefix}{measure}"])))
    base = sum(values[:3], Fraction(0))
    return 100 * (sum(values[3:], Fraction(0)) / base - 1) if base else None
