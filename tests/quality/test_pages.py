"""The pages of what the gate found: whole, self-contained, the same again, and true to the lake."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.gate import CHECKED
from sogong_pipeline.quality.suite import entries
from sogong_pipeline.quality_pages.history import History
from sogong_pipeline.quality_pages.page import month_page
from sogong_pipeline.quality_pages.publish import publish_quality
from sogong_pipeline.renderers.html import render
from sogong_pipeline.renderers.svg.draw import draw
from sogong_pipeline.steps.installation import Installation
from tests.quality.months import changed, month
from tests.reports.test_html import Page
from tests.rows import lines

pytestmark = pytest.mark.slow

APRIL, MAY, JUNE = Month(2022, 4), Month(2022, 5), Month(2022, 6)
CHECKS = sum(len(entries(table)) for table in CHECKED)
Digest = Callable[[Path], dict[str, str]]


def ingest(pipeline: Installation, folder: Path, of: Month, rows: Any = None, name: str = "") -> None:
    """Ingest a month, stopped or not, and write its page, as the command line and the DAG do."""
    path = folder / (name or f"가상 사업장 내역_{of.shift(1)}18.csv")
    path.write_bytes(lines(rows or month(of=of)))
    try:
        pipeline.months.ingest(of, str(path))
    except RefusedError as refusal:
        assert "the gate stopped" in str(refusal)
    publish_quality(pipeline, [of])


def text_of(pipeline: Installation, name: str) -> str:
    html = (pipeline.settings.home / "reports" / "quality" / name).read_text(encoding="utf-8")
    return " ".join("".join(Page(html).text).split())


@pytest.fixture
def three(
    filled_once: Callable[[str, Callable[[Installation], object]], Installation], tmp_path: Path
) -> Installation:
    """April alone and so warned of, May good, June stopped by odd amounts; a copy for each test."""

    def fill(pipeline: Installation) -> None:
        ingest(pipeline, tmp_path, APRIL)
        ingest(pipeline, tmp_path, MAY)
        ingest(pipeline, tmp_path, JUNE, changed(5, billed_amount_krw="2500010")(month(of=JUNE)))

    pipeline = filled_once("three_months", fill)
    publish_quality(pipeline, [APRIL, MAY, JUNE])
    return pipeline


def test_a_page_says_what_was_looked_at_why_and_what_was_seen(three: Installation) -> None:
    june = text_of(three, "2022-06.html")
    assert "2022년 6월 파일은 반드시 지켜야 할 점검 1개에 어긋나 집계에서 뺐습니다." in june
    assert "이 달은 쓰이는 파일이 없습니다." in june
    for result in History(three).of(JUNE)[0].results:
        assert result["title_ko"] in june
        assert result["reason_ko"] in june
    assert re.search(r"고지금액이 20원의 배수가 아닌 행.{0,80}중단0.5%0.01% 이하중단", june)
    assert f"2022년 5월 자료는 점검 {CHECKS}개를 모두 통과했습니다." in text_of(three, "2022-05.html")
    april = text_of(three, "2022-04.html")
    assert "2022년 4월 자료는 통과했으나, 살펴볼 점이 1개 있습니다." in april
    assert "전월 자료가 없어" in april


def test_the_trend_of_each_figure_is_that_of_the_lake(three: Installation) -> None:
    history = History(three)
    (table,) = next(part for part in month_page(history, JUNE).sections if part.key == "month_profile").tables
    told = {row.cells[0].text: row.cells[-1] for row in table.rows}
    assert told["고지금액이 20원의 배수가 아닌 행"].text.endswith(": 2022년 4월 0%에서 2022년 6월 0.5%")
    assert told["집계하는 사업장 수"].text.endswith(": 2022년 4월 1,000에서 2022년 6월 1,000")
    assert told["법인 사업장 수(전월 대비)"].text.endswith(": 2022년 5월 0.00%에서 2022년 6월 0.00%")
    # the one month out of bounds is marked in the colour of what is severe
    assert draw(told["고지금액이 20원의 배수가 아닌 행"].drawing).count("<circle") == 1
    assert '<circle cx="146"' in draw(told["고지금액이 20원의 배수가 아닌 행"].drawing)


def test_the_index_lists_every_month_with_its_result(three: Installation) -> None:
    index = text_of(three, "index.html")
    assert "점검한 3개월: 통과 1개월, 경고 1개월, 중단 1개월." in index
    html = (three.settings.home / "reports" / "quality" / "index.html").read_text(encoding="utf-8")
    assert Page(html).links == ["#content", "2022-06.html", "2022-05.html", "2022-04.html"]


def test_the_same_bytes_again(three: Installation, digest_tree: Digest) -> None:
    folder = three.settings.home / "reports"
    before = digest_tree(folder)
    assert publish_quality(three, [APRIL, MAY, JUNE]).files == [
        "2022-04.html",
        "2022-05.html",
        "2022-06.html",
        "index.html",
    ]
    assert digest_tree(folder) == before


def test_an_earlier_month_that_comes_later_is_in_the_trends_of_later_pages(
    pipeline: Installation, tmp_path: Path
) -> None:
    ingest(pipeline, tmp_path, JUNE)
    assert "2022년 4월 1,000" not in render(month_page(History(pipeline), JUNE)).decode()
    ingest(pipeline, tmp_path, APRIL)
    assert "2022년 4월 1,000에서 2022년 6월 1,000" in (
        pipeline.settings.home / "reports" / "quality" / "2022-06.html"
    ).read_text(encoding="utf-8")


def test_a_corrected_file_is_shown_and_the_stopped_one_listed(three: Installation, tmp_path: Path) -> None:
    ingest(three, tmp_path, JUNE)
    june = text_of(three, "2022-06.html")
    assert f"2022년 6월 자료는 점검 {CHECKS}개를 모두 통과했습니다." in june
    assert june.count("가상 사업장 내역_2022-0718.csv") == 2  # two files, each come from itself
    ingest(three, tmp_path, JUNE, changed(5, billed_amount_krw="2500010")(month(of=JUNE)))
    assert re.search(r"앞서 통과한 파일\(.+?\)이 그대로 쓰입니다\.", text_of(three, "2022-06.html"))


def test_no_month_no_page(pipeline: Installation) -> None:
    assert publish_quality(pipeline, [APRIL]).files == []
    assert not (pipeline.settings.home / "reports").exists()


def test_what_comes_from_outside_stays_words(pipeline: Installation, tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>'\"&"
    rows = changed(20, business_number_prefix="<script>")(month())
    ingest(pipeline, tmp_path, APRIL, rows, name=f"{hostile}.csv".replace("/", ""))
    for name in ("2022-04.html", "index.html"):
        html = (pipeline.settings.home / "reports" / "quality" / name).read_text(encoding="utf-8")
        page = Page(html)
        assert not {"img", "script", "link", "iframe"} & set(page.tags)
        assert not any(key.startswith("on") or key == "style" for key, _ in page.attributes)
        assert len(page.ids) == len(set(page.ids))
        assert set(re.findall(r"https?://[^\"'\s<)]+", html)) <= {"http://www.w3.org/2000/svg"}
        (policy,) = [value for _, value in page.attributes if value.startswith("default-src")]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script-src" not in policy
    april = text_of(pipeline, "2022-04.html")
    assert hostile in april
    assert "20 of 1,000 rows, such as '<script>'" in april
