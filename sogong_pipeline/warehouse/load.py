"""Loading: each period's rows replace those of the same period, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, inspect, select, text

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.clusters.building import TABLES as CLUSTER_TABLES
from sogong_pipeline.clusters.in_lake import current_clusters, lists_in_force
from sogong_pipeline.decisions.decision import recordings
from sogong_pipeline.districts.loaded import measured_in_force, registries, registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition, Turn
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.quality.holds import holds
from sogong_pipeline.quality.standing import placed_in_force
from sogong_pipeline.stages.rules import DEFAULT
from sogong_pipeline.warehouse import rows as rows_of
from sogong_pipeline.warehouse.database import Database
from sogong_pipeline.warehouse.fit import MONTH_TABLES, PROPOSAL_TABLES, QUARTER_TABLES, fits
from sogong_pipeline.warehouse.grants import give, given, grant_reading
from sogong_pipeline.warehouse.labels import label
from sogong_pipeline.warehouse.losses import losses
from sogong_pipeline.warehouse.parquet import parquet_batches
from sogong_pipeline.warehouse.tables import lake_names, metadata, renamed
from sogong_pipeline.warehouse.views import views

BATCH_ROWS = 5_000


class Warehouse:
    """The analysts' database at a SQLAlchemy URL, SQLite under home by default."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        catalogue.settings.home.mkdir(parents=True, exist_ok=True)
        self.database = Database(catalogue.settings)
        self.engine = self.database.engine

    def rebuild(self, *, even_if_smaller: bool = False) -> None:
        """Rebuild everything from the lake in one transaction, keeping read access.

        Args:
            even_if_smaller: replace the database even if the lake lacks files, editions or decisions that it has.

        Raises:
            RefusedError: when the database has rows that the lake lacks, unless allowed; nothing was changed.
        """
        with self.database.writing() as connection:
            lost = [] if even_if_smaller else list(losses(connection, self.catalogue))
            if lost:
                raise RefusedError(
                    f"{self.database.address} has what the lake in {self.catalogue.lake.store.address} lacks: "
                    f"{', '.join(lost)}; correct SOGONG_HOME (now {self.catalogue.settings.home}) or SOGONG_LAKE_URL, "
                    "or give up the difference with `sogong warehouse rebuild --even-if-smaller`"
                )
            readers = given(connection)
            for name in reversed(views()):
                connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
            metadata().drop_all(connection)
            _create(connection)
            give(connection, readers)
            self._load_reference(connection)
            for month in map(Month.parse, self.catalogue.lake.children("raw")):
                self._load_month(connection, month)
            for quarter in map(Quarter.parse, self.catalogue.lake.children("editions")):
                self._load_quarter(connection, quarter)
            for period in self.catalogue.lake.children("decisions"):
                for recording in recordings(self.catalogue.lake, period):
                    self._load_decisions(connection, recording)
            self._load_clusters(connection)

    def grant(self, role: str) -> None:
        """Let a role read every table and view, see `grants.grant_reading`."""
        with self.database.writing() as connection:
            _create(connection)
            grant_reading(connection, role)

    def load_reference(self) -> None:
        """Load regions, offices and the registry in force."""
        with self.database.writing() as connection:
            self._prepare(connection)

    def load_month(self, month: Month) -> None:
        """Load a month: its files, the results of the gate, and its facts where it was measured."""
        with self.database.writing() as connection:
            self._prepare(connection)
            self._load_month(connection, month)

    def load_quarter(self, quarter: Quarter) -> None:
        """Load every edition of a quarter, mark the latest, and load its months as it measured them."""
        with self.database.writing() as connection:
            self._prepare(connection)
            self._load_quarter(connection, quarter)

    def load_clusters(self) -> None:
        """Reload the clusters built last."""
        with self.database.writing() as connection:
            _create(connection)
            self._load_clusters(connection)

    def load_decisions(self, connection: Connection, recording: Partition) -> None:
        """Load the decisions recorded from one sheet, in the writer's transaction that also writes them to the lake."""
        self._prepare(connection)
        self._load_decisions(connection, recording)

    def rows(self, table: str, key: dict[str, str]) -> list[dict[str, Any]]:
        """Return the rows of one period under the lake's column names; empty when the table does not exist yet."""
        target = metadata().tables[table]
        with self.database.reading() as connection:
            if not inspect(connection).has_table(table):
                return []
            names = lake_names(table)
            statement = select(target).where(*_is_period(table, key))
            return [
                {names[column]: value for column, value in row.items()}
                for row in connection.execute(statement).mappings()
            ]

    def _prepare(self, connection: Connection) -> None:
        """Create missing tables, and load the dimensions that other tables reference."""
        _create(connection)
        self._load_reference(connection)

    def _load_reference(self, connection: Connection) -> None:
        registry = registry_in_force(self.catalogue)
        _replace(connection, "dim_office", {}, rows_of.dim_office())
        _replace(connection, "dim_region", {}, rows_of.dim_region())
        _replace(connection, "dim_industry", {}, rows_of.dim_industry())
        _replace(connection, "dim_industry_code", {}, rows_of.dim_industry_code())
        _replace(connection, "dim_status", {}, rows_of.dim_status())
        _replace(connection, "label", {}, label())
        _replace(connection, "series_break", {}, rows_of.series_break())
        self._load_lists(connection)
        _replace(connection, "district", {}, rows_of.district(registries(self.catalogue)))
        _replace(connection, "dim_district", {}, rows_of.dim_district(registry) if registry else [])

    def _load_lists(self, connection: Connection) -> None:
        """Load designated clusters and centres for small manufacturers from the lists in force."""
        lists = lists_in_force(self.catalogue)
        _replace(connection, "cluster_designation", {}, rows_of.cluster_designation(lists))
        _replace(connection, "small_manufacturer_centre", {}, rows_of.small_manufacturer_centre(lists))

    def _load_clusters(self, connection: Connection) -> None:
        self._load_lists(connection)
        if (built := current_clusters(self.catalogue)) is not None:
            for table in CLUSTER_TABLES:
                _load(connection, table, {}, built)

    def _load_month(self, connection: Connection, month: Month) -> None:
        lake, in_force = self.catalogue.lake, self.catalogue.vintage_of(month)
        for vintage in lake.children("raw", str(month)):
            key = {"data_month": str(month), "vintage": vintage}
            raw, staged = lake.find("raw", *key.values()), lake.find("staged", *key.values())
            checked = lake.find("checked", *key.values())
            if raw and staged:
                file = rows_of.source_file(raw, staged, is_in_force=vintage == in_force)
                _replace(connection, "source_file", key, [file])
            if checked:
                _load(connection, "quality_check", key, checked)
                placed = placed_in_force(self.catalogue, month, vintage)
                if placed is not None and fits(checked, "quality_check"):
                    _add_file(connection, "quality_check", placed.path("quality_check"))
            entries = holds(self.catalogue, month, vintage)
            _replace(connection, "month_hold", key, map(asdict, entries))
        for revised in self.catalogue.revisions(month):
            key = {"data_month": str(month), "vintage": revised.folder.name}
            _load(connection, "month_revision", key, revised)
        _load_turns(
            connection,
            "file_in_force",
            "vintage",
            {"data_month": str(month)},
            lake.turns("checked", str(month)),
        )
        self._load_facts(connection, month)

    def _load_facts(self, connection: Connection, month: Month) -> None:
        """Load the facts of a month under the districts of its own quarter, where it was measured under them."""
        measured = measured_in_force(self.catalogue, month)
        if measured is not None:
            for table in MONTH_TABLES:
                _load(connection, table, {"data_month": str(month)}, measured)

    def _load_decisions(self, connection: Connection, recording: Partition) -> None:
        period, office, name = recording.manifest["key"]
        key = {"period": period, "office_code": office, "number": int(name.split("-")[0])}
        _clear(connection, "stage_decision", key)
        _add_file(connection, "stage_decision", recording.path("decision"))

    def _load_quarter(self, connection: Connection, quarter: Quarter) -> None:
        lake = self.catalogue.lake
        latest = lake.current("editions", str(quarter))
        passed = self.catalogue.passed()
        _replace(connection, "dim_quarter", {"quarter": str(quarter)}, [rows_of.dim_quarter(quarter, passed)])
        for month in quarter.months:
            self._load_facts(connection, month)
        turns = lake.turns("editions", str(quarter))
        _load_turns(connection, "edition_in_force", "edition", {"quarter": str(quarter)}, turns)
        for edition in lake.partitions("editions", str(quarter)):
            name = edition.folder.name
            key = {"quarter": str(quarter), "edition": name}
            judged = judged_by(self.catalogue, edition)
            row = rows_of.edition_row(edition, judged.get(DEFAULT), is_latest=name == latest)
            _replace(connection, "edition", key, [row])
            for table in QUARTER_TABLES:
                _load(connection, table, key, edition)
            for table in PROPOSAL_TABLES:
                _clear(connection, table, key)
                for partition in judged.values():
                    if fits(partition, table):
                        _add_file(connection, table, partition.path(table))


