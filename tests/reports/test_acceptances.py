"""What a person accepted of a doubtful month stands on every page that rests on it, in every format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from sogong_pipeline.pages.acceptances import Acceptance, accepted_notices
from sogong_pipeline.pages.parts import FORMATS, Format, Page
from sogong_pipeline.periods import Month
from sogong_pipeline.renderers.registry import RENDERERS
from sogong_pipeline.reports.model import build_extracts, build_final, build_models
from sogong_pipeline.reports.source import Councils, Decided, ReportSource
from tests.renderers.read_back import words_of

pytestmark = pytest.mark.slow
ACCEPTED = Acceptance(
    Month(2026, 9), ["신규취득이나 상실이 있는 사업장의 몫"], "기획과 김담당", "공단확인 <b>"
)


@pytest.fixture(scope="module")
def pages(source_factory: Callable[..., ReportSource]) -> dict[str, list[Page]]:
    """Drafts, final reports and what local governments get, of one source."""
    source: ReportSource = source_factory(districts=60, acceptances=[ACCEPTED])
    stages = {
        info.district_id: Decided("good", "decision", "", dt.date(2026, 11, 20), None)
        for info in source.districts
    }
    offices = sorted({info.office_code for info in source.districts if info.office_code})
    final = replace(source, councils=Councils("2026-H2", dt.date(2026, 12, 31), stages, offices, []))
    return {"draft": build_models(source), "final": build_final(final), "extract": build_extracts(final)}


@pytest.mark.parametrize("kind", ["draft", "final", "extract"])
def test_every_page_says_what_was_accepted(pages: dict[str, list[Page]], kind: str) -> None:
    (notice,) = accepted_notices([ACCEPTED])
    assert pages[kind]
    for page in pages[kind]:
        assert notice in page.masthead.notices, (kind, page.stem)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_every_format_prints_who_and_why(pages: dict[str, list[Page]], suffix: Format) -> None:
    page = pages["extract"][0]
    data = RENDERERS[suffix].render(page)
    if suffix == "html":
        assert "공단확인 &lt;b&gt;" in data.decode("utf-8")
        assert "공단확인 <b>" not in data.decode("utf-8")
        return
    words = "".join(words_of(data, suffix).split())
    assert "기획과김담당" in words
    assert "공단확인<b>" in words
