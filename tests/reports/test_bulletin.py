"""The monthly bulletins: their figures counted again from the published files, their words, breaks and gaps."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.pipeline import Pipeline
from sogong_pipeline.reports.bulletin import bulletins
from sogong_pipeline.reports.bulletin_publish import publish_again, publish_bulletins
from sogong_pipeline.reports.bulletin_source import BulletinSource, area_of, collect, spans_of
from sogong_pipeline.reports.html import render
from tests.districts.test_registry import ROW, write
from tests.reports.test_html import HOSTILE, Page
from tests.steps.test_steps import load_registry, month_file

JUNE = Month(2022, 6)


def words_of(html: str) -> str:
    return " ".join("".join(Page(html).text).split())


def pages(source: BulletinSource) -> dict[str, str]:
    return {page.stem: render(page, "bulletin") for page in bulletins(source)}


def in_districts(pipeline: Pipeline, country: Any, of: Month, month: Month) -> dict[str, list[list[str]]]:
    """The rows of a month's published file by district, where the month `of`'s registry puts them.

    Which row belongs where is asked of the matching, which has tests of its own; every figure is of the file.
    """
    vintage, registry = pipeline.months.vintage_of(month), pipeline.registry.in_force()
    assert vintage is not None
    assert registry is not None
    key = (str(month), vintage, registry.on(of.quarter.last_day).version)
    member = pq.read_table(
        pipeline.lake.require("matched", *key).path("district_member"), columns=["district_id"]
    )
    with country.file_of(month).open(encoding="cp949", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert len(rows) == member.num_rows
    found: dict[str, list[list[str]]] = {}
    for district, row in zip(member["district_id"].to_pylist(), rows, strict=True):
        if district is not None and row[3] == "1" and int(row[18]) >= 1:
            found.setdefault(district, []).append(row)
    return found


@pytest.mark.slow
@pytest.mark.xdist_group("country")
@pytest.mark.parametrize("text", ["2026-09", "2026-01", "2025-06"])
def test_the_figures_are_those_of_the_files(ingested: Pipeline, country: Any, text: str) -> None:
    """Workplaces, workers and won of districts over every span, and the corporations alone across the break."""
    month = Month.parse(text)
    source = collect(ingested, month)
    spans = spans_of(month)
    rows = {each: in_districts(ingested, country, month, each) for each in {each for *_, each in spans}}
    rate = {each: 950 if each.year >= 2026 else 900 for each in rows}
    compared = 0
    for district in source.districts:
        if source.figure(area_of(district), "level", "workers") is None:
            continue
        for span in {span for span, *_ in spans}:
            sides: dict[str, list[float]] = {"now": [0, 0, 0], "base": [0, 0, 0]}
            counted = [(scope, side, each) for name, scope, side, each in spans if name == span]
            for scope, side, each in counted:
                own = [
                    row
                    for row in rows[each].get(district.district_id, [])
                    if scope == "all" or row[12] == "1"
                ]
                billed = sum(int(row[19]) for row in own)
                for place, value in enumerate(
                    (len(own), sum(int(row[18]) for row in own), billed * 10_000 / rate[each])
                ):
                    sides[side][place] += value
            months = sum(side == "now" for _, side, _ in counted)
            for place, measure in enumerate(("workplaces", "workers", "payroll_krw")):
                figure = source.figure(area_of(district), span, measure)  # type: ignore[arg-type]
                if figure is None:  # a month of the span is not computable
                    continue
                now, base = sides["now"][place], sides["base"][place]
                assert float(figure.level) == pytest.approx(now / months, abs=1.1 if place == 2 else 0.051)
                if span not in {"level", "mean"}:
                    assert figure.change is not None
                    assert float(figure.change) == pytest.approx(
                        (now - base) / months, abs=2.2 if place == 2 else 0.051
                    )
                    if base:
                        assert float(figure.change_pct or 0) == pytest.approx(
                            100 * (now / base - 1), abs=0.006
                        )
                compared += 1
    assert compared > 1_000
    assert ("mean", "all") in {(span, scope) for span, scope, *_ in spans} or text == "2025-06"


@pytest.mark.slow
@pytest.mark.xdist_group("country")
def test_every_page_is_whole_says_its_figures_and_no_stage(ingested: Pipeline) -> None:
    for text, told, untold in (
        ("2026-09", "전년 동월보다", "법인 기준"),
        ("2026-01", "보험료율이 2026년 1월부터 9.0%에서 9.5%로 바뀌었습니다", "3개월 평균은 2025년 6월"),
        ("2025-06", "3개월 평균은 2025년 6월의 범위 확대가 그 사이에 있어 내지 않았습니다", "보험료율이"),
    ):
        source = collect(ingested, Month.parse(text))
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
    pipeline: Pipeline, tmp_path: Path
) -> None:
    pipeline.registry.load(write(tmp_path / "registry.csv", {**ROW, "name": HOSTILE[0]}))
    pipeline.months.ingest(JUNE.shift(-1), str(month_file(tmp_path, "2022-05", count=41)))
    pipeline.months.ingest(JUNE, str(month_file(tmp_path, "2022-06")))
    published = publish_bulletins(pipeline, JUNE)
    folder = Path(published.folder)
    assert len(published.files) == 14
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    page = words_of((folder / "index.html").read_text(encoding="utf-8"))
    assert "밀집지역 1곳의 종사자는 200명으로, 전월보다 2.44%(5명) 줄었습니다." in page
    assert "사업장 수는 40개로, 전월보다 2.44%(1개) 줄었습니다." in page
    assert "2021년 4월~2021년 6월, 2022년 4월 자료가 없어" in page
    assert "3개월 평균" in page
    assert "<script>" not in (folder / "index.html").read_text(encoding="utf-8")
    assert HOSTILE[0] in page
    publish_bulletins(pipeline, JUNE)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    pipeline.months.ingest(JUNE.shift(-1), str(month_file(tmp_path / "corrected", "2022-05", count=45)))
    assert list(publish_again(pipeline, [JUNE.shift(-1)])) == [JUNE.shift(-1), JUNE]
    assert "전월보다 11.11%(25명) 줄었습니다." in words_of(
        (folder / "index.html").read_text(encoding="utf-8")
    )


def test_small_districts_are_marked(pipeline: Pipeline, tmp_path: Path) -> None:
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(JUNE.shift(-1), str(month_file(tmp_path, "2022-05", count=20)))
    pipeline.months.ingest(JUNE, str(month_file(tmp_path, "2022-06", count=19)))
    page = words_of(pages(collect(pipeline, JUNE))["gyeonggi"])
    assert re.search(
        r"95−5−5\.00–– ?19−1 ?사업장 20곳 미만",
        page.replace(" ", "").replace("사업장20곳미만", "사업장 20곳 미만"),
    )


def test_a_month_that_is_not_in_and_a_missing_registry_are_refused(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="no registry is loaded"):
        publish_bulletins(pipeline, JUNE)
    load_registry(pipeline, tmp_path)
    with pytest.raises(RefusedError, match="2022-06 is not in; run `sogong ingest 2022-06`"):
        publish_bulletins(pipeline, JUNE)
