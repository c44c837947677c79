"""The banned words of the glossary stay out of the pages that people write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
GLOSSARY = REPOSITORY / "docs" / "glossary.md"
GENERATED = {
    *("tables.md", "joins.md", "layers.md", "cli.md", "dags.md"),
    *("matching-accuracy.md", "stages-accuracy.md", "breaks.md"),
}
"""Pages of docs/ whose words come from code: `make docs` and `python -m country evaluate` write them."""
PAGES = [
    *sorted(REPOSITORY.glob("README*.md")),
    REPOSITORY / "CONTRIBUTING.md",
    *(path for path in sorted((REPOSITORY / "docs").rglob("*.md")) if path.name not in GENERATED),
]
CODE: list[Path] = []
"""Code files under the rule: `sorted((REPOSITORY / "sogong_pipeline").rglob("*.py"))` switches the package on."""


def banned() -> dict[str, str]:
    """Each banned word with the term to use instead, from the last table of the glossary."""
    section = GLOSSARY.read_text(encoding="utf-8").split("\n## Banned words\n")[1]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line[:1] == "|"
    ]
    return dict(rows[2:])


def prose(text: str) -> str:
    """A page's sentences: code blocks, code spans and link targets blanked, lines kept in their places."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    for pattern in (r"^ *```.*?^ *```", r"`[^`\n]*`", r"(?<=\])\([^)\s]*\)"):
        text = re.sub(pattern, blank, text, flags=re.MULTILINE | re.DOTALL)
    return text


def uses(paths: Iterable[Path]) -> Iterator[str]:
    """A line `file:line: "word", write ...` for every banned word in some files; a phrase may span two lines."""
    words = banned()
    either = "|".join(
        r"\s+".join(map(re.escape, word.split())) for word in sorted(words, key=len, reverse=True)
    )
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if path == GLOSSARY:
            text = text.split("\n## Banned words\n")[0]
        text = prose(text) if path.suffix == ".md" else text
        for match in re.finditer(rf"\b(?:{either})\b", text, re.IGNORECASE):
            word = " ".join(match[0].lower().split())
            line = text.count("\n", 0, match.start()) + 1
            yield f'{path.name}:{line}: "{word}", write: {words[word]}'


def test_no_page_uses_a_banned_word() -> None:
    assert list(uses([*PAGES, *CODE])) == []


def test_the_table_is_complete() -> None:
    assert len(banned()) > 20
    assert all(word == word.lower() and instead for word, instead in banned().items())


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "Every fault is TOLD.\n",
            ['page.md:1: "told", write: ' + "reported, listed, named; for names of variables: messages"],
        ),
        ("One\nline says who is\nwho.\n", ['page.md:2: "who is who", write: entity resolution']),
        ("`told`, [link](told.md)\n\n```\ntold\n```\nThe word untold.\n", []),
    ],
)
def test_a_banned_word_is_reported_with_its_line(tmp_path: Path, text: str, problems: list[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    assert list(uses([page])) == problems
