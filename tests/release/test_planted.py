"""Nothing that was planted in the lake is in any released file, and no released table could hold it."""

from __future__ import annotations

import hashlib
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.release.policy import policy
from sogong_pipeline.release.source import source_of
from sogong_pipeline.steps.release import release
from sogong_pipeline.warehouse.tables import schemas
from tests.districts.test_registry import write
from tests.release.conftest import AMOUNT, FIRST, NEVER, NUMBER, OUTSIDE, PLANTED, POINT, SECOND, Town
from tests.steps.test_steps import QUARTER

pytestmark = pytest.mark.slow

NAMING = {
    *("workplace_name", "workplace_id", "business_number", "address", "operator", "firm_name"),
    *("decided_by", "confirmed_by", "accepted_by", "answered_by"),
}
"""Columns that no released table may have."""
LAYERS = ("raw", "staged", "registers", "support", "outside", "drawn", "answers", "decisions", "registry")
"""Layers of the lake that hold something planted."""


def texts(data: bytes, suffix: str) -> Iterator[str]:
    """All that is in a file as text: as it is, and what its format packs."""
    yield data.decode(errors="replace")
    yield data.decode("cp949", errors="replace")
    if suffix == ".parquet":
        table = pq.read_table(BytesIO(data))
        yield f"{table.schema} {table.to_pydict()}"
    elif suffix == ".sqlite":
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data)
            yield "\n".join(connection.iterdump())
    elif zipfile.is_zipfile(BytesIO(data)):  # XLSX too
        with zipfile.ZipFile(BytesIO(data)) as packed:
            for name in packed.namelist():
                yield name
                yield from texts(packed.read(name), Path(name).suffix)


def planted(folder: Path) -> set[tuple[str, str]]:
    """By name of a file: the planted words in it or in its name; each content is looked through once."""
    known: dict[str, set[str]] = {}
    found: set[tuple[str, str]] = set()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found |= {(name, word) for word in NEVER if word in name}
        if path.is_file():
            data = path.read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            if digest not in known:
                shown = list(texts(data, path.suffix))
                known[digest] = {word for word in NEVER if any(word in text for text in shown)}
            found |= {(name, word) for word in known[digest]}
    return found


def test_all_of_it_is_in_the_lake(town: Town) -> None:
    """The search finds what is there: in CSV, CP949, Parquet, JSON and workbooks."""
    lake = town.home / "lake"
    for layer in LAYERS:
        assert planted(lake / layer), layer
    words = {word for layer in LAYERS for _, word in planted(lake / layer)}
    assert words >= {PLANTED, POINT, NUMBER, AMOUNT, OUTSIDE}  # a telephone is not even kept


def test_no_planted_word_is_in_any_released_file(town: Town) -> None:
    assert len(list(town.root.rglob("*.parquet"))) > 100
    assert planted(town.root) == set()


def test_an_open_registry_gives_out_names_and_coordinates_of_districts_and_nothing_else(
    town: Town, tmp_path: Path
) -> None:
    registry = write(tmp_path / "registry.csv", FIRST, SECOND)
    assert town.installation.registry.load(registry, is_open=True)[1] is True
    assert town.installation.registry.load(registry, is_open=True)[1] is False
    opened = Path(release(town.installation, QUARTER, str(tmp_path / "open")).folder)
    naming = {"district", "dim_district", "district_report"}
    assert {name for name, _ in planted(opened)} == {
        "slices/office/gyeonggi.csv",
        f"sogong-{QUARTER}.sqlite",
        *(f"data/{table}.{suffix}" for table in naming for suffix in ("csv", "parquet")),
    }
    assert "상사" not in (opened / "data" / "district.csv").read_text(encoding="utf-8-sig")
    assert town.installation.registry.load(registry)[1] is True  # the last word counts
    assert source_of(town.installation, QUARTER).is_open is False


def test_every_table_of_the_warehouse_is_released_or_withheld_with_a_reason() -> None:
    published = {name for name, schema in schemas().items() if not schema.get("lake_only")}
    assert {*policy().tables} | {*policy().withheld} == published
    assert not {*policy().tables} & {*policy().withheld}
    for table in policy().tables:
        names = {column["name"] for column in policy().columns(table, is_open=True)}
        assert not names & NAMING, table
        assert names.issuperset(schemas()[table]["grain"])
    for columns in (policy().left_out, policy().closed):
        for table, left_out in columns.items():
            assert {*left_out} <= {column["name"] for column in schemas()[table]["columns"]}


def test_a_table_of_the_lake_alone_cannot_be_released() -> None:
    with pytest.raises(ValueError, match="workplace does not go out"):
        policy().columns("workplace", is_open=True)
