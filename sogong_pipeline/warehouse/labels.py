"""Rows of `label`: every code of the tables in Korean and in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from sogong_pipeline.districts.registry import kinds
from sogong_pipeline.sql_engine import SQL
from sogong_pipeline.vocabulary import MEASURE_OF, labels, statuses
from sogong_pipeline.warehouse import rows

FURTHER = {
    "measure": {"log_bayes_factor": "로그 베이즈 인자"},
    "base": {"july_year": "7월 시작 연도의 첫 분기"},
}
"""Korean words of codes that no sentence uses."""


def label() -> Iterator[dict[str, Any]]:
    """Yield one row per set and code.

    Raises:
        KeyError: when a code lacks its word in one of the languages.
    """
    words = yaml.safe_load((SQL / "reference" / "label" / "label.yaml").read_text(encoding="utf-8"))
    for code_set, codes in words["words"].items():
        for code, (korean, english) in codes.items():
            yield _row(code_set, code, korean, english)
    for code_set, codes in _korean().items():
        for code, korean in codes.items():
            yield _row(code_set, code, korean, words["english"][code_set][code])


def _korean() -> dict[str, Mapping[str, str]]:
    """Return the Korean words defined elsewhere, by set and code."""
    named = labels()
    measures = {name: named.measures[measure] for name, measure in MEASURE_OF.items()}
    return {
        "stage": named.stages,
        "measure": {**named.measures, **measures, **FURTHER["measure"]},
        "base": {**named.bases, **FURTHER["base"]},
        "status": {status.status: status.label for status in statuses().values()},
        "district_kind": {kind.code: kind.name for kind in kinds().values()},
        "office": {row["office_code"]: row["name"] for row in rows.dim_office()},
        "division": {row["division"]: row["name"] for row in rows.dim_industry()},
    }


def _row(code_set: str, code: str, korean: str, english: str) -> dict[str, str]:
    return {"code_set": code_set, "code": str(code), "label_ko": korean, "label_en": english}
