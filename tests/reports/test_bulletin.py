"""The monthly bulletins: their figures counted again from the published files, their words, breaks and gaps."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.bulletins.collect import BulletinSource, area_of, collect, spans_of
from sogong_pipeline.bulletins.model import bulletins
from sogong_pipeline.bulletins.publish import publish_bulletins
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.renderers.html import render
from sogong_pipeline.steps.after import measure_shown, write_bulletins
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.vocabulary import MEASURES
from tests.districts.test_registry import ROW, write
from tests.reports.test_html import HOSTILE, Page
from tests.steps.test_steps import load_registry, month_file

pytestmark = pytest.mark.slow

JUNE = Month(2022, 6)


def words_of(html: str) -> str:
    return " ".join("".join(Page(html).text).split())


def pages(source: BulletinSource) -> dict[str, str]:
    return {page.stem: render(page).decode() for page in bulletins(source)}


@pytest.fixture(scope="module")
def source_of(ingested: Installation) -> Callable[[str], BulletinSource]:
    """The source of a month's bulletins by its name, measured first as the command does it."""

    def source(text: str) -> BulletinSource:
        measure_shown(ingested, Month.parse(text))
        return collect(ingested, Month.parse(text))

    return cache(source)


def of_the_file(pipeline: Installation, country: Any, of: Month, month: Month) -> dict[str, pd.DataFrame]:
    """Sums of a month's published file by district, where the month `of`'s registry puts its rows, by scope.

    Which row belongs where is asked of the matching, which has tests of its own; every figure is of the file.
    """
    vintage, registry = pipeline.vintage_of(month), registry_in_force(pipeline)
    assert vintage is not None
    assert registry is not None
    key = (str(month), vintage, registry.on(of.quarter.last_day).version)
    member = pq.read_table(
        pipeline.lake.require("matched", *key).path("district_member"), columns=["district_id"]
    )
    rows = pd.read_csv(country.file_of(month), encoding="cp949", usecols=[3, 12, 18, 19])
    rows.columns = pd.Index(["status", "legal_form", "workers", "billed"])
    assert len(rows) == member.num_rows
    rows["district"] = member["district_id"].to_pylist()
    rows["workplaces"] = 1
    counted = rows[(rows["status"] == 1) & (rows["workers"] >= 1)]
    by_scope = {"all": counted, "corporations": counted[counted["legal_form"] == 1]}
    return {
        scope: own.groupby("district")[["workplaces", "workers", "billed"]].sum()
        for scope, own in by_scope.items()
    }


@pytest.mark.parametrize("text", ["2026-09", "2026-01"])
def test_the_figures_are_those_of_the_files(
    ingested: Installation, country: Any, source_of: Callable[[str], BulletinSource], text: str
) -> None:
    """Workplaces, workers and won of districts over every span, and the corporations alone across the break."""
    month, source = Month.parse(text), source_of(text)
    spans = spans_of(month)
    files = {each: of_the_file(ingested, country, month, each) for each in {each for *_, each in spans}}
    compared = 0
    for span, scope in {(span, scope) for span, scope, *_ in spans}:
        sides = {}
        for side in ("now", "base"):
            months = [each for name, _, of, each in spans if (name, of) == (span, side)]
            parts = [files[each][scope].assign(rate=950 if each.year >= 2026 else 900) for each in months]
            sides[side] = [part.assign(payroll_krw=part["billed"] * 10_000 / part["rate"]) for part in parts]
        for district in source.districts:
            for measure in MEASURES:
                figure = source.figure(area_of(district), span, measure)
                if figure is None:  # a month of the span is not computable
                    continue
                now, base = (
                    sum(float(part[measure].get(district.district_id, 0)) for part in sides[side])
                    / max(1, len(sides["now"]))
                    for side in ("now", "base")
                )
                off = 1.1 if measure == "payroll_krw" else 0.051
                assert float(figure.level) == pytest.approx(now, abs=off)
                if sides["base"]:
                    assert float(figure.change or 0) == pytest.approx(now - base, abs=2 * off)
                    if base:
                        assert float(figure.change_pct or 0) == pytest.approx(
                            100 * (now / base - 1), abs=0.006
                        )
                compared += 1
    assert compared > 1_000
    assert {scope for _, scope, *_ in spans} == ({"all"} if text == "2026-09" else {"all", "corporations"})


