"""Single definition of the Korean words of codes, and of the month in which the coverage changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from sogong_pipeline.pages.wording import texts
from sogong_pipeline.rates.contribution import coverage_breaks
from sogong_pipeline.reports.wording import report_texts
from sogong_pipeline.vocabulary import MEASURE_OF, MEASURES, STAGES, Base, labels

PACKAGE = Path(__file__).parents[1] / "sogong_pipeline"
SOURCES = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".yaml"}]


def test_every_code_has_a_word() -> None:
    assert tuple(labels().stages) == STAGES
    assert tuple(labels().measures) == MEASURES == tuple(MEASURE_OF.values())
    assert tuple(labels().bases) == get_args(Base)
    assert (texts().stages, texts().measures, texts().bases) == (
        labels().stages,
        labels().measures,
        labels().bases,
    )


@pytest.mark.parametrize("kind", ["stages", "measures", "bases"])
def test_no_other_file_gives_a_code_its_word(kind: str) -> None:
    words: dict[str, str] = getattr(labels(), kind)
    pairs = "|".join(rf"{code}[\"']?: *[\"']?{word}[\"']?[ ,}}]*$" for code, word in words.items())
    holders = {
        path.relative_to(PACKAGE).as_posix()
        for path in SOURCES
        if re.search(pairs, path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert holders == set(), "labels.yaml names them"


def test_the_month_the_coverage_changed_comes_from_its_table() -> None:
    (month,) = coverage_breaks()
    assert month.korean == "2025년 6월"
    assert f"{month.korean}의 단절" in report_texts().limits
    assert not any("{" in text for text in report_texts().limits.values())
    written = [path.name for path in SOURCES if month.korean in path.read_text(encoding="utf-8")]
    assert written == ["trends.py"]  # an example in a docstring
