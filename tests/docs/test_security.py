"""Every line of the security page names a test, and each of them exists."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.test_pages import REPOSITORY

PAGE = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| what could happen")
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:60] for row in ROWS])
def test_a_line_is_proved_by_tests_that_exist(row: list[str]) -> None:
    danger, answer, proof = row
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", proof)
    assert danger
    assert answer
    assert named
    for file, name in named:
        tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, name)
    assert not re.sub(r"`tests/[\w/]+\.py::test_\w+`(, )?", "", proof)


def test_the_page_says_what_is_trusted_and_what_is_not() -> None:
    assert "**Trusted:**" in PAGE
    assert "**Not trusted:**" in PAGE
    assert len(ROWS) > 40
