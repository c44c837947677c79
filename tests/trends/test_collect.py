"""The trend of a small country: contributions against published changes, errors against a bootstrap, pages."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.rates.contribution import contribution_for
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.trends.collect import TrendSource, collect_trend
from sogong_pipeline.trends.model import build_pages
from sogong_pipeline.trends.publish import publish_trend
from sogong_pipeline.vocabulary import NATION
from tests.conftest import QUARTER

pytestmark = pytest.mark.slow  # a whole country


@pytest.fixture(scope="module")
def source(proposed: Installation) -> TrendSource:
    return collect_trend(proposed, QUARTER)


def members(installation: Installation, quarter: Quarter) -> pd.DataFrame:
    edition = installation.edition(QUARTER)
    assert edition is not None
    parts = []
    for month in quarter.months:
        key = (str(month), edition.facts["months"][str(month)], edition.manifest["inputs"]["districts"])
        partition = installation.lake.require("matched", *key)
        rows = pd.read_parquet(partition.path("district_member"))
        rows["payroll"] = (
            rows["billed_amount_krw"] * 10_000 / contribution_for(Month.parse(str(month))).rate_bp
        )
        parts.append(rows[rows["is_counted"]])
    return pd.concat(parts)


def test_contributions_are_those_of_the_workplaces_and_add_up_to_the_published_change(
    proposed: Installation, source: TrendSource
) -> None:
    now, before = members(proposed, QUARTER), members(proposed, QUARTER.shift(-4))
    for area in source.areas.values():
        assert area.scope == "all"
        own_now, own_before = (
            rows if area.code == NATION else rows[rows["sido_code"] == area.code] for rows in (now, before)
        )
        for parts, column in ((area.by_industry, "division"), (area.by_size, "size_band")):
            assert parts is not None
            change = (
                own_now.groupby(column)["subscribers"]
                .sum()
                .sub(own_before.groupby(column)["subscribers"].sum(), fill_value=0)
            )
            points = 100 * change / own_before["subscribers"].sum()
            for one in parts[0]:
                assert float(one.points) == pytest.approx(points.get(one.part, 0), abs=0.01)
            assert sum(one.points for one in parts[0]) == parts[1].points == area.change_pct("workers")
        assert area.by_place is not None
        assert sum(one.heads for one in area.by_place[0]) == area.by_place[1].heads


def test_the_standard_error_is_that_of_a_bootstrap(proposed: Installation, source: TrendSource) -> None:
    now, before = members(proposed, QUARTER), members(proposed, QUARTER.shift(-4))
    rng, columns = np.random.default_rng(7), {"workers": "subscribers", "payroll_krw": "payroll"}
    for code in sorted(source.areas)[:4]:
        for measure, column in columns.items():
            sums = pd.concat(
                [
                    (rows if code == NATION else rows[rows["sido_code"] == code])
                    .groupby("workplace_id")[column]
                    .sum()
                    for rows in (now, before)
                ],
                axis=1,
            ).fillna(0)
            values = sums.to_numpy(dtype=float)
            drawn = rng.multinomial(len(values), np.full(len(values), 1 / len(values)), size=300) @ values
            error = 100 * (drawn[:, 0] / drawn[:, 1]).std()
            known = float(source.areas[code].error_pct[measure])  # type: ignore[index]
            assert known == pytest.approx(error, rel=0.2), (code, measure)


def test_pages_say_what_the_tables_say(source: TrendSource) -> None:
    pages = {page.stem: page for page in build_pages(source)}
    assert set(pages) == {"index", *(f"sido-{area.code}" for area in source.sidos)}
    nation = pages["index"]
    figures = next(section for section in nation.sections if section.key == "figures")
    workers = next(table for table in figures.tables if table.key == "trend-workers")
    words = [row.cells[5].text for row in workers.rows[:-1]]
    up, flat = (sum(word.endswith(end) for word in words) for end in ("증가", "보합"))
    sentence = nation.headline[0]
    assert f"{up}개 시도에서 증가" in sentence or not up
    assert (f"{flat}개 시도는 보합" in sentence) == bool(flat)
    for page in pages.values():
        assert page.demo
        for section in page.sections:
            if section.key == "contributions":
                for table in section.tables:
                    *parts, total = [row.cells[2].value for row in table.rows]
                    assert sum(Decimal(value or 0) for value in parts) == total


def test_they_are_written_in_the_formats_asked_for_and_twice_the_same(
    proposed: Installation, tmp_path: Path
) -> None:
    published = publish_trend(proposed, QUARTER, tmp_path / "one", ("html",))
    publish_trend(proposed, QUARTER, tmp_path / "two", ("html",))
    assert published.pages == len(published.files)
    for name in published.files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
