"""The register on real rows of Incheon: the figures that issue and docs name, by the commands that anybody runs."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from country.evaluation.page import real_rows
from sogong_pipeline.districts.loaded import districts_of, registry_in_force
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.validation.register_month import measure_register
from tests.complexes import write_registry
from tests.factories.incheon import REGISTER, write_register

pytestmark = [pytest.mark.real_data, pytest.mark.slow]
MONTH = Month(2022, 4)
SHOWN = ("register", "placed_by_register", "learned_place", "unnamed_place", "together")


@pytest.fixture
def incheon(pipeline: Installation, test_data: Path, tmp_path: Path) -> Installation:
    write_registry(test_data, tmp_path / "registry.csv", month=str(MONTH))
    write_register(test_data, tmp_path / REGISTER)
    pipeline.registry.load(tmp_path / "registry.csv", as_of=MONTH.first_day)
    loaded = pipeline.factories.load(tmp_path / REGISTER)
    assert (loaded.partition.facts["form"], loaded.partition.facts["rows"]) == ("B", 14_121)
    pipeline.months.ingest(MONTH, str(test_data / "nps" / "nps_2022-04_first25000.cp949.csv"))
    return pipeline


def test_register_and_learned_places_keep_their_promise(incheon: Installation, test_data: Path) -> None:
    measured = measure_register(incheon, MONTH, seed=1)
    shares = measured.coverage
    assert shares["register"].total == 291
    assert shares["register"].value >= 0.68
    assert shares["together"].value >= 0.83
    learned = measured.precision("evidence")["learned_place"]
    assert learned.value >= 0.95
    assert learned.low is not None
    assert measured.random_dong.value <= 0.015
    assert measured.contradictions.value <= 0.01

    # The figures of the page.
    page = real_rows()
    for share in (*(shares[name] for name in SHOWN), measured.random_dong, measured.contradictions):
        assert f"{share.count} of {share.total:,}" in page
    counts = measured.counts("evidence").loc["learned_place"]
    assert f"| learned_place | {counts['right']} | {counts['wrong']} | {counts['unnamed']} |" in page

    # The same joins in plain pandas and re, from the files.
    source = pd.read_csv(test_data / "membership" / "factories_incheon_labelled.csv", dtype=str)
    published = pd.read_csv(
        test_data / "nps" / "nps_2022-04_first25000.cp949.csv",
        dtype=str,
        encoding="cp949",
        keep_default_na=False,
    )
    here = published[
        published["법정동주소광역시도코드"].eq("28")
        & published["사업장가입상태코드 1 등록 2 탈퇴"].eq("1")
        & published["가입자수"].astype(int).ge(1)
    ]
    places = set(zip(source["company_name"].map(_plain), source["legal_dong_code"], strict=True))
    joins = [
        (name, dong) in places
        for name, dong in zip(here["사업장명"].map(_plain), here["고객법정동주소코드"], strict=True)
    ]
    assert (
        abs(sum(joins) - measured.contradictions.total) <= 2
    )  # code and name of a dong differ in a few rows


def _plain(name: str) -> str:
    text = re.sub(r"\([^()]*\)", " ", name.translate(str.maketrans("（）", "()")).replace("㈜", "(주)"))
    text = re.sub(r"((^|\s)\S*(공장|지점)\s*)+$|(제?\d+공장|지점)\s*$", "", text)
    return re.sub(r"주식회사|유한회사|합자회사|[\s()（）.,·&'\"/-]", "", text)


def test_a_month_with_a_register_has_the_same_rows_and_more_of_them_placed(incheon: Installation) -> None:
    registry, vintage = registry_in_force(incheon), incheon.vintage_of(MONTH)
    assert registry is not None
    assert vintage is not None
    without = incheon.months.match(MONTH, registry.on(MONTH.quarter.last_day), vintage)
    with_book = incheon.months.match(MONTH, districts_of(incheon, registry, MONTH.quarter), vintage)
    before, after = (pq.read_table(one.path("district_member")) for one in (without, with_book))
    assert before.schema == after.schema
    changed = {"district_id", "grade", "evidence", "candidate_ids"}
    unchanged = [name for name in before.column_names if name not in changed]
    assert before.select(unchanged).equals(after.select(unchanged))
    placed = after.column("district_id").is_valid().to_pylist()
    assert sum(placed) > before.column("district_id").is_valid().to_pylist().count(True) + 150
