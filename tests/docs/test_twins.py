"""Pages that exist in Korean too: as many headings, the same commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.test_pages import REPOSITORY

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
TRANSLATED = [
    REPOSITORY / "README.md",
    REPOSITORY / "docs" / "operations.md",
    *(
        page
        for page in sorted((REPOSITORY / "docs" / "runbooks").glob("*.md"))
        if not page.name.endswith(".ko.md")
    ),
]
both = pytest.mark.parametrize("page", TRANSLATED, ids=lambda page: page.stem)


def korean(page: Path) -> Path:
    """The Korean page beside an English one."""
    return page.with_name(f"{page.stem}.ko.md")


def headings(text: str) -> list[int]:
    """The levels of the headings of a page in their order."""
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)]


def commands(text: str) -> list[str]:
    """The lines of the shell and SQL blocks of a page, without comments, spaces at the end and drawings."""
    lines = [
        line for language, block in FENCE.findall(text) if language != "csv" for line in block.splitlines()
    ]
    words = [re.sub(r"\s+(#.*)?$", "", f"{line} ").strip() for line in lines]
    return [line for line in words if re.match(r"[\x21-\x7e]", line) and not re.search(r"[─│└├→가-힣]", line)]


@both
def test_the_korean_page_has_the_same_headings_and_commands(page: Path) -> None:
    english, own = page.read_text(encoding="utf-8"), korean(page).read_text(encoding="utf-8")
    assert headings(own) == headings(english)
    assert sorted(commands(own)) == sorted(commands(english))


@both
def test_the_korean_page_is_korean(page: Path) -> None:
    prose = re.sub(r"`[^`]*`|\([^)]*\)", "", FENCE.sub("", korean(page).read_text(encoding="utf-8")))
    assert len(re.findall(r"[가-힣]", prose)) > len(re.findall(r"[A-Za-z]", prose))


def test_every_korean_page_has_an_english_one() -> None:
    pages = set((REPOSITORY / "docs").rglob("*.ko.md")) | {REPOSITORY / "README.ko.md"}
    assert pages == {korean(page) for page in TRANSLATED}


def test_a_command_that_differs_is_noticed() -> None:
    text = "```\nsogong status   # now\n├── drawing\n```\n"
    assert commands(text) == ["sogong status"] != commands(text.replace("status", "verify"))
    assert headings("# A\n\n```\n# no heading\n```\n\n## B\n") == [1, 2]
