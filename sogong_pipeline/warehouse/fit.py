"""Compatibility of partitions written by an earlier version with the current tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.loaded import measured_in_force
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.warehouse.tables import lake_names, tables_of

QUARTER_TABLES = tables_of("editions")
"""Tables filled by an edition."""
PROPOSAL_TABLES = tables_of("proposals")
"""Tables filled by the proposals of an edition."""
MONTH_TABLES = ("fact_district_month", "fact_region_month", "fact_office_month")
"""Tables filled by a measured month."""


def fits(partition: Partition, *tables: str) -> bool:
    """Return True when a partition has these tables with exactly the current columns."""
    return all(
        name in partition.manifest["files"]
        and set(pq.read_schema(partition.path(name)).names) == set(lake_names(name).values())
        for name in tables
    )


def left_out(catalogue: Catalogue) -> Iterator[str]:
    """Yield a line for the months, and one for the quarters, with an outdated table in force; with the remedy."""
    if months := [str(month) for month in catalogue.passed() if not _month_fits(catalogue, month)]:
        yield f"made by an earlier version, in part left out: {_spans(months)}; `sogong ingest` them again"
    quarters = [
        name
        for name in catalogue.lake.children("editions")
        if (edition := catalogue.edition(Quarter.parse(name))) and not fits(edition, *QUARTER_TABLES)
    ]
    if quarters:
        yield f"made by an earlier version, in part left out: {', '.join(quarters)}; run `sogong propose`"


def _month_fits(catalogue: Catalogue, month: Month) -> bool:
    checked = catalogue.lake.find("checked", str(month), str(catalogue.vintage_of(month)))
    measured = measured_in_force(catalogue, month)
    return (
        (checked is None or fits(checked, "quality_check"))
        and (measured is None or fits(measured, *MONTH_TABLES))
        and all(fits(revised, "month_revision") for revised in catalogue.revisions(month))
    )


def _spans(months: Sequence[str]) -> str:
    """Format months, oldest first; consecutive ones as `2015-11..2016-02`."""
    spans: list[list[str]] = []
    for month in months:
        if spans and str(Month.parse(spans[-1][-1]).shift(1)) == month:
            spans[-1].append(month)
        else:
            spans.append([month])
    return ", ".join(span[0] if len(span) == 1 else f"{span[0]}..{span[-1]}" for span in spans)
