"""Gather the data of the pages: the cluster tables built last, shares, lists, nearby districts with their stages."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.clusters.building import is_shown
from sogong_pipeline.clusters.in_lake import (
    current_clusters,
    lists_in_force,
    read_clusters,
    read_months,
    read_shares,
)
from sogong_pipeline.clusters.lists import Centre, Designation
from sogong_pipeline.clusters.shares import Share
from sogong_pipeline.clusters.table import REGISTER, Cluster
from sogong_pipeline.districts.loaded import registry_of_version
from sogong_pipeline.districts.registry import kinds
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.rules import DEFAULT
from sogong_pipeline.vocabulary import Stage

SIMULATED = "simulated"
"""Prefix of the sources of invented counts."""
Months = Mapping[tuple[str, str, str], Sequence[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class NearbyDistrict:
    """A district of a 시군구 and its reference stage in the newest proposed quarter."""

    name: str
    kind: str
    stage: Stage
    reason: str


@dataclass(frozen=True)
class ClusterSource:
    """Data of all pages.

    Attributes:
        day: Reference day of plan states.
        rows: Every row of `cluster`.
        best: One row per place and division: the newest, a census before the register.
        shares: Every row of `cluster_share`.
        months: Small corporations by month.
        designations: Designated clusters, oldest first.
        centres: Every centre of the lists in force.
        quarter: Quarter of the reference stages; None without a proposal.
        districts: By today's code of the 시군구.
    """

    day: dt.date
    rows: tuple[Cluster, ...]
    best: tuple[Cluster, ...]
    shares: tuple[Share, ...]
    months: Months
    designations: tuple[Designation, ...]
    centres: tuple[Centre, ...]
    quarter: Quarter | None
    districts: Mapping[str, Sequence[NearbyDistrict]]

    @property
    def shown(self) -> list[Cluster]:
        """Rows that have a card."""
        return [row for row in self.best if is_shown(row)]

    @property
    def demo(self) -> bool:
        """True if any count is invented."""
        return any(row.source.startswith(SIMULATED) for row in self.rows)

    def series(self, row: Cluster) -> list[Cluster]:
        """Return the counts of a place and division by year and source."""
        same = [other for other in self.rows if place_of(other) == place_of(row)]
        return sorted(same, key=lambda other: (other.reference_year, other.source))


def collect(catalogue: Catalogue) -> ClusterSource:
    """Gather everything from the lake.

    Raises:
        RefusedError: when no cluster tables were built.
    """
    built = current_clusters(catalogue)
    if built is None:
        raise RefusedError("no count of small manufacturers is loaded; run `sogong clusters load FILE` first")
    rows, lists = read_clusters(built), lists_in_force(catalogue)
    quarter, districts = _districts(catalogue)
    return ClusterSource(
        day=catalogue.settings.clock().date(),
        rows=tuple(rows),
        best=tuple(_best(rows)),
        shares=tuple(read_shares(built)),
        months=read_months(built),
        designations=lists.designations,
        centres=lists.centres,
        quarter=quarter,
        districts=districts,
    )


def place_of(row: Cluster) -> tuple[str, str, str]:
    """Return today's 시군구, dong and division."""
    return row.sigungu_today, row.dong or row.area_code, row.division


def _best(rows: Sequence[Cluster]) -> list[Cluster]:
    best: dict[tuple[str, str, str], Cluster] = {}
    for row in sorted(rows, key=lambda row: (row.source != REGISTER, row.reference_year, row.source)):
        best[place_of(row)] = row
    return [best[key] for key in sorted(best)]


def _districts(catalogue: Catalogue) -> tuple[Quarter | None, dict[str, list[NearbyDistrict]]]:
    """Return the newest proposed quarter, and its districts with their stages by 시군구."""
    districts: defaultdict[str, list[NearbyDistrict]] = defaultdict(list)
    for name in reversed(catalogue.lake.children("editions")):
        quarter = Quarter.parse(name)
        edition = catalogue.edition(quarter)
        proposals = catalogue.proposals(edition, DEFAULT) if edition else None
        if edition is None or proposals is None:
            continue
        stages = {
            row["district_id"]: row for row in pq.read_table(proposals.path("stage_proposal")).to_pylist()
        }
        registry = registry_of_version(catalogue, edition.facts["registry_version"])
        for district in registry.on(quarter.last_day).districts:
            if district.district_id in stages:
                row = stages[district.district_id]
                districts[district.sigungu_code].append(
                    NearbyDistrict(district.name, kinds()[district.kind].name, row["stage"], row["reason_ko"])
                )
        return quarter, dict(districts)
    return None, {}
