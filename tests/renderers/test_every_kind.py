"""Every kind of page in one real browser: nothing serious for accessibility, no page wider than its screen."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pypdf import PdfReader

from country.counts import write_counts
from sogong_pipeline.board.model import board
from sogong_pipeline.bulletins.collect import collect as collect_bulletins
from sogong_pipeline.bulletins.model import bulletins
from sogong_pipeline.cluster_pages.collect import collect as collect_clusters
from sogong_pipeline.cluster_pages.publish import pages as cluster_pages
from sogong_pipeline.councils.briefing import LISTED, briefing
from sogong_pipeline.councils.sheet import Sheet, make_sheet
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.pages.parts import Page
from sogong_pipeline.plans.model import build_plans
from sogong_pipeline.plans.publish import collect_plans
from sogong_pipeline.quality_pages.history import History
from sogong_pipeline.quality_pages.month_index import index_page
from sogong_pipeline.quality_pages.page import month_page
from sogong_pipeline.release.dictionary_page import dictionary_page, warehouse_tables
from sogong_pipeline.renderers import html, pdf
from sogong_pipeline.reports.model import build_extracts, build_final, build_models
from sogong_pipeline.reports.scope import scopes
from sogong_pipeline.reports.source import Councils, Decided, ReportSource
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.after import measure_shown
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.surveys.letter import letter
from sogong_pipeline.trends.collect import collect_trend
from sogong_pipeline.trends.model import build_pages
from tests.board.test_board import make_source
from tests.conftest import NOW, QUARTER
from tests.renderers.browser import chromium
from tests.surveys.conftest import sheet_of, visit

pytestmark = pytest.mark.slow  # a country, and a browser

Factory = Callable[..., ReportSource]
PERIOD = HalfYear.parse("2026-H2")
MOMENT = dt.datetime(2026, 11, 30, 9, tzinfo=dt.timezone(dt.timedelta(hours=9)))
SERIOUS = {"serious", "critical"}
PATIENCE = 180_000
"""Milliseconds that a page may take to open on a machine that does much else."""
SCREEN = 844
"""Height of a phone, in pixels."""


@pytest.fixture(scope="module")
def decided(source_factory: Factory) -> ReportSource:
    """A quarter on which every council decided as proposed; every office has a severe district."""
    source = source_factory(districts=400)
    firsts = {info.office_code: info.district_id for info in source.districts if info.office_code}
    severe = {key: replace(source.proposals[key], stage="severe", severe_pct=71) for key in firsts.values()}
    proposals = {**source.proposals, **severe}
    day = dt.date(2026, 12, 1)
    decisions = {
        info.district_id: Decided(proposals[info.district_id].stage, "decision", "", day, None)
        for info in source.districts
        if info.office_code
    }
    councils = Councils(str(PERIOD), dt.date(2026, 12, 31), decisions, list(firsts), [])
    return replace(source, proposals=proposals, councils=councils)


@pytest.fixture(scope="module")
def finals(decided: ReportSource) -> Mapping[str, Page]:
    return {page.stem: page for page in build_final(decided)}


@pytest.fixture(scope="module")
def sheet(decided: ReportSource) -> Sheet:
    """The sheet of the office with most districts."""
    offices = [one for one in scopes(replace(decided, councils=None)) if one.office]
    scope = max(offices, key=lambda one: len(one.districts))
    return make_sheet(scope, PERIOD, dt.date(2026, 12, 31), {})


@pytest.fixture(scope="module")
def every_kind(
    decided: ReportSource,
    finals: Mapping[str, Page],
    sheet: Sheet,
    proposed: Installation,
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, bytes]:
    """A page of each kind as HTML, by what it is; of clusters one of each sort."""
    counts = tmp_path_factory.mktemp("counts")
    write_counts(counts, seed=1)
    makers = Installation(Settings(home=counts / "home", now=NOW))
    makers.clusters.load([counts / "counts.csv", counts / "owners.csv"])
    makers.clusters.build()
    month = QUARTER.months[-1]
    measure_shown(proposed, month)
    history = History(proposed)
    trend, plans = build_pages(collect_trend(proposed, QUARTER)), build_plans(collect_plans(proposed, PERIOD))
    clusters = cluster_pages(collect_clusters(makers))
    found: dict[str, Page] = {
        "draft": build_models(replace(decided, councils=None))[0],
        "nation": finals["index"],
        "final": finals["busan"],
        "extract": build_extracts(decided)[0],
        "briefing": briefing(sheet, MOMENT),
        "bulletin": bulletins(collect_bulletins(proposed, month))[0],
        "board": board(make_source()),
        "trend": trend[0],
        "trend of an area": trend[1],
        "survey": letter(sheet_of([visit(1, "certain"), visit(2)]), MOMENT, None),
        "quality": month_page(history, month),
        "months": index_page(history),
        **{f"plan {page.stem.partition('-')[0]}": page for page in plans},
        **{f"clusters {page.stem.partition('-')[0]}": page for page in clusters},
    }
    pages = {name: html.render(page) for name, page in found.items()}
    return {**pages, "dictionary": dictionary_page(warehouse_tables()).encode()}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_every_kind_of_page_is_there(every_kind: Mapping[str, bytes]) -> None:
    assert {name.split()[0] for name in every_kind} == {
        "draft", "nation", "final", "extract", "briefing", "bulletin", "board", "trend", "survey", "quality", "months",
        "plan", "clusters", "dictionary",
    }  # fmt: skip
    assert len([name for name in every_kind if name.startswith("clusters")]) >= 4


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_its_screen(
    browser: Browser, every_kind: Mapping[str, bytes], tmp_path: Path, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": SCREEN}, bypass_csp=True)
    context.set_default_timeout(PATIENCE)
    page, axe, found = context.new_page(), Axe(), []
    for name, content in every_kind.items():
        file = tmp_path / "page.html"
        file.write_bytes(content)
        page.goto(file.as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{name}: wider than {width}")
        violations = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [
            f"{name}: {one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in violations
            if one["impact"] in SERIOUS
        ]
    context.close()
    assert not found, "\n".join(found)


def test_the_first_severe_district_of_every_final_report_is_on_page_one_and_within_two_screens(
    browser: Browser, finals: Mapping[str, Page], tmp_path: Path
) -> None:
    assert len(finals) == 14
    context = browser.new_context(viewport={"width": 390, "height": SCREEN})
    page = context.new_page()
    for stem, model in finals.items():
        assert model.glance is not None
        first = model.glance.rows[0]
        assert first.cells[1].stage == "severe"
        (tmp_path / "page.html").write_bytes(html.render(model))
        page.goto((tmp_path / "page.html").as_uri())
        box = page.locator(".badge.severe").first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 2 * SCREEN, stem
        words = "".join(PdfReader(io.BytesIO(pdf.render(model))).pages[0].extract_text().split())
        name = first.cells[0].links[0].text if first.cells[0].links else first.cells[0].text
        assert "".join(name.rstrip("…").split()) in words, stem
    context.close()


@pytest.mark.parametrize("changes", [0, LISTED])
def test_a_briefing_of_thirty_flagged_districts_is_one_page(sheet: Sheet, changes: int) -> None:
    flagged = next(line for line in sheet.lines if line.stage == "severe")
    line = replace(flagged, name="아주 긴 이름의 제12 가상 도시첨단일반산업단지 및 지식산업센터")
    lines = [
        *(replace(line, last_stage="good" if place < changes else None) for place in range(LISTED)),
        *(
            replace(one, last_stage="severe" if changes else None)
            for one in sheet.lines
            if one.stage == "good"
        ),
    ]
    page = briefing(replace(sheet, lines=tuple(lines)), MOMENT)
    (table,) = page.sections[0].tables
    assert len(table.rows) == LISTED
    assert ("직전 의결" in {column.label for column in table.columns}) == bool(changes)
    assert len(PdfReader(io.BytesIO(pdf.render(page))).pages) == 1


@pytest.mark.parametrize(("flagged", "districts"), [(0, 60), (3, 20), (12, 45), (30, 34)])
def test_an_extract_of_a_sigungu_is_two_pages(decided: ReportSource, flagged: int, districts: int) -> None:
    info = next(one for one in decided.districts if one.office_code == "busan")
    infos = [replace(info, district_id=f"X{place:03d}") for place in range(districts)]
    proposals, councils = decided.proposals, decided.councils
    assert councils is not None
    severe = next(
        key for key, one in proposals.items() if one.stage == "severe" and key in councils.decisions
    )
    good = next(key for key, one in proposals.items() if one.stage == "good" and key in councils.decisions)
    models = {one.district_id: severe if place < flagged else good for place, one in enumerate(infos)}
    source = replace(
        decided,
        districts=infos,
        facts={key: decided.facts[model] for key, model in models.items()},
        proposals={key: proposals[model] for key, model in models.items()},
        trend={key: decided.trend[model] for key, model in models.items()},
        councils=replace(
            councils, decisions={key: councils.decisions[model] for key, model in models.items()}
        ),
    )
    (page,) = build_extracts(source)
    assert len(PdfReader(io.BytesIO(pdf.render(page))).pages) <= 2
    listed = [row for part in page.sections if part.key == "districts" for row in part.tables[0].rows]
    assert len(listed) == districts
