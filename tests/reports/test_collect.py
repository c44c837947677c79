"""What a report reads from an edition agrees with the months behind it."""

from __future__ import annotations

import pandas as pd
import pytest

from sogong_pipeline.periods import Month
from sogong_pipeline.pipeline import Pipeline
from sogong_pipeline.reports.collect import collect
from tests.conftest import QUARTER

pytestmark = pytest.mark.slow


def test_who_came_and_went_within_a_year_is_what_the_workplaces_changed_by(ingested: Pipeline) -> None:
    ingested.quarters.propose(QUARTER)
    source = collect(ingested, QUARTER, draft=True)
    districts = ingested.registry.of_version(source.registry_version).on(QUARTER.last_day)
    counted = []
    for month in (Month(2025, 9), QUARTER.months[-1]):
        facts = pd.read_parquet(ingested.months.measure(month, districts).path("fact_district_month"))
        counted.append(facts.set_index("district_id")["workplaces"])
    grown = (counted[1] - counted[0]).dropna()
    assert len(source.flows) == len(grown) > 100
    told = {key: sum(f.entries.values()) - sum(f.exits.values()) for key, f in source.flows.items()}
    assert told == grown.astype(int).to_dict()
    assert all(flows.provisional for flows in source.flows.values()), "nothing has followed the last quarter"


def test_a_quarter_of_one_year_alone_tells_of_no_year(proposed: Pipeline) -> None:
    assert collect(proposed, QUARTER, draft=True).flows == {}
