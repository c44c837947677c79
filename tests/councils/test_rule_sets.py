"""Rule sets of offices and their first quarters."""

from __future__ import annotations

from pathlib import Path

import pytest

from sogong_pipeline.councils.roster import rule_set_of
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.regions.reference import offices
from sogong_pipeline.settings import Settings

OFFICE = offices()[0].code
ENTRY = """
{office}:
  rule_set:
    - {{from: 2026-Q1, id: own_1}}
    - {{from: {second}, id: {name}}}
"""


def settings(folder: Path, second: str = "2026-Q3", name: str = "kosi_2y") -> Settings:
    (folder / "councils.yaml").write_text(
        ENTRY.format(office=OFFICE, second=second, name=name), encoding="utf-8"
    )
    return Settings(home=folder)


def test_a_rule_set_counts_from_its_quarter_on(tmp_path: Path) -> None:
    configured = settings(tmp_path)
    quarters = ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3", "2027-Q1")
    chosen = [rule_set_of(configured, OFFICE, Quarter.parse(quarter)) for quarter in quarters]
    assert chosen == ["ref_5_10", "own_1", "own_1", "kosi_2y", "kosi_2y"]
    assert rule_set_of(configured, offices()[1].code, Quarter.parse("2026-Q3")) == "ref_5_10"


def test_without_a_file_the_default_counts(tmp_path: Path) -> None:
    assert rule_set_of(Settings(home=tmp_path), OFFICE, Quarter.parse("2026-Q3")) == "ref_5_10"


@pytest.mark.parametrize(
    ("second", "name", "message"),
    [
        ("2026-Q3", "mine", "there is no rule set 'mine'"),
        ("2026-Q1", "kosi_2y", "the rule_set from 2026-Q1 must begin after that from 2026-Q1"),
        ("next", "kosi_2y", "'next' is not a quarter"),
    ],
)
def test_a_faulty_entry_is_refused(tmp_path: Path, second: str, name: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        rule_set_of(settings(tmp_path, second, name), OFFICE, Quarter.parse("2026-Q3"))