def judged_by(catalogue: Catalogue, edition: Partition) -> dict[str, Partition]:
    """Return the proposals of an edition that count, by rule set."""
    names = {*catalogue.lake.children("proposals", *edition.folder.parts[1:]), DEFAULT}
    matches = {name: catalogue.proposals(edition, name) for name in sorted(names)}
    return {name: partition for name, partition in matches.items() if partition is not None}


def _create(connection: Connection) -> None:
    """Create missing tables with their comments, and the views of the latest editions."""
    metadata().create_all(connection)
    existing = inspect(connection).get_view_names()
    for name, definition in views().items():
        if name not in existing:
            connection.execute(text(f"CREATE VIEW {name} AS {definition}"))


def _load_turns(
    connection: Connection, table: str, child: str, key: dict[str, str], turns: Sequence[Turn]
) -> None:
    _replace(connection, table, key, rows_of.in_force(key, child, turns))


def _load(connection: Connection, table: str, key: Mapping[str, str | int], partition: Partition) -> None:
    """Replace a period's rows by those of a partition; by none where the partition has an outdated form."""
    _clear(connection, table, key)
    if fits(partition, table):
        _add_file(connection, table, partition.path(table))


def _replace(
    connection: Connection, name: str, key: Mapping[str, str | int], rows: Iterable[dict[str, Any]]
) -> None:
    """Replace the rows of one period (all rows for an empty key); names are those of the lake."""
    _clear(connection, name, key)
    table = metadata().tables[name]
    named = (renamed(name, row) for row in rows)
    while batch := list(islice(named, BATCH_ROWS)):
        connection.execute(table.insert(), batch)


def _clear(connection: Connection, name: str, key: Mapping[str, str | int]) -> None:
    """Delete the rows of one period."""
    connection.execute(delete(metadata().tables[name]).where(*_is_period(name, key)))


def _is_period(name: str, key: Mapping[str, str | int]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on a row of a period, whose columns have the names of the lake."""
    columns = metadata().tables[name].c
    for column, value in renamed(name, key).items():
        yield columns[column] == value


def _add_file(connection: Connection, name: str, path: Path) -> None:
    """Insert the rows of a Parquet file, a batch in memory at a time."""
    is_sqlite = connection.dialect.name == "sqlite"
    mark = "?" if is_sqlite else "%s"
    for columns, rows in parquet_batches(path, BATCH_ROWS, as_real=is_sqlite):
        names = [*renamed(name, dict.fromkeys(columns))]
        marks = ", ".join([mark] * len(names))
        connection.exec_driver_sql(f"INSERT INTO {name} ({', '.join(names)}) VALUES ({marks})", rows)
