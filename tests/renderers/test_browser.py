"""In a real browser: no serious violation of accessibility, and what matters first on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from sogong_pipeline.pages.parts import Page
from sogong_pipeline.renderers.html import render
from sogong_pipeline.reports.model import build_models
from sogong_pipeline.reports.source import ReportSource
from tests.renderers.browser import chromium

pytestmark = pytest.mark.slow  # starts a browser

PHONE = {"width": 390, "height": 844}
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(
    source_factory: Callable[..., ReportSource], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The national report and those of four offices, each with a severe district."""
    folder = tmp_path_factory.mktemp("pages")
    source = source_factory(districts=400)
    firsts = {info.office_code: info.district_id for info in source.districts if info.office_code}
    severe = {key: replace(source.proposals[key], stage="severe", severe_pct=71) for key in firsts.values()}
    models = build_models(replace(source, proposals={**source.proposals, **severe}))
    chosen = [
        model for model in models if model.stem in {"index", "gyeonggi", "busan", "gyeongnam", "jeonbuk"}
    ]
    return {model.stem: write(folder, model) for model in chosen}


def write(folder: Path, model: Page) -> Path:
    file = folder / f"{model.stem}.html"
    file.write_bytes(render(model))
    return file


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(browser: Browser, pages: dict[str, Path], width: int) -> None:
    for stem in ("index", "busan"):
        context = browser.new_context(viewport={"width": width, "height": 844}, bypass_csp=True)
        page = context.new_page()
        page.goto(pages[stem].as_uri())
        found = Axe().run(page).response["violations"]
        told = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in SERIOUS]
        assert not told, "\n".join(told)
        context.close()


def test_the_first_severe_district_is_within_two_screens_of_a_phone(
    browser: Browser, pages: dict[str, Path]
) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    for path in pages.values():
        page.goto(path.as_uri())
        box = page.locator(".badge.severe").first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= 2 * PHONE["height"], path.stem
    context.close()


def test_no_page_is_wider_than_the_phone(browser: Browser, pages: dict[str, Path]) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    for path in pages.values():
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path.stem
    context.close()


def test_a_switch_prints_one_page_alone(browser: Browser, pages: dict[str, Path]) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(pages["busan"].as_uri())
    page.emulate_media(media="print")
    assert page.locator("#districts").is_visible()
    page.emulate_media(media="screen")
    page.get_by_label("한 장 요약만 인쇄").check()
    page.emulate_media(media="print")
    assert not page.locator("#districts").is_visible()
    assert page.locator(".glance").is_visible()
    context.close()
