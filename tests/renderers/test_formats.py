"""Every format says what the model says: the same figures, the same names, the same bytes again."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hwpx.document import HwpxDocument
from hwpx.tools.package_validator import validate_editor_open_safety, validate_package
from hwpx.tools.validator import validate_document
from pypdf import PdfReader

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.pages.parts import FORMATS, Format, Page
from sogong_pipeline.renderers.fonts import printable
from sogong_pipeline.renderers.registry import RENDERERS, parse_formats
from sogong_pipeline.reports.model import build_models
from sogong_pipeline.reports.source import ReportSource
from tests.renderers.read_back import cells_of, figures_of, without_marks, words_of

FILED: tuple[Format, ...] = ("pdf", "xlsx", "hwpx")
HOSTILE = (
    "</hp:t><hp:t>",
    "#set text(size: 40pt)",
    "=cmd|' /C calc'!A0",
    "]]>&amp;<b>",
    "@SUM(1)",
    "{{ 7*7 }} $x$ *a*",
)


@pytest.fixture(scope="module")
def small(source_factory: Callable[..., ReportSource]) -> list[Page]:
    return build_models(source_factory(districts=120))


def by_stem(pages: list[Page], stem: str) -> Page:
    return next(page for page in pages if page.stem == stem)


def test_the_registry_knows_every_format() -> None:
    assert set(RENDERERS) == FORMATS
    assert parse_formats("pdf, html") == ["html", "pdf"]
    with pytest.raises(RefusedError, match="unknown format docx; choose from html,pdf,xlsx,hwpx"):
        parse_formats("html,docx")


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_the_same_page_gives_the_same_bytes(small: list[Page], suffix: Format) -> None:
    page = by_stem(small, "gyeonggi")
    assert RENDERERS[suffix].render(page) == RENDERERS[suffix].render(page)


@pytest.mark.parametrize("suffix", FILED)
@pytest.mark.parametrize("stem", ["index", "gyeonggi", "gyeongnam"])
def test_every_figure_is_in_each_format_that_holds_it(small: list[Page], stem: str, suffix: Format) -> None:
    page = by_stem(small, stem)
    wanted: Counter[str] = sum(
        (figures_of(without_marks(text)) for text in cells_of(page, suffix)), Counter()
    )
    found = figures_of(without_marks(words_of(RENDERERS[suffix].render(page), suffix)))
    assert sum(wanted.values()) > 100
    assert wanted - found == Counter()


def test_pdf_and_xlsx_hold_every_part(small: list[Page]) -> None:
    for page in small:
        for section in page.sections:
            assert {"html", "pdf", "xlsx"} <= section.formats
            assert all({"html", "pdf", "xlsx"} <= table.formats for table in section.tables)


@pytest.mark.parametrize("suffix", FILED)
def test_hostile_names_stay_words(source_factory: Callable[..., ReportSource], suffix: Format) -> None:
    source = source_factory(districts=60)
    named = [
        replace(info, name=HOSTILE[place % len(HOSTILE)], office_code="busan")
        for place, info in enumerate(source.districts)
    ]
    proposals = {key: replace(found, stage="severe") for key, found in source.proposals.items()}
    page = by_stem(build_models(replace(source, districts=named, proposals=proposals)), "busan")
    words = re.sub(r"\s+", "", words_of(RENDERERS[suffix].render(page), suffix))
    for name in HOSTILE:
        assert words.count(re.sub(r"\s+", "", name)) >= 10, name


def test_a_sign_that_the_font_lacks_is_a_square() -> None:
    assert printable("가🏭나\u200d뷁−1") == "가□나뷁−1"


def test_the_metadata_say_what_the_page_is(small: list[Page]) -> None:
    page = by_stem(small, "busan")
    pdf = PdfReader(io.BytesIO(RENDERERS["pdf"].render(page)))
    assert pdf.metadata is not None
    assert pdf.metadata.title == f"{page.masthead.title}, {page.masthead.period}"
    assert pdf.metadata.subject == page.summary
    assert pdf.metadata["/Keywords"] == ", ".join(page.keywords)
    assert pdf.trailer["/Root"]["/Lang"] == "ko-KR"
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in pdf.trailer["/Root"]["/Metadata"].get_data()
    for suffix, member in (("xlsx", "docProps/core.xml"), ("hwpx", "Contents/content.hpf")):
        with zipfile.ZipFile(io.BytesIO(RENDERERS[suffix].render(page))) as archive:
            text = archive.read(member).decode()
        assert page.masthead.title in text and page.summary in text and page.keywords[0] in text


def test_the_hwpx_is_valid_and_opens_again(small: list[Page]) -> None:
    page = by_stem(small, "gyeonggi")
    data = RENDERERS["hwpx"].render(page)
    assert validate_package(data).ok
    assert validate_document(data).ok
    assert validate_editor_open_safety(data).ok
    document = HwpxDocument.open(data)
    assert any(page.masthead.title in paragraph.text for paragraph in document.paragraphs)
    assert "−" not in "".join(paragraph.text for paragraph in document.paragraphs)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert page.headline[0] in archive.read("Preview/PrvText.txt").decode()
