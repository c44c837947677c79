"""Database behind the warehouse: address, single writer, and one-line errors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.settings import Settings

WAIT_SECONDS = 600
"""Seconds that a writer waits for another one, or for readers of tables it must drop."""

SWITCH_MILLISECONDS = 2_000
"""Seconds that a writer waits for readers before it continues without concurrent reads."""

ARGUMENTS: dict[str, dict[str, Any]] = {
    "sqlite": {"timeout": WAIT_SECONDS},
    "postgresql+psycopg": {"connect_timeout": 10, "application_name": "sogong"},
}
"""Supported databases by driver, with the arguments of the driver."""

BEGIN = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'; "
    "SELECT pg_advisory_xact_lock(hashtext('sogong-pipeline'))",
}
"""First statement of a writer by dialect: it excludes other writers; readers continue."""


class Database:
    """Engine at the configured address; a connection is opened for each transaction and closed after it."""

    def __init__(self, settings: Settings) -> None:
        url = _url(settings)
        self.address = url.set(query={}).render_as_string(hide_password=True)
        self.engine = create_engine(url, connect_args=ARGUMENTS[url.drivername], poolclass=NullPool)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open the transaction of the only writer: readers see all of it or nothing.

        Raises:
            ConnectionError: when the database cannot be reached or used now; another try may succeed.
            RefusedError: when it refused a statement, for a missing right or column for example.
        """
        is_sqlite = self.engine.dialect.name == "sqlite"
        with self._errors_in_one_line(), self.engine.connect() as connection:
            if is_sqlite:
                _let_readers_read(connection)
            else:
                self._require_utf8(connection)
            try:
                with connection.begin():
                    connection.exec_driver_sql(BEGIN[self.engine.dialect.name])
                    yield connection
            finally:
                if is_sqlite:
                    _let_anybody_open(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that does not wait; raises as `writing` does."""
        with self._errors_in_one_line(), self.engine.connect() as connection:
            yield connection

    def _require_utf8(self, connection: Connection) -> None:
        """Refuse a database whose encoding cannot store Korean names."""
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        connection.rollback()
        if encoding != "UTF8":
            name = str(self.engine.url.database).replace('"', '""')
            raise RefusedError(
                f"{self.address} of SOGONG_WAREHOUSE_URL is encoded in {encoding}, which cannot hold Korean; make it "
                f"again with `CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0`, then run "
                "`sogong warehouse rebuild`"
            )

    @contextmanager
    def _errors_in_one_line(self) -> Iterator[None]:
        try:
            yield
        except (InterfaceError, OperationalError) as error:
            if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
                raise self._refused(
                    error
                ) from error  # the statement, or the table, is wrong: a retry would fail again
            raise ConnectionError(
                errno.ECONNREFUSED,
                f"{_reason(error)}; correct that or SOGONG_WAREHOUSE_URL, then run `sogong warehouse rebuild`: "
                "the lake has everything",
                self.address,
            ) from error
        except DBAPIError as error:
            raise self._refused(error) from error

    def _refused(self, error: DBAPIError) -> RefusedError:
        reason = _reason(error)
        remedy = "an earlier version made it: run" if "column" in reason else "correct that, then run"
        return RefusedError(f"{self.address}: {reason}; {remedy} `sogong warehouse rebuild`")


def _url(settings: Settings) -> URL:
    """Return the configured address, or SQLite under home.

    Messages do not repeat a malformed address: a password may be anywhere in it.
    """
    address = settings.warehouse_url.get_secret_value()
    if not address:
        return URL.create("sqlite", database=str(settings.home / "warehouse.sqlite"))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in ARGUMENTS or address.count("@") > 1:
        raise RefusedError(
            "SOGONG_WAREHOUSE_URL cannot be read; write postgresql+psycopg://USER:PASSWORD@HOST:5432/DATABASE "
            "(in the password %40 for @, %2F for /, %25 for %) or sqlite:///FILE"
        )
    return url


def _reason(error: DBAPIError) -> str:
    """Return the database's message on one line, without the statement."""
    return " ".join(str(error.orig).split("\nLINE ", maxsplit=1)[0].split())


def _let_readers_read(connection: Connection) -> None:
    """SQLite: let readers continue while a period is loaded.

    A reader active at this moment prevents the change of mode; then the writer waits for it at its end.
    """
    with suppress(sqlite3.Error):  # the first statement reports a file of another format
        driver = connection.connection.cursor()
        driver.execute(f"PRAGMA busy_timeout = {SWITCH_MILLISECONDS}")
        with suppress(sqlite3.OperationalError):
            driver.execute("PRAGMA journal_mode = WAL")
        driver.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
        driver.execute("PRAGMA synchronous = NORMAL")
        driver.close()


def _let_anybody_open(connection: Connection) -> None:
    """SQLite: leave one plain file, readable without write access to it or its folder.

    A file in WAL mode needs a second one beside it as soon as somebody reads. A reader active at this moment prevents
    the change of mode; the next writer makes it.
    """
    with suppress(sqlite3.Error, DBAPIError):
        driver = connection.connection.cursor()
        driver.execute("PRAGMA busy_timeout = 0")
        driver.execute("PRAGMA journal_mode = DELETE")
        driver.close()
