"""Every quarter is proposed by all rule sets at once, each in partitions of its own."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.stages.rules import load_any, names
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.validation.chance import chance_rows, chance_sentence
from tests.steps.test_steps import load_registry, month_file
from tests.support.editions import proposals_of

pytestmark = pytest.mark.slow

FIRST, SECOND = Quarter.parse("2022-Q2"), Quarter.parse("2022-Q3")


@pytest.fixture
def proposed(pipeline: Installation, tmp_path: Path) -> Installation:
    """Two quarters of forty workplaces, of which three are gone in the second."""
    load_registry(pipeline, tmp_path)
    for number in range(6):
        month = Month(2022, 4).shift(number)
        pipeline.months.ingest(month, str(month_file(tmp_path, str(month), 40 if number < 3 else 37)))
    for quarter in (FIRST, SECOND):
        pipeline.quarters.propose(quarter)
    return pipeline


def test_all_rule_sets_are_proposed_and_their_chance_is_read_back(proposed: Installation) -> None:
    edition = proposed.edition(SECOND)
    assert edition
    for name in names():
        proposals = proposals_of(proposed, edition, name)
        (row,) = pq.read_table(proposals.path("stage_proposal")).to_pylist()
        assert (row["rule_set"], row["rule_set_version"]) == (name, load_any(name).version)
        assert proposals.facts["districts"] == 1
    own = proposals_of(proposed, edition, "own_1")
    (evidence,) = pq.read_table(own.path("stage_evidence")).to_pylist()
    assert evidence["base_quarter"] == "2022-Q2"
    assert float(evidence["workers_change_pct"]) == -7.5
    assert own.facts["norms_by_lag"] == {"1": ["2022-Q3"]}, (
        "no earlier year: the quarter's own norm, and said so"
    )
    assert own.facts["quarters_read"] == ["2022-Q2", "2022-Q3"]
    first = proposed.edition(FIRST)
    assert first
    (row,) = pq.read_table(proposals_of(proposed, first, "own_1").path("stage_proposal")).to_pylist()
    assert (row["stage"], row["undetermined_reason"]) == ("undetermined", "no_base")

    rows = chance_rows(proposed, SECOND)
    assert {row["rule_set"] for row in rows} == {"own_1"}, "the others have no base a year before"
    (total,) = [row for row in rows if row["size_class"] == "all"]
    assert total["placebo_districts"] == 2
    assert "우연만으로 우연 초과 기준에서" in chance_sentence(total, 10)
    with pytest.raises(RefusedError, match="2022-Q2 has no placebo districts"):
        chance_rows(proposed, FIRST)
