"""Counts in the lake: every retained load, and the counts in force after all of them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.clusters.counts import read_counts, read_owners
from sogong_pipeline.clusters.lists import Lists, own_lists
from sogong_pipeline.clusters.loads import Load, in_force
from sogong_pipeline.clusters.official_list import brought_up_to, newest_day, read_official_list
from sogong_pipeline.clusters.shares import Share
from sogong_pipeline.clusters.table import Cluster
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition

COUNTS, CLUSTERS, CENTRE_LISTS = "counts", "clusters", "centre_lists"
CORPORATIONS = "corporations"


def loads(catalogue: Catalogue) -> list[Partition]:
    """Return every load, oldest first."""
    return catalogue.lake.partitions(COUNTS)


def counts_in_force(catalogue: Catalogue, up_to: str | None = None) -> Load:
    """Return the counts in force after all loads, or after those up to a version.

    Raises:
        RefusedError: when no load has that version.
    """
    partitions = loads(catalogue)
    if up_to is not None:
        versions = [str(partition.facts["version"]) for partition in partitions]
        if up_to not in versions:
            raise RefusedError(
                f"counts {up_to} are not in the lake; `sogong clusters diff` lists what was loaded"
            )
        partitions = partitions[: versions.index(up_to) + 1]
    return in_force(_load(partition.path("counts"), partition.path("owners")) for partition in partitions)


def centre_lists(catalogue: Catalogue) -> list[Partition]:
    """Return every official list of centres, oldest first."""
    return catalogue.lake.partitions(CENTRE_LISTS)


def lists_in_force(catalogue: Catalogue) -> Lists:
    """Return designations, and the shipped table of centres updated by the newer official lists."""
    lists = own_lists()
    centres, own_day = lists.centres, newest_day(lists.centres)
    for partition in centre_lists(catalogue):
        if (day := dt.date.fromisoformat(partition.facts["as_of"])) >= own_day:
            centres = brought_up_to(centres, read_official_list(partition.path("centres")), day)
    return Lists(lists.designations, centres)


def current_clusters(catalogue: Catalogue) -> Partition | None:
    """Return the cluster tables built last; None before the first counts."""
    version = catalogue.lake.current(CLUSTERS)
    return catalogue.lake.find(CLUSTERS, version) if version else None


def read_clusters(partition: Partition) -> list[Cluster]:
    """Read the rows of `cluster`."""
    return [Cluster(**row) for row in pq.read_table(partition.path("cluster")).to_pylist()]


def read_shares(partition: Partition) -> list[Share]:
    """Read the rows of `cluster_share`."""
    return [Share(**row) for row in pq.read_table(partition.path("cluster_share")).to_pylist()]


def read_months(partition: Partition) -> dict[tuple[str, str, str], list[tuple[str, int]]]:
    """Read `cluster_month`: (month, corporations) in order of months, by source, area and division."""
    months_by_cluster: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    for row in pq.read_table(partition.path("cluster_month")).to_pylist():
        key = (row["source"], row["area_code"], row["division"])
        months_by_cluster.setdefault(key, []).append((row["data_month"], row["corporate_3_9"]))
    return months_by_cluster


@cache  # files in the lake are named by their digest
def _load(counts: Path, owners: Path) -> Load:
    return Load(
        tuple(read_counts(counts)) if counts.stat().st_size else (),
        tuple(read_owners(owners)) if owners.stat().st_size else (),
    )
