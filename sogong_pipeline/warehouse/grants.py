"""Read access to the tables on PostgreSQL; SQLite has no roles, access to the file decides."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, bindparam, text

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.warehouse.tables import metadata
from sogong_pipeline.warehouse.views import views

CAN_WRITE = text("""
    SELECT has_schema_privilege(:role, current_schema(), 'CREATE')
        OR bool_or(has_table_privilege(:role, quote_ident(name), 'INSERT, UPDATE, DELETE, TRUNCATE'))
    FROM unnest(CAST(:names AS text[])) AS name
""")
GIVEN = text("""
    SELECT table_name, grantee
    FROM information_schema.role_table_grants
    WHERE table_schema = current_schema()
        AND table_name IN :names
        AND privilege_type = 'SELECT'
        AND grantee <> grantor
""").bindparams(bindparam("names", expanding=True))


class Grant(NamedTuple):
    """A role with read access to a table or view."""

    relation: str
    role: str


def relations() -> list[str]:
    """List every table and view of the warehouse."""
    return [*metadata().tables, *views()]


def grant_reading(connection: Connection, role: str) -> None:
    """Grant an existing role read access to every table and view, and nothing more; idempotent.

    Raises:
        RefusedError: when the database has no roles, the role is not there, or it could write.
    """
    if connection.dialect.name != "postgresql":
        raise RefusedError(
            "SQLite has no roles; let analysts read the file itself, or set SOGONG_WAREHOUSE_URL to a PostgreSQL"
        )
    quoted = _quoted(connection, role)
    if not connection.execute(
        text("SELECT count(*) FROM pg_roles WHERE rolname = :role"), {"role": role}
    ).scalar():
        raise RefusedError(
            f"there is no role {role!r}; as an administrator run CREATE ROLE {quoted} LOGIN PASSWORD '...'"
        )
    if connection.execute(CAN_WRITE, {"role": role, "names": relations()}).scalar():
        raise RefusedError(
            f"the role {role!r} could write: it owns the tables, may create in their schema, or is a superuser; "
            "grant to a role of its own"
        )
    schema = connection.execute(text("SELECT current_schema()")).scalar_one()
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {_quoted(connection, schema)} TO {quoted}")
    give(connection, [Grant(relation, role) for relation in relations()])


def given(connection: Connection) -> list[Grant]:
    """List current read access, apart from the owner's; empty on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    return [Grant(*row) for row in connection.execute(GIVEN, {"names": relations()})]


def give(connection: Connection, grants: list[Grant]) -> None:
    """Grant roles read access to tables and views."""
    for relation, role in grants:
        connection.exec_driver_sql(
            f"GRANT SELECT ON {_quoted(connection, relation)} TO {_quoted(connection, role)}"
        )


def _quoted(connection: Connection, name: str) -> str:
    """Quote any text as an identifier."""
    return connection.dialect.identifier_preparer.quote_identifier(name)
