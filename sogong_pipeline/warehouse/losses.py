"""Periods in a database that a lake lacks: a rebuild from that lake would lose them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, inspect, literal_column, select, text

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.decisions.decision import STEP as DECISIONS
from sogong_pipeline.decisions.decision import recordings
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import counted
from sogong_pipeline.warehouse.tables import lake_names

Keys = set[tuple[str, ...]]
COLUMNS = {
    "source_file": ("data_month", "vintage"),
    "edition": ("quarter", "edition"),
    "stage_decision": ("period", "office_code", "number"),
}
"""Tables that list everything a lake stores permanently, with their key columns under the lake's names."""
NOUNS = {"source_file": "file", "edition": "edition", "stage_decision": "recorded sheet"}


def losses(connection: Connection, catalogue: Catalogue) -> Iterator[str]:
    """Yield what a rebuild would lose, one line per kind, with an example; nothing when the lake has all of it.

    A table that an earlier version made without these columns is skipped.
    """
    for table, columns in COLUMNS.items():
        if lost := sorted(_in_database(connection, table, columns) - _in_lake(catalogue, table)):
            yield f"{counted(len(lost), NOUNS[table])} ({' '.join(lost[0])}{', …' if len(lost) > 1 else ''})"
    if registry_in_force(catalogue) is None:
        districts = _in_database(connection, "dim_district", ("district_id",))
        if districts:
            yield counted(len(districts), "district")


def _in_database(connection: Connection, table: str, columns: tuple[str, ...]) -> Keys:
    """Return the keys of a table of the database, under the column names of this or an earlier version."""
    present = inspect(connection)
    if not present.has_table(table):
        return set()
    there = {column["name"] for column in present.get_columns(table)}
    names = {lake: name for name, lake in lake_names(table).items()}
    key_columns = [names[one] if names[one] in there else one for one in columns]
    if not set(key_columns) <= there:
        return set()
    keys: Any = select(*map(literal_column, key_columns)).distinct().select_from(text(table))
    return {tuple(map(str, row)) for row in connection.execute(keys)}


def _in_lake(catalogue: Catalogue, table: str) -> Keys:
    lake = catalogue.lake
    if table == "source_file":
        return {(month, vintage) for month in lake.children("raw") for vintage in lake.children("raw", month)}
    if table == "edition":
        return {
            (quarter, edition)
            for quarter in lake.children("editions")
            for edition in lake.children("editions", quarter)
        }
    return {
        (period, office, str(int(recording.folder.name.split("-")[0])))
        for period in lake.children(DECISIONS)
        for recording in recordings(lake, period)
        for _, office, _ in [recording.manifest["key"]]
    }