def test_every_page_is_whole_says_its_figures_and_no_stage(
    source_of: Callable[[str], BulletinSource],
) -> None:
    for text, told, untold in (
        ("2026-09", "전년 동월보다", "법인 기준"),
        ("2026-01", "보험료율이 2026년 1월부터 9.0%에서 9.5%로 바뀌었습니다", "3개월 평균은 2025년 6월"),
        ("2025-06", "3개월 평균은 2025년 6월의 범위 확대가 그 사이에 있어 내지 않았습니다", "보험료율이"),
    ):
        source = source_of(text)
        found = pages(source)
        assert len(found) == 14
        for stem, html in found.items():
            page, words = Page(html), words_of(html)
            assert len(page.ids) == len(set(page.ids))
            assert {link for link in page.links if "#" not in link} <= {f"{other}.html" for other in found}
            assert not re.search(r"https?://(?!www\.w3\.org/)|<script|<img|@import", html)
            assert told in words or stem != "index"
            assert untold not in words
            assert not re.search(r"양호|심각|판정보류|참고 단계|None|nan|\{|Decimal", words), stem
        level = source.figure("districts", "level", "workers")
        assert level is not None
        assert f"종사자는 {level.level:,.0f}명으로, 전월보다" in words_of(found["index"])


def test_without_the_year_before_it_says_so_and_compares_with_the_month_before(
    pipeline: Installation, tmp_path: Path
) -> None:
    pipeline.registry.load(write(tmp_path / "registry.csv", {**ROW, "name": HOSTILE[0]}))
    pipeline.months.ingest(JUNE.shift(-1), str(month_file(tmp_path, "2022-05", count=41)))
    pipeline.months.ingest(JUNE, str(month_file(tmp_path, "2022-06")))
    published = publish_bulletins(pipeline, JUNE)
    folder = Path(published.folder)
    assert published.pages == 14
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    page = words_of((folder / "index.html").read_text(encoding="utf-8"))
    assert "밀집지역 1곳의 종사자는 200명으로, 전월보다 2.4%(5명) 줄었습니다." in page
    assert "사업장 수는 40개로, 전월보다 2.4%(1개) 줄었습니다." in page
    assert "2021년 4월~2021년 6월, 2022년 4월 자료가 없어" in page
    assert "3개월 평균" in page
    assert "<script>" not in (folder / "index.html").read_text(encoding="utf-8")
    assert HOSTILE[0] in page
    publish_bulletins(pipeline, JUNE)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    pipeline.months.ingest(JUNE.shift(-1), str(month_file(tmp_path / "corrected", "2022-05", count=45)))
    assert list(write_bulletins(pipeline, [JUNE.shift(-1)])) == [JUNE.shift(-1), JUNE]
    assert "전월보다 11.1%(25명) 줄었습니다." in words_of((folder / "index.html").read_text(encoding="utf-8"))


def test_small_districts_are_marked(pipeline: Installation, tmp_path: Path) -> None:
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(JUNE.shift(-1), str(month_file(tmp_path, "2022-05", count=20)))
    pipeline.months.ingest(JUNE, str(month_file(tmp_path, "2022-06", count=19)))
    page = words_of(pages(collect(pipeline, JUNE))["gyeonggi"])
    assert re.search(
        r"95\*\(사업장적음\)−5−5\.00(산출불가){2}19\*\(사업장적음\)−1",
        re.sub(r"\s", "", page),
    )
    assert page.count("* 사업장 적음: 사업장이 적어") == 1


def test_a_month_that_is_not_in_and_a_missing_registry_are_refused(
    pipeline: Installation, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="no registry is loaded"):
        publish_bulletins(pipeline, JUNE)
    load_registry(pipeline, tmp_path)
    with pytest.raises(RefusedError, match="2022-06 is not in; run `sogong ingest 2022-06`"):
        publish_bulletins(pipeline, JUNE)
