"""A single table of statuses: every status of a query is in it, and the page of the method has the same words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from sogong_pipeline.sql_engine import SQL
from sogong_pipeline.vocabulary import OK, UNKNOWN, ChangeStatus, FactStatus, legend, said_instead, statuses

METHOD = Path(__file__).parents[2] / "docs" / "method.md"


def test_every_status_that_a_query_gives_has_its_words() -> None:
    unlisted = {
        found
        for layer in ("measured", "editions")
        for path in (SQL / layer).rglob("*.sql")
        for case in re.findall(
            r"CASE((?:(?!CASE).)*)END AS status|MACRO \w+_status\((?:(?!CASE).)*CASE(.*?)END",
            path.read_text(),
            re.S,
        )
        for found in re.findall(r"(?:THEN|ELSE) '(\w+)'", "".join(case))
    }
    assert unlisted == set(statuses())
    assert set(get_args(ChangeStatus)) < set(get_args(FactStatus)) < set(statuses())


def test_each_is_told_apart_in_words_and_marks() -> None:
    listed = [status for name, status in statuses().items() if name != OK]
    assert all(status.label and status.short and status.meaning for status in listed)
    marks = [status.mark for status in listed if status.status != UNKNOWN]
    assert all(marks) and len({*marks}) == len(marks)
    assert (said_instead(OK), said_instead("unadjusted_break")) == ("산출 불가", "단절")
    assert legend({"partial", OK}) == "§ 일부 월: 자료가 있는 달만으로 낸 값"
    assert legend({OK}) == ""


def test_the_method_says_the_same_words() -> None:
    text = METHOD.read_text(encoding="utf-8")
    for status in statuses().values():
        assert f"| `{status.status}` | {status.label} | {status.mark} |" in text
