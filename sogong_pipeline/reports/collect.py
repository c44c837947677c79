"""Reads an edition from the lake into what a report is made from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.loaded import registry_of_version
from sogong_pipeline.districts.registry import SIMULATED, District, kinds
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.indicators.quarter import window
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.pages.acceptances import acceptances_of
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.reports.source import (
    AdjustedWorkers,
    Change,
    DistrictFact,
    DistrictInfo,
    Flows,
    NationFact,
    PreviousStages,
    Proposal,
    ReportSource,
    RuleSetInfo,
    SourceFile,
    TrendPoint,
)
from sogong_pipeline.sql_engine import names_before
from sogong_pipeline.stages.doubt import refuse_held
from sogong_pipeline.stages.rules import DEFAULT, load
from sogong_pipeline.vocabulary import NATION, Base, Measure
from sogong_pipeline.warehouse.rows import source_file

COLUMN: dict[Measure, str] = {"workplaces": "workplaces", "workers": "workers", "payroll_krw": "payroll"}
BASES: tuple[Base, ...] = ("quarter", "year", "two_years")
FLOW_QUARTERS = 4
"""As many as lie between a quarter and the one that it is compared with on the year."""


def collect(
    catalogue: Catalogue,
    quarter: Quarter,
    *,
    draft: bool,
    known: dt.datetime | None = None,
    edition: Partition | None = None,
    rule_set: str = DEFAULT,
) -> ReportSource:
    """Gather everything the reports of a quarter say.

    Args:
        catalogue: the lake to read.
        quarter: the quarter; its latest edition is reported.
        draft: whether the council has yet to decide.
        known: the load time as of which the quarter before is shown; it goes with the edition rebuilt for it.
        edition: the edition reported, where it is not the latest: one that councils judged, or a rebuilt one.
        rule_set: the rule set whose proposals are reported.

    Raises:
        RefusedError: when the quarter was never proposed, or is held.
    """
    edition = edition or catalogue.edition(quarter)
    if edition is None:
        raise RefusedError(f"{quarter} was not proposed yet; run `sogong propose {quarter}` first")
    refuse_held(edition)
    proposals = catalogue.proposals(edition, rule_set)
    if proposals is None:
        raise RefusedError(
            f"{quarter} was not proposed by {rule_set} yet; run `sogong propose {quarter} --rules {rule_set}` first"
        )
    rules = load(rule_set)
    districts = (
        registry_of_version(catalogue, edition.facts["registry_version"]).on(quarter.last_day).districts
    )
    regions = {row["region_code"]: row for row in _rows(edition, "fact_region_quarter")}
    nation = regions[NATION]
    return ReportSource(
        quarter=quarter,
        edition=edition.folder.name,
        draft=draft,
        demo=are_invented(districts),
        registry_version=edition.facts["registry_version"],
        recorded_at=dt.datetime.fromisoformat(edition.manifest["recorded_at"]),
        rule_set=RuleSetInfo(rules.rule_set, rules.version, rules.title_ko, rules.description_ko),
        districts=[_district(district) for district in districts],
        facts={
            row["district_id"]: DistrictFact(**_fact(row, nation))
            for row in _rows(edition, "fact_district_quarter")
        },
        nation=NationFact(
            **_fact(nation, nation),
            matched_workplaces=nation["matched_workplaces"],
            unassigned_workplaces=nation["unassigned_workplaces"],
        ),
        sidos={
            code: DistrictFact(**_fact(row, nation))
            for code, row in regions.items()
            if row["level"] == "sido"
        },
        proposals={
            row["district_id"]: Proposal(
                row["stage"],
                row["confidence"],
                row["reason_ko"],
                row["undetermined_reason"],
                row["probability_caution_pct"],
                row["probability_severe_pct"],
            )
            for row in _rows(proposals, "stage_proposal")
        },
        previous=_previous(catalogue, quarter, rules.rule_set, known),
        trend_months=window(quarter),
        trend=_trend(edition, window(quarter)),
        adjusted=adjusted_workers(edition),
        # Editions of before there was one are still published.
        flows=year_flows(_rows(edition, "establishment_flow"), quarter)
        if "establishment_flow" in edition.manifest["files"]
        else {},
        sources=[_source(catalogue, month, vintage) for month, vintage in edition.facts["months"].items()],
        acceptances=acceptances_of(edition.facts),
    )


def are_invented(districts: Iterable[District]) -> bool:
    """Whether any of the districts comes from a simulated registry; whatever shows them is then a demo."""
    return any(district.source.startswith(SIMULATED) for district in districts)


def _rows(edition: Partition, table: str) -> list[dict[str, Any]]:
    """The rows of a table by the names of today; a decided edition may be older than they are."""
    found = pq.read_table(edition.path(table))
    today = names_before(f"{edition.folder.parts[0]}/{table}")
    rows: list[dict[str, Any]] = found.rename_columns(
        [today.get(name, name) for name in found.column_names]
    ).to_pylist()
    return rows


def _district(district: District) -> DistrictInfo:
    return DistrictInfo(
        district_id=district.district_id,
        name=district.name,
        kind=district.kind,
        kind_ko=kinds()[district.kind].name,
        sido_code=district.sido_code,
        sigungu_code=district.sigungu_code,
        office_code=district.office_code,
        longitude=float(district.longitude) if district.longitude else None,
        latitude=float(district.latitude) if district.latitude else None,
    )


def _fact(row: Mapping[str, Any], nation: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a DistrictFact from a row of either quarter table."""
    changes = {}
    for measure, column in COLUMN.items():
        for base in BASES:
            own, whole = row[f"{column}_change_{base}_pct"], nation[f"{column}_change_{base}_pct"]
            points = None if own is None or whole is None else own - whole
            status = row[f"payroll_{base}_status" if column == "payroll" else f"{base}_status"]
            changes[measure, base] = Change(own, points, whole, row[f"{base}_scope"], status)
    levels = (
        "months",
        "workplaces",
        "workers",
        "payroll_krw",
        "pay_per_worker_krw",
        "joined",
        "departed",
        "largest_share_pct",
        "ambiguous_workplaces",
        "status",
    )
    return {**{name: row[name] for name in levels}, "changes": changes}


