"""What a later file changed: counted again from the published rows in plain pandas, shown and loaded."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.quality.months import DONGS, MONTH, PLACE, Rows, month
from tests.quality.test_pages import ingest, text_of
from tests.rows import ROW

pytestmark = pytest.mark.slow

TODAY = {"42": "51", "45": "52", "29": "12", "46": "12"}


def revised(rows: Rows, seed: int) -> Rows:
    """A later file: other order, rows gone, come, changed, renamed, moved to another 시도, withdrawn."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    later = [list(line) for line in chance.sample(rows, len(rows) - 7)]
    for index, line in enumerate(chance.sample(later, 40)):
        if index < 20:
            line[PLACE["subscribers"]] = str(chance.randint(1, 30))
        elif index < 28:
            line[PLACE["workplace_name"]] += " 제2공장"
        elif index < 34:
            line[PLACE["sido_code"]], line[PLACE["legal_dong_code"]] = chance.choice(list(DONGS.items()))
        else:
            line[PLACE["billed_amount_krw"]] = str(chance.randrange(1_000_000, 2_500_000, 20))
    later += [[f"새 사업장 {index}" if name == "workplace_name" else value for name, value in ROW.items()]
              for index in range(3)]  # fmt: skip
    return later


def expected(first: Rows, later: Rows) -> dict[str, dict[str, int]]:
    """Rows and levels by 시도, from the published text alone."""
    sides = []
    for is_later, rows in enumerate((first, later)):
        side = pd.DataFrame(rows, columns=list(ROW)).astype({"subscribers": int, "billed_amount_krw": int})
        sides.append(side.assign(is_later=is_later, region=side["sido_code"].replace(TODAY)))
    both = pd.concat(sides)
    found: dict[str, dict[str, int]] = {}
    for region, part in [("00", both), *both.groupby("region")]:
        told: dict[str, int] = {}
        for is_later, name in enumerate(("first", "later")):
            side = part[part["is_later"] == is_later]
            enrolled = side[(side["status"] == "1") & (side["subscribers"] >= 1)]
            told |= {
                f"{name}_rows": len(side),
                f"{name}_workplaces": len(enrolled),
                f"{name}_workers": enrolled["subscribers"].sum(),
                f"{name}_billed_amount_krw": enrolled["billed_amount_krw"].sum(),
            }
        unequal = part.groupby([*ROW, "region"])["is_later"].agg(
            lambda side: (side == 1).sum() - (side == 0).sum()
        )
        unequal = unequal[unequal != 0].reset_index()
        keyed = unequal.groupby(["region", "workplace_name", "business_number_prefix"])["is_later"]
        come, gone = keyed.agg(lambda n: n[n > 0].sum()), keyed.agg(lambda n: -n[n < 0].sum())
        both_sides = pd.concat([come, gone], axis=1).min(axis=1)
        told |= {
            "rows_changed": both_sides.sum(),
            "rows_added": (come - both_sides).sum(),
            "rows_removed": (gone - both_sides).sum(),
        }
        for measure in ("workplaces", "workers"):
            told[f"{measure}_revision"] = told[f"later_{measure}"] - told[f"first_{measure}"]
        told["billed_amount_revision_krw"] = told["later_billed_amount_krw"] - told["first_billed_amount_krw"]
        found[str(region)] = {name: int(value) for name, value in told.items()}
    return found


@pytest.fixture
def two_later(pipeline: Installation, tmp_path: Path) -> tuple[Installation, list[Rows]]:
    """A month with a first file and two later ones, the first given again in between."""
    files = [month(), revised(month(), 1), revised(month(), 2)]
    for rows in (files[0], files[1], files[0], files[2]):
        ingest(pipeline, tmp_path, MONTH, rows)
    return pipeline, files


def test_each_later_file_is_compared_with_the_first(two_later: tuple[Installation, list[Rows]]) -> None:
    pipeline, (first, *later) = two_later
    warehouse = Warehouse(pipeline)
    warehouse.load_month(MONTH)
    loaded: list[dict[str, Any]] = warehouse.rows("month_revision", {"data_month": str(MONTH)})
    revisions = pipeline.months.revise(MONTH)
    assert len(revisions) == len(later) == 2
    for revision, rows in zip(revisions, later, strict=True):
        found = {row["region_code"]: row for row in loaded if row["vintage"] == revision.folder.name}
        told = expected(first, rows)
        assert found.keys() == told.keys()
        for region, figures in told.items():
            assert {name: found[region][name] for name in figures} == figures, region
        nation = found["00"]
        assert nation["later_rows"] == nation["first_rows"] + nation["rows_added"] - nation["rows_removed"]
        assert min(nation[f"rows_{what}"] for what in ("added", "removed", "changed")) > 0
        for name in told["00"]:
            assert nation[name] == sum(row[name] for code, row in found.items() if code != "00"), name

    page = text_of(pipeline, f"{MONTH}.html")
    assert "나중에 공개된 파일의 수정 내역" in page
    names = [source["vintage"] for source in warehouse.rows("source_file", {"data_month": str(MONTH)})]
    assert len(names) == 3
    assert all(name in page for name in names)
    before = warehouse.rows("month_revision", {})
    warehouse.rebuild()
    assert warehouse.rows("month_revision", {}) == before
