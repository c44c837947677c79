"""The lists of a small country's quarter against a plain pandas calculation over the lake."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Quarter
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.surveys.issue import Draw, changes_of, draw_lists, write_lists
from sogong_pipeline.vocabulary import Stage
from tests.conftest import QUARTER, copied
from tests.support.editions import proposals_of

pytestmark = pytest.mark.slow  # a whole country


@pytest.fixture(scope="module")
def installation(proposed: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return copied(proposed.settings.home, tmp_path_factory.mktemp("survey"))


@pytest.fixture(scope="module")
def lists(installation: Installation) -> Draw:
    draw, is_new = draw_lists(installation, QUARTER)
    assert is_new
    return draw


def members(installation: Installation, quarter: Quarter) -> pd.DataFrame:
    edition = installation.edition(QUARTER)
    assert edition is not None
    parts = []
    for month in quarter.months:
        place = (str(month), edition.facts["months"][str(month)], edition.manifest["inputs"]["districts"])
        partition: Partition = installation.lake.require("matched", *place)
        parts.append(pd.read_parquet(partition.path("district_member")))
    every = pd.concat(parts)
    return every[every["is_counted"] & every["district_id"].notna()]


def test_every_list_is_of_its_own_office_and_its_flagged_districts(
    installation: Installation, lists: Draw
) -> None:
    edition = installation.edition(QUARTER)
    assert edition is not None
    proposals = pd.read_parquet(proposals_of(installation, edition).path("stage_proposal"))
    flagged = set(proposals[proposals["stage"].isin(["caution", "severe"])]["district_id"])
    districts = installation.quarters.plan(QUARTER).districts.districts
    office_of = {one.district_id: one.office_code for one in districts}
    expected: dict[str, set[str]] = defaultdict(set)
    for name in flagged:
        if office_of[name]:
            expected[str(office_of[name])].add(name)
    assert {
        office: {row["district_id"] for row in sheet.districts} for office, sheet in lists.sheets.items()
    } == expected
    assert lists.sheets
    for office, sheet in lists.sheets.items():
        assert {visit.district_id for visit in sheet.visits} <= expected[office]
        assert len({visit.workplace_id for visit in sheet.visits}) == len(sheet.visits) <= 25


def test_heads_shares_and_frames_are_those_of_a_plain_calculation(
    installation: Installation, lists: Draw
) -> None:
    now, before = members(installation, QUARTER), members(installation, QUARTER.shift(-4))
    heads = now.groupby(["district_id", "workplace_id"])["subscribers"].sum() / 3
    heads_before = before.groupby(["district_id", "workplace_id"])["subscribers"].sum() / 3
    last = now[now["data_month"] == str(QUARTER.months[-1])]
    kinds = set()
    for sheet in lists.sheets.values():
        own = {row["district_id"] for row in sheet.districts}
        here = last[last["district_id"].isin(own)]
        certain = [visit for visit in sheet.visits if visit.list == "certain"]
        for visit in sheet.visits:
            kinds.add(visit.list)
            key = (visit.district_id, visit.workplace_id)
            if visit.list == "exit":
                assert key not in heads.loc[[visit.district_id]].index or visit.workplace_id not in set(
                    here["workplace_id"]
                )
                continue
            assert float(visit.shown["heads"]) == pytest.approx(heads[key], abs=0.051)
            assert float(visit.shown["heads_before"]) == pytest.approx(heads_before.get(key, 0), abs=0.051)
            if visit.list == "random":
                assert (visit.frame, visit.drawn) == (
                    len(here) - len(certain),
                    sum(one.list == "random" for one in sheet.visits),
                )
        for visit in certain:
            key = (visit.district_id, visit.workplace_id)
            fall = heads_before.loc[visit.district_id].sum() - heads.loc[visit.district_id].sum()
            share = 100 * (heads_before[key] - heads[key]) / fall
            assert float(visit.shown["share_of_fall"]) == pytest.approx(share, abs=0.051)
        for row in sheet.districts:
            assert int(row["workplaces"]) == (last["district_id"] == row["district_id"]).sum()
    assert {"certain", "random"} <= kinds


def test_the_same_edition_draws_the_same_and_a_decision_draws_anew(
    installation: Installation, lists: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again, is_new = draw_lists(installation, QUARTER)
    assert (again.name, is_new) == (lists.name, False)
    office, sheet = next(iter(lists.sheets.items()))
    closed: dict[str, Stage] = {row["district_id"]: "good" for row in sheet.districts}
    monkeypatch.setattr("sogong_pipeline.surveys.issue.decided_stages", lambda *_: closed)
    newer, is_new = draw_lists(installation, QUARTER)
    assert is_new
    assert office not in newer.sheets
    assert newer.sheets == {name: one for name, one in lists.sheets.items() if name != office}
    assert changes_of(installation.lake, newer)[office].dropped == len(sheet.visits)
    published = write_lists(installation, newer, tmp_path)
    assert len(published.files) == 4 * len(newer.sheets)
