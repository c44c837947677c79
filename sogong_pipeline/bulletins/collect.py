"""What a monthly bulletin is made from: the month beside other months, under the districts of its quarter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts import loaded
from sogong_pipeline.districts.registry import SIMULATED, District, Slice
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.pages.acceptances import Acceptance, acceptance
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.holds import LAYER as HOLDS
from sogong_pipeline.quality.standing import standing
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.sql_engine import Engine, query
from sogong_pipeline.vocabulary import Measure

MEAN_MONTHS = 3
YEAR = 12
TREND_MONTHS = 13
"""The month, and back to the same one a year before."""
ALL_DISTRICTS, WITHOUT_OFFICE = "districts", "without_office"
"""Areas beside the offices and the nation: all districts, those of 제주, which has no office."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of an area over a span; see sql/bulletin/month_change."""

    scope: str
    places: int
    level: Decimal
    change: Decimal | None
    change_pct: Decimal | None


@dataclass(frozen=True)
class BulletinSource:
    """One month's figures.

    Attributes:
        month: The month.
        vintage: Its file.
        made_at: When the newest of its figures were made.
        districts: Those that count on the last day of its quarter.
        figures: By area, span and measure; no entry where a month of the span is not in or not known.
        statuses: How a district's figures of the month are to be taken, by its id.
        missing: The months that are not in, of those it would be compared with.
        trend_months: The months of the trend, oldest first.
        trend: Workers by area and month of the trend, over districts known in all months that are in.
        held: The checks that hold a month shown, by month.
        acceptances: What was accepted of the months shown.
    """

    month: Month
    vintage: str
    made_at: dt.datetime
    districts: Sequence[District]
    figures: Mapping[tuple[str, str, Measure], Figure]
    statuses: Mapping[str, str]
    missing: Sequence[Month]
    trend_months: Sequence[Month]
    trend: Mapping[str, Sequence[int | None]]
    held: Mapping[Month, Sequence[str]] = field(default_factory=dict)
    acceptances: Sequence[Acceptance] = ()

    @property
    def demo(self) -> bool:
        """Whether its districts are invented."""
        return any(district.source.startswith(SIMULATED) for district in self.districts)

    def figure(self, area: str, span: str, measure: Measure) -> Figure | None:
        """A figure, or None when it cannot be told."""
        return self.figures.get((area, span, measure))


def collect(catalogue: Catalogue, month: Month) -> BulletinSource:
    """Gather what the bulletins of a month say from the months measured under its districts, see `months_shown`.

    Raises:
        RefusedError: when the month is not in, or no registry is loaded.
    """
    districts, vintage = districts_of(catalogue, month), catalogue.vintage_of(month)
    if vintage is None:
        raise RefusedError(f"{month} is not in; run `sogong ingest {month}`")
    spans, trend, wanted = spans_of(month), _trend_months(month), months_shown(month)
    measured = {
        each: catalogue.lake.require("measured", str(each), counts, districts.version)
        for each in wanted
        if (counts := catalogue.vintage_of(each)) is not None
    }
    standings = {
        each: standing(catalogue, each, part.manifest["key"][1])
        for each, part in measured.items()
        if str(each) in catalogue.lake.children(HOLDS)
    }
    members = _members(districts.districts)
    with catalogue.lake.workspace() as workspace, Engine(workspace) as engine:
        _load(engine, list(measured.values()), spans, members)
        rows = engine.rows(query("bulletin", "month_change"))
    now = pq.read_table(measured[month].path("fact_district_month")).to_pylist()
    return BulletinSource(
        month=month,
        vintage=vintage,
        made_at=max(dt.datetime.fromisoformat(part.manifest["recorded_at"]) for part in measured.values()),
        districts=districts.districts,
        figures={
            (row["area"], row["span"], row["measure"]): Figure(
                row["scope"], row["places"], row["level"], row["change"], row["change_pct"]
            )
            for row in rows
        },
        statuses={row["district_id"]: row["status"] for row in now},
        missing=[each for each in wanted if each not in measured],
        trend_months=trend,
        trend=_trend({each: part for each, part in measured.items() if each in trend}, trend, members),
        held={each: one.holding for each, one in standings.items() if one.holding},
        acceptances=[
            acceptance(each, hold.names, hold.by, hold.reason)
            for each, one in standings.items()
            for hold in one.accepted
        ],
    )


