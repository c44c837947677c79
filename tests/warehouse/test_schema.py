"""Guarantees of the schema for any data: names, keys, words of codes, Korean headings, and former names."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import yaml
from sqlalchemy import ForeignKeyConstraint, create_engine, inspect, text
from sqlalchemy.dialects import postgresql, sqlite

from sogong_pipeline.sql_engine import SQL
from sogong_pipeline.vocabulary import labels, statuses
from sogong_pipeline.warehouse.labels import label
from sogong_pipeline.warehouse.tables import metadata, schemas
from sogong_pipeline.warehouse.views import FOR_PEOPLE, korean_views, views, views_before

RESERVED = sqlite.dialect.preparer.reserved_words | postgresql.dialect.preparer.reserved_words
LONGEST_NAME = 63
"""Bytes of a name on PostgreSQL; it cuts off what is longer."""


def published() -> dict[str, dict[str, Any]]:
    return {name: schema for name, schema in schemas().items() if not schema.get("lake_only")}


def test_no_column_is_named_by_a_reserved_word() -> None:
    for name, schema in schemas().items():
        words = {column["name"] for column in schema["columns"]} & RESERVED
        assert not words, (name, words)


def test_names_have_one_meaning() -> None:
    holders: dict[str, set[str]] = {"kind": set(), "number": set(), "stage": set()}
    for name, schema in published().items():
        for column in schema["columns"]:
            if column["name"] in holders:
                holders[column["name"]].add(name)
    assert holders == {
        "kind": set(),
        "number": set(),
        "stage": {"stage_proposal", "stage_moves", "district_report"},  # what a rule set proposes
    }


def test_keys_lead_to_primary_keys_of_the_same_type() -> None:
    tables, keys = metadata().tables, 0
    for name, table in tables.items():
        assert table.primary_key.columns, name
        assert not any(column.nullable for column in table.primary_key.columns), name
        for key in table.constraints:
            if isinstance(key, ForeignKeyConstraint):
                target = key.referred_table
                assert {element.column.name for element in key.elements} == set(
                    target.primary_key.columns.keys()
                )
                for element in key.elements:
                    assert type(element.parent.type) is type(element.column.type), (name, element)
                keys += 1
    assert keys > 30
    for name, schema in published().items():
        own = {column["name"] for column in schema["columns"]}
        for join in (*schema.get("references", ()), *schema.get("joins", ())):
            there = {column["name"] for column in schemas()[join["table"]]["columns"]}
            assert set(join["columns"]) <= own & there, (name, join)


def test_every_set_of_codes_has_words_in_both_languages_once() -> None:
    rows = list(label())
    assert max(Counter((row["code_set"], row["code"]) for row in rows).values()) == 1
    assert all(row["label_ko"] and row["label_en"] for row in rows)
    sets = {
        column["codes"] for schema in schemas().values() for column in schema["columns"] if "codes" in column
    }
    assert sets <= {row["code_set"] for row in rows}
    by_set = {(row["code_set"], row["code"]): row["label_ko"] for row in rows}
    for stage, korean in labels().stages.items():
        assert by_set["stage", stage] == korean
    for status in statuses().values():
        assert by_set["status", status.status] == status.label
    # an English word without a code would be left behind
    english = yaml.safe_load((SQL / "reference" / "label" / "label.yaml").read_text(encoding="utf-8"))[
        "english"
    ]
    assert {(name, str(code)) for name, codes in english.items() for code in codes} <= set(by_set)


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_korean_headings_are_told_apart_and_fit(name: str) -> None:
    titles = [column["title_ko"] for column in schemas()[name]["columns"]]
    assert len(set(titles)) == len(titles), [title for title, times in Counter(titles).items() if times > 1]
    assert max(len(title.encode()) for title in titles) <= LONGEST_NAME


def test_the_names_of_before_are_those_of_before() -> None:
    """Every renamed column under its old name, in the place of the new one."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata().create_all(connection)
        for view, select in views().items():
            connection.execute(text(f"CREATE VIEW {view} AS {select}"))
        inspector = inspect(connection)
        for view in views_before():
            name = view.removesuffix("_v1").removesuffix("_latest")
            columns = [column.get("was", column["name"]) for column in schemas()[name]["columns"]]
            assert [column["name"] for column in inspector.get_columns(view)] == columns
        old = {
            "quality_check_v1": "check",
            "stage_decision_v1": "number",
            "fact_district_quarter_latest_v1": "left",
        }
        for view, column in old.items():
            assert column in [one["name"] for one in inspector.get_columns(view)]
        for view in korean_views():
            connection.execute(text(f"SELECT * FROM {view}")).all()
    engine.dispose()
