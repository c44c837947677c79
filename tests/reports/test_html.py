"""The HTML: one harmless offline file, whole links, marks on every printed page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from sogong_pipeline.pages.parts import Page as Model
from sogong_pipeline.renderers.html import render
from sogong_pipeline.reports.model import build_models
from sogong_pipeline.reports.source import ReportSource
from sogong_pipeline.vocabulary import legend

pytestmark = pytest.mark.slow  # whole countries of pages

VOID = {"meta", "link", "br", "img", "input", "hr"}
HOSTILE = (
    "<script>alert('산단')</script>",
    '"onmouseover="alert(1)" & <b>',
    "]]></style></svg><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "가" * 200,
    "W" * 200,
    "뷁쀍헿ꥸힰ 산단",
    "🏭👨\u200d👩\u200d👧 \u202e산단",
)


class Page(HTMLParser):
    """A page as a browser would read it: tags balanced, attributes, ids, links and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href" and tag == "a"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text.append(data)


@pytest.fixture(scope="module")
def pages(models: list[Model]) -> dict[str, str]:
    return {model.stem: render(model).decode() for model in models}


def test_pages_are_balanced_and_ids_unique(pages: dict[str, str]) -> None:
    for html in pages.values():
        page = Page(html)
        assert len(page.ids) == len(set(page.ids))


def test_every_link_leads_somewhere(pages: dict[str, str]) -> None:
    ids = {stem: set(Page(html).ids) for stem, html in pages.items()}
    followed = 0
    for stem, html in pages.items():
        for link in Page(html).links:
            file, _, anchor = link.partition("#")
            target = file.removesuffix(".html") or stem
            assert target in ids
            assert not anchor or anchor in ids[target], link
            followed += 1
    assert followed > 500


def test_nothing_is_fetched(pages: dict[str, str]) -> None:
    for html in pages.values():
        page = Page(html)
        assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
        loading = [
            value for name, value in page.attributes if name in {"src", "srcset", "data", "action", "poster"}
        ]
        assert loading == []
        references = [value for name, value in page.attributes if name in {"href", "xlink:href"}]
        assert not any(":" in value or value.startswith("/") for value in references)
        assert all(value.startswith("#") for value in re.findall(r"url\(([^)]*)\)", html))
        assert "@import" not in html
        assert set(re.findall(r"https?://[^\"'\s<)]+", html)) <= {"http://www.w3.org/2000/svg"}


def test_the_policy_lets_only_the_own_style_and_script_through(pages: dict[str, str]) -> None:
    for html in pages.values():
        (policy,) = [value for _, value in Page(html).attributes if value.startswith("default-src")]
        for tag in ("style", "script"):
            (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy
        assert policy.startswith("default-src 'none';")
        assert not any(name.startswith("on") or name == "style" for name, _ in Page(html).attributes)


def test_the_page_reads_without_script(pages: dict[str, str], models: list[Model]) -> None:
    for model in models:
        text = " ".join(Page(pages[model.stem]).text)
        assert all(sentence in text for sentence in model.headline)
        assert all(part.heading in text for part in model.sections)
        assert all(card.reason in text for part in model.sections for card in part.cards)


def test_a_status_is_read_in_words_beside_or_instead_of_its_value(first_month: ReportSource) -> None:
    """In print and aloud, not in a hint; each table says once what it shows."""
    for model in build_models(first_month):
        page = render(model).decode()
        shown = [
            cell
            for part in model.sections
            for table in part.tables
            for row in table.rows
            for cell in row.cells
        ]
        shown += [
            cell
            for part in model.sections
            for card in part.cards
            for row in card.table.rows
            for cell in row.cells
        ]
        marked = [cell for cell in shown if cell.status and cell.value is not None]
        assert page.count("<sup>§<span>(일부 월)</span></sup>") == len(marked) > 0
        instead = [cell for cell in shown if cell.status and cell.value is None]
        assert page.count('<span class="unknown">산출 불가</span>') == len(instead) > 0
        assert legend({"partial", "not_computable"}) in page


def test_hostile_names_stay_words(source_factory: Callable[..., ReportSource]) -> None:
    source = source_factory(districts=160)
    named = [replace(info, name=HOSTILE[place % len(HOSTILE)]) for place, info in enumerate(source.districts)]
    proposals = {
        key: replace(proposal, stage="severe", reason_ko=HOSTILE[place % len(HOSTILE)])
        for place, (key, proposal) in enumerate(source.proposals.items())
    }
    for model in build_models(replace(source, districts=named, proposals=proposals)):
        html = render(model).decode()
        page = Page(html)
        assert page.tags.count("script") == 1
        assert "img" not in page.tags
        assert page.tags.count("b") == 3, "the period, the contents, the other reports"
        assert not any(name.startswith("on") for name, _ in page.attributes)
        assert "\u202e" not in html
        shown = "".join(page.text)
        if model.stem == "gyeonggi":
            assert all(name in shown for name in HOSTILE[:-1])


def test_each_printed_page_carries_the_marks(source_factory: Callable[..., ReportSource]) -> None:
    for demo, draft in ((True, True), (True, False), (False, True), (False, False)):
        html = render(build_models(source_factory(districts=20, demo=demo, draft=draft))[0]).decode()
        drawn = re.findall(r'<svg class="watermark".*?</svg>', html, flags=re.DOTALL)
        assert len(drawn) == (demo or draft)
        assert all(("시연" in mark) == demo and ("초안(의결 전)" in mark) == draft for mark in drawn)
        (running,) = re.findall(r'@top-right { content: "([^"]*)"', html)
        said = re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), running)
        assert ("시연" in said) == demo and ("초안(의결 전)" in said) == draft and "참고 단계" in said
        assert ".watermark { position: fixed;" in html
        assert "thead { display: table-header-group; }" in html


def test_pages_stay_light(pages: dict[str, str]) -> None:
    for stem, html in pages.items():
        assert len(html.encode()) < (2_000_000 if stem == "index" else 1_500_000)