def districts_of(catalogue: Catalogue, month: Month) -> Slice:
    """The districts whose bulletins a month shows: those that count on the last day of its quarter.

    Raises:
        RefusedError: when no registry is loaded.
    """
    registry = loaded.registry_in_force(catalogue)
    if registry is None:
        raise RefusedError("no registry is loaded; run `sogong registry load FILE` first")
    return loaded.districts_of(catalogue, registry, month.quarter)


def months_shown(month: Month) -> list[Month]:
    """Every month that the bulletins of a month show or compare with, oldest first."""
    return sorted({*_trend_months(month), *(each for _, _, _, each in spans_of(month))})


def _trend_months(month: Month) -> list[Month]:
    return [month.shift(-back) for back in range(TREND_MONTHS - 1, -1, -1)]


def spans_of(month: Month) -> list[tuple[str, str, str, Month]]:
    """The months compared, as (span, scope, side, month).

    Where the file's coverage changed inside a span only corporations can be compared; a mean over such months is no
    level of anything, and is left out.
    """
    window = [month.shift(-back) for back in range(MEAN_MONTHS)]
    year_before = [each.shift(-YEAR) for each in window]
    sides = {
        "level": ([month], []),
        "month": ([month], [month.shift(-1)]),
        "year": ([month], [month.shift(-YEAR)]),
        "mean": (window, []),
        "mean_year": (window, year_before),
    }
    found = []
    for span, (now, base) in sides.items():
        first = min([*now, *base])
        is_broken = any(first < each <= month for each in coverage_breaks())
        if is_broken and not base:
            continue
        scope = "corporations" if is_broken else "all"
        found += [(span, scope, "now", each) for each in now] + [(span, scope, "base", each) for each in base]
    return found


def _members(districts: Sequence[District]) -> list[tuple[str, str]]:
    """Each area with the places it is the sum of: a district itself, its office's, all of them."""
    return [
        (area, district.district_id)
        for district in districts
        for area in (area_of(district), district.office_code or WITHOUT_OFFICE, ALL_DISTRICTS)
    ]


def area_of(district: District) -> str:
    """The area that is one district; its id may be any text, so it is kept apart from the others."""
    return f"d:{district.district_id}"


def _load(
    engine: Engine,
    measured: Sequence[Partition],
    spans: Sequence[tuple[str, str, str, Month]],
    members: Sequence[tuple[str, str]],
) -> None:
    """Give the query its views; regions are areas of themselves, and no district has the name of one."""
    engine.view("district_month", [part.path("fact_district_month") for part in measured])
    engine.view("region_month", [part.path("fact_region_month") for part in measured])
    columns = (
        "data_month, workplaces, workers, payroll_krw, rate_bp, corporate_workplaces, corporate_workers, "
        "corporate_billed_amount_krw"
    )
    engine.execute(
        f"CREATE TEMP TABLE month_fact AS SELECT 'd:' || district_id AS place, {columns} FROM district_month "
        f"UNION ALL SELECT 'r:' || region_code, {columns} FROM region_month WHERE level IN ('nation', 'sido')"
    )
    engine.connection.register(
        "span",
        pa.table(
            {
                name: [str(entry[place]) for entry in spans]
                for place, name in enumerate(("span", "scope", "side", "data_month"))
            }
        ),
    )
    engine.connection.register(
        "of_districts",
        pa.table(
            {"area": [area for area, _ in members], "place": [f"d:{district}" for _, district in members]},
            schema=pa.schema([("area", pa.string()), ("place", pa.string())]),
        ),
    )
    engine.execute(
        "CREATE TEMP TABLE member AS FROM of_districts "
        "UNION ALL SELECT DISTINCT place[3:], place FROM month_fact WHERE place LIKE 'r:%'"
    )


def _trend(
    measured: Mapping[Month, Partition], months: Sequence[Month], members: Sequence[tuple[str, str]]
) -> dict[str, list[int | None]]:
    """Workers of each area that is a sum, over its districts that are known in every month that is in."""
    by_month: dict[Month, dict[str, int | None]] = {
        month: _workers(part.path("fact_district_month")) for month, part in measured.items()
    }
    places: dict[str, list[str]] = {}
    for area, district in members:
        if not area.startswith("d:") and all(
            workers.get(district) is not None for workers in by_month.values()
        ):
            places.setdefault(area, []).append(district)
    return {
        area: [
            sum(by_month[month][district] or 0 for district in districts) if month in by_month else None
            for month in months
        ]
        for area, districts in places.items()
    }


def _workers(path: Path) -> dict[str, int | None]:
    table = pq.read_table(path, columns=["district_id", "workers"])
    return dict(zip(table["district_id"].to_pylist(), table["workers"].to_pylist(), strict=True))
