"""Counts of small manufacturers: every load kept, the tables of clusters built from what counts."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.clusters.cells import gather
from sogong_pipeline.clusters.counts import (
    COUNT_COLUMNS,
    OWNER_COLUMNS,
    Count,
    OwnerCount,
    is_owner_file,
    read_counts,
    read_owners,
    write_rows,
)
from sogong_pipeline.clusters.in_lake import (
    CENTRE_LISTS,
    CLUSTERS,
    CORPORATIONS,
    COUNTS,
    centre_lists,
    counts_in_force,
    current_clusters,
    lists_in_force,
    loads,
)
from sogong_pipeline.clusters.lists import lists_digest_parts
from sogong_pipeline.clusters.loads import Load, in_force
from sogong_pipeline.clusters.official_list import (
    COLUMNS,
    LISTED_KINDS,
    ListDifference,
    as_of_name,
    compare,
    newest_day,
    read_official_list,
)
from sogong_pipeline.clusters.register import count_factories
from sogong_pipeline.clusters.register_in_lake import read_register
from sogong_pipeline.clusters.sums import differing_sums
from sogong_pipeline.clusters.workbooks import disagreements
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, Built, Partition, digest_of
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.build import make

LEAST_LISTED = 0.5
"""Of the centres that run: a list with a smaller share of them is taken for a part of one."""
TREND_MONTHS = 25
"""The newest month and two years before it."""


class ClusterSteps:
    """The counts and clusters of one lake.

    Args:
        catalogue: the installation.
        stage: gives the staged rows of a month and vintage.
    """

    def __init__(self, catalogue: Catalogue, stage: Callable[[Month, str], Partition]) -> None:
        self.catalogue = catalogue
        self._stage = stage

    def load(self, files: Sequence[Path]) -> tuple[str, bool, list[str]]:
        """Keep counts and owners by age; a 시군구 of a year and source that they hold replaces what was there.

        Args:
            files: files of either template.

        Returns:
            The version of the load, whether anything changed by it, and every sum that does not agree.

        Raises:
            RefusedError: when anything in any file is wrong or cannot be placed; nothing was changed then.
        """
        counts: list[Count] = []
        owners: list[OwnerCount] = []
        for file in files:
            if is_owner_file(file):
                owners += read_owners(file)
            else:
                counts += read_counts(file)
        return self._keep(Load(tuple(counts), tuple(owners)), files)

    def load_factories(self) -> tuple[str, bool, list[str]]:
        """Count the register of factories that was loaded last, and keep the counts; as `load` does.

        Raises:
            RefusedError: when no register is loaded.
        """
        register = read_register(self.catalogue)
        counted = count_factories(
            register.factories,
            register.as_of,
            source_id=f"register {register.version}",
            ksic_revision=register.ksic_revision,
            retrieved=register.retrieved,
            licence="data.go.kr 15106170",
        )
        counts = tuple(row for row in counted.rows if isinstance(row, Count))
        version, is_new, messages = self._keep(Load(counts), (), f"register {register.version}")
        return version, is_new, [*counted.messages, *messages]

    def load_official(
        self, path: Path, as_of: dt.date | None = None
    ) -> tuple[str, bool, list[ListDifference]]:
        """Keep an official list of special centres (3060083), without addresses; our table follows it from its day on.

        Args:
            path: the list as downloaded.
            as_of: its day; taken from the file's name when not given.

        Returns:
            The version, whether anything changed by it, and how it differs from the centres before.

        Raises:
            RefusedError: when it cannot be read, has no day, is older than the list in force, or only a part of one.
        """
        listed, before = read_official_list(path), lists_in_force(self.catalogue).centres
        day = as_of or as_of_name(path)
        if day is None:
            raise RefusedError(f"{path.name}: the name has no day such as _20260731; give it as --as-of")
        if day < (newest := newest_day(before)):
            raise RefusedError(f"{path.name}: the list of {day} is older than that of {newest}, which counts")
        running = sum(one.kind in LISTED_KINDS and one.until is None for one in before)
        if len(listed) < LEAST_LISTED * running:
            raise RefusedError(
                f"{path.name}: it lists {len(listed)} centres of {running} that run; load the whole list"
            )
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(one, name) for name in COLUMNS] for one in listed)
        version = digest_of({"as_of": str(day), "centres": text.getvalue()})[:SHORT]
        kept = centre_lists(self.catalogue)
        changes = compare(listed, before)
        if kept and kept[-1].facts["version"] == version:
            return version, False, changes

        def build(workspace: Path) -> Built:
            target = workspace / "centres.csv"
            target.write_text(text.getvalue(), encoding="utf-8")
            facts = {
                "version": version, "as_of": str(day), "file_name": path.name, "centres": len(listed)
            }  # fmt: skip
            return Built({"centres": target}, facts)

        self.catalogue.lake.ensure(
            CENTRE_LISTS,
            (f"{len(kept) + 1:04d}-{version}",),
            inputs={"version": version},
            recorded_at=self.catalogue.now(),
            build=build,
        )
        return version, True, changes

    def _keep(self, load: Load, files: Sequence[Path], name: str = "") -> tuple[str, bool, list[str]]:
        if not load.counts and not load.owners:
            raise RefusedError("there is no count to load")
        _refuse_repeated(load)
        before = counts_in_force(self.catalogue)
        after = in_force([before, load])
        gather(after.counts, after.owners)
        written = {
            "counts": write_rows(load.counts, COUNT_COLUMNS) if load.counts else "",
            "owners": write_rows(load.owners, OWNER_COLUMNS) if load.owners else "",
        }
        version = digest_of(written)[:SHORT]
        messages = [*disagreements(after.counts, after.owners), *differing_sums(load.counts)]
        if after == before:
            return version, False, messages

        rows: list[Count | OwnerCount] = [*load.counts, *load.owners]

        def build(workspace: Path) -> Built:
            kept = {role: workspace / f"{role}.csv" for role in written}
            for role, text in written.items():
                kept[role].write_text(text, encoding="utf-8")
            for number, file in enumerate(files):
                kept[f"given{number}"] = workspace / f"given{number}{file.suffix.lower()}"
                shutil.copyfile(file, kept[f"given{number}"])
            return Built(
                kept,
                {
                    "version": version,
                    "file_names": [file.name for file in files] or [name],
                    "counts": len(load.counts),
                    "owners": len(load.owners),
                    "years": sorted({row.reference_year for row in rows}),
                    "sources": sorted({row.source for row in rows}),
                },
            )

        self.catalogue.lake.ensure(
            COUNTS,
            (f"{len(loads(self.catalogue)) + 1:04d}-{version}",),
            inputs={"version": version},
            recorded_at=self.catalogue.now(),
            build=build,
        )
        return version, True, messages

    def build(self) -> tuple[Partition, bool]:
        """Build the tables from the counts in force and the newest months, and make them the current ones.

        Returns:
            The partition, and whether counts, lists, months or content differ from what was current before.

        Raises:
            RefusedError: when no count is loaded.
        """
        load = counts_in_force(self.catalogue)
        if not load.counts and not load.owners:
            raise RefusedError(
                "no count of small manufacturers is loaded; run `sogong clusters load FILE` first"
            )
        before = current_clusters(self.catalogue)
        months = {month: self._corporations(month) for month in self.months()}
        inputs = {
            "counts": digest_of([partition.digest for partition in loads(self.catalogue)])[:SHORT],
            "lists": digest_of(
                [*lists_digest_parts(), *(one.digest for one in centre_lists(self.catalogue))]
            )[:SHORT],
            **{str(month): partition.digest[:SHORT] for month, partition in months.items()},
        }
        partition, _ = make(
            self.catalogue,
            CLUSTERS,
            (digest_of(inputs)[:SHORT],),
            inputs,
            load,
            {month: partition.path("corporate_small_manufacturer") for month, partition in months.items()},
            lists_in_force(self.catalogue),
        )
        self.catalogue.lake.set_current(partition.folder.name, CLUSTERS, recorded_at=self.catalogue.now())
        is_same = before is not None and (before.folder, before.digest) == (
            partition.folder,
            partition.digest,
        )
        return partition, not is_same

    def months(self) -> list[Month]:
        """The months that the trend of small corporations shows, as far as they are in."""
        passed = self.catalogue.passed()
        return [month for month in passed if month > passed[-1].shift(-TREND_MONTHS)]

    def loaded(self) -> list[dict[str, object]]:
        """What was loaded, oldest first: version, file_names, counts, owners, years, sources, recorded_at."""
        names = ("version", "file_names", "counts", "owners", "years", "sources")
        return [
            {
                **{name: partition.facts[name] for name in names},
                "recorded_at": partition.manifest["recorded_at"],
            }
            for partition in loads(self.catalogue)
        ]

    def _corporations(self, month: Month) -> Partition:
        vintage = self.catalogue.vintage_of(month)
        assert vintage is not None  # noqa: S101 - the month passed; for the type checker
        staged = self._stage(month, vintage)
        return make(
            self.catalogue,
            CORPORATIONS,
            (str(month), vintage),
            {"staged": staged.digest},
            staged.path("workplace"),
        )[0]


def _refuse_repeated(load: Load) -> None:
    """Two files of one load must not say the same cell.

    Raises:
        RefusedError: when they do, with the first such cell.
    """
    for rows in (load.counts, load.owners):
        seen = set()
        for row in rows:
            if row.key in seen:
                where = " ".join(filter(None, (row.sido, row.sigungu, row.dong or row.dong_code)))
                raise RefusedError(
                    f"{row.source_id}: {where} {row.division} of {row.reference_year} is in two of the files; load one"
                )
            seen.add(row.key)
