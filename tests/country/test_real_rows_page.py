"""The page of accuracy contains the figures of real rows stored beside the code that writes the page."""

from __future__ import annotations

from pathlib import Path

from country.evaluation.page import page, real_rows

PAGE = Path(__file__).parents[2] / "docs" / "matching-accuracy.md"


def test_the_page_ends_with_the_figures_of_real_rows() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(real_rows() + "\n")
    assert page({}).endswith(real_rows() + "\n")
