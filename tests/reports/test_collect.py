"""What a report reads from an edition agrees with the months behind it."""

from __future__ import annotations

import pandas as pd
import pytest

from sogong_pipeline.districts.loaded import registry_of_version
from sogong_pipeline.periods import Month
from sogong_pipeline.reports.collect import collect, year_flows
from sogong_pipeline.reports.source import Flows
from sogong_pipeline.steps.installation import Installation
from tests.conftest import QUARTER

pytestmark = pytest.mark.slow


def test_who_came_and_went_within_a_year_is_what_the_workplaces_changed_by(ingested: Installation) -> None:
    ingested.quarters.propose(QUARTER)
    source = collect(ingested, QUARTER, draft=True)
    districts = registry_of_version(ingested, source.registry_version).on(QUARTER.last_day)
    counted = []
    for month in (Month(2025, 9), QUARTER.months[-1]):
        facts = pd.read_parquet(ingested.months.measure(month, districts).path("fact_district_month"))
        counted.append(facts.set_index("district_id")["workplaces"])
    grown = (counted[1] - counted[0]).dropna()
    assert len(source.flows) == len(grown) > 100
    told = {key: sum(f.entries.values()) - sum(f.exits.values()) for key, f in source.flows.items()}
    assert told == grown.astype(int).to_dict()
    assert all(flows.provisional for flows in source.flows.values()), "nothing has followed the last quarter"


@pytest.mark.parametrize(("status", "is_told"), [("ok", True), ("provisional", True), ("partial", False)])
def test_a_year_with_a_month_that_nobody_compared_is_not_told(status: str, is_told: bool) -> None:
    quarters = [QUARTER.shift(-back) for back in range(5)]
    rows = [
        {
            "district_id": "D1",
            "flow_quarter": str(quarter),
            "entries": 3,
            "entries_new": 2,
            "entries_moved": 1,
            "exits_withdrawn": 1,
            "status": status if quarter == quarters[2] else "ok",
        }
        for quarter in quarters
    ]
    told = {"D1": Flows({"new": 8, "moved": 4}, {"withdrawn": 4}, provisional=status == "provisional")}
    assert year_flows(rows, QUARTER) == (told if is_told else {})


def test_a_quarter_of_one_year_alone_tells_of_no_year(proposed: Installation) -> None:
    assert collect(proposed, QUARTER, draft=True).flows == {}
