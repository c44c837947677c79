"""A damaged column is seen, whichever it is, in the nation or in one 시도; a good month is not taken for one."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sogong_pipeline.quality import SUITES
from sogong_pipeline.quality.profiles import Before, profile
from tests.quality.damage import KINDS, SIDOS, Row, a_month_later, damaged, workplaces, write
from tests.quality.months import MONTH
from tests.quality.plain_judgement import USABLE, Judge

pytestmark = pytest.mark.slow
PROFILES = 100_000 if os.environ.get("SOGONG_SOAK") else 100
CHECKED_TWICE = 4


@cache
def _months() -> tuple[list[Row], list[Row]]:
    before = workplaces()
    return before, a_month_later(before)


@cache
def _entries() -> list[dict[str, Any]]:
    text = (SUITES / "column_profile.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text)["expectations"])


def broken(figures: Iterable[dict[str, Any]]) -> set[str]:
    """The expectations that figures break, judged by comparing numbers, without Great Expectations."""
    found = set()
    for row in figures:
        for entry in _entries():
            value = row[entry.get("column") or entry["column_A"]]
            least = row[entry["column_B"]] if "column_B" in entry else entry["min_value"]
            if value is not None and least is not None and float(value) < float(least):
                found.add(entry["check"])
    return found


def judged(rows: list[Row], before: list[Row] | None) -> set[str]:
    """What the columns of a month break."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        quarantine = place / "quarantine.parquet"
        _no_quarantine(quarantine)
        then = Before(write(before, place / "before.parquet"), MONTH.shift(-1)) if before else None
        now = write(rows, place / "now.parquet")
        return broken(profile(now, quarantine, then, MONTH, place).columns)


def _no_quarantine(target: Path) -> None:
    pq.write_table(pa.table({"reason": pa.array([], pa.string())}), target)


def in_month_before(rows: list[Row]) -> list[Row]:
    return [{**row, "data_month": str(MONTH.shift(-1))} for row in rows]


def test_a_good_month_breaks_nothing() -> None:
    before, now = _months()
    assert judged(now, in_month_before(before)) == set()
    assert judged(now, None) == set()


def test_last_months_rows_under_this_months_name_are_seen() -> None:
    before, now = _months()
    assert "nation_changed_share" in judged(before, in_month_before(before))
    seoul = [
        old if old["sido_code"] == "11" else new
        for old in before
        for new in [next((row for row in now if row["row_number"] == old["row_number"]), old)]
    ]
    assert judged(seoul, in_month_before(before)) == {"sido_changed_share"}


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=max(settings.default.max_examples // 7, 1) if settings.default else 4, derandomize=True
)
@given(data=st.data())
def test_a_damaged_column_is_seen(kind: str, data: st.DataObject) -> None:
    column = data.draw(st.sampled_from(KINDS[kind]))
    sido = data.draw(st.sampled_from([None, *SIDOS]))
    before, now = _months()
    assert judged(damaged(now, kind, column, sido), in_month_before(before)), (kind, column, sido)


def _drawn(number: int) -> tuple[str, str, str | None, list[Row]]:
    """A damage by its number: kind, column, 시도, and the month with nine tenths or more of the rows there damaged."""
    draw = random.Random(number)  # noqa: S311 - invented damage
    kind = draw.choice(list(KINDS))
    column, sido = draw.choice(KINDS[kind]), draw.choice([None, *SIDOS])
    _, now = _months()
    share, wholly = draw.uniform(0.9, 1), damaged(now, kind, column, sido)
    return (
        kind,
        column,
        sido,
        [bad if draw.random() < share else good for good, bad in zip(now, wholly, strict=True)],
    )


def test_every_damaged_column_profile_is_stopped_by_judgement_alone() -> None:
    """By plain arithmetic, which a few of them hold against the query; `make soak` takes 100,000 of them."""
    before, now = _months()
    judge = Judge(before, _entries())
    assert all(judge.broken(now, column) == set() for column in USABLE)
    missed = []
    for number in range(PROFILES):
        kind, column, sido, rows = _drawn(number)
        found = judge.broken(rows, column)
        if not found:
            missed.append((number, kind, column, sido))
        if number < CHECKED_TWICE:
            assert found == judged(rows, in_month_before(before)), (number, kind, column, sido)
    assert len(missed) * 1_000 <= PROFILES, missed