def _previous(
    catalogue: Catalogue, quarter: Quarter, rule_set: str, known: dt.datetime | None
) -> PreviousStages | None:
    """The stages of the quarter before under the same rule set, where it was proposed."""
    before = quarter.shift(-1)
    edition = catalogue.edition(before, known)
    proposals = catalogue.proposals(edition, rule_set) if edition else None
    if edition is None or proposals is None:
        return None
    stages = {row["district_id"]: row["stage"] for row in _rows(proposals, "stage_proposal")}
    return PreviousStages(before, edition.folder.name, stages)


def _trend(edition: Partition, months: list[Month]) -> dict[str, list[TrendPoint | None]]:
    """Per district one point a month; None where the month is not in or nothing is known."""
    place = {str(month): index for index, month in enumerate(months)}
    trend: dict[str, list[TrendPoint | None]] = {}
    for row in _rows(edition, "district_trend"):
        points = trend.setdefault(row["district_id"], [None] * len(months))
        if row["workplaces"] is not None:
            points[place[row["data_month"]]] = TrendPoint(
                row["workplaces"], row["workers"], row["payroll_krw"]
            )
    return trend


def adjusted_workers(edition: Partition) -> dict[str, AdjustedWorkers]:
    """Of the nation and each sido the last month against the one before and three before; none with nothing known."""
    if "adjusted_series" not in edition.manifest["files"]:  # an edition of before there was one
        return {}
    months: dict[str, list[dict[str, Any]]] = {}
    table = pq.read_table(edition.path("adjusted_series"), filters=[("level", "in", ["nation", "sido"])])
    for row in table.sort_by("data_month").to_pylist():
        months.setdefault(row["area"], []).append(row)
    found = {}
    for area, rows in months.items():
        now, month, quarter = (rows[place]["workers_adjusted"] for place in (-1, -2, -4))
        found[area] = AdjustedWorkers(
            workers=now,
            month_change_pct=None if now is None else 100 * (now / month - 1),
            quarter_change_pct=None if now is None else 100 * (now / quarter - 1),
            scope=rows[-1]["scope"],
            status=rows[-1]["status"],
        )
    return found if any(one.workers is not None for one in found.values()) else {}


def year_flows(rows: Iterable[Mapping[str, Any]], quarter: Quarter) -> dict[str, Flows]:
    """Per district who came and went in the last four quarters, where each of their months could be compared.

    Args:
        rows: `establishment_flow` of an edition.
        quarter: the last of the four.
    """
    wanted = {str(quarter.shift(-back)) for back in range(FLOW_QUARTERS)}
    by_district: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["flow_quarter"] in wanted and row["status"] in {"ok", "provisional"}:
            by_district.setdefault(row["district_id"], []).append(row)
    return {
        district_id: Flows(
            entries=_by_kind(rows, "entries_"),
            exits=_by_kind(rows, "exits_"),
            provisional=any(row["status"] == "provisional" for row in rows),
        )
        for district_id, rows in by_district.items()
        if len(rows) == FLOW_QUARTERS
    }


def _by_kind(rows: Sequence[Mapping[str, Any]], prefix: str) -> dict[str, int]:
    kinds_of = [name for name in rows[0] if name.startswith(prefix)]
    return {name.removeprefix(prefix): sum(row[name] for row in rows) for name in kinds_of}


def _source(catalogue: Catalogue, month: str, vintage: str) -> SourceFile:
    raw, staged = (catalogue.lake.require(step, month, vintage) for step in ("raw", "staged"))
    row = source_file(raw, staged, is_in_force=True)
    return SourceFile(
        data_month=Month.parse(month),
        label=row["label"],
        sha256=row["sha256"],
        header_vintage=row["header_vintage"],
        rows=row["rows"],
        staged_rows=row["staged_rows"],
        quarantined_rows=row["quarantined_rows"],
        origin=row["origin"],
    )
