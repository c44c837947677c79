"""Links in the pages that people read lead to a file, and to a heading where they name one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = sorted(
    [
        *REPOSITORY.glob("*.md"),
        *(REPOSITORY / "docs").rglob("*.md"),
        REPOSITORY / "dags" / "README.md",
    ]
)


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub makes them; a repeated heading gets a number."""
    made: set[str] = set()
    seen: Counter[str] = Counter()
    for heading in re.findall(r"^#+ +(.+?)\s*$", prose(page), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        made.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return frozenset(made)


def dead_links(page: Path) -> Iterator[str]:
    """The targets in a page that lead nowhere."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"https?://|mailto:", target):
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(dead_links(page)) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A title, twice\n\n# A title, twice\n\n[a](page.md#a-title-twice-1) [b](#gone) [c](gone.md)\n\n"
        "```\n[d](in-a-block.md)\n```\n",
        encoding="utf-8",
    )
    assert list(dead_links(page)) == ["#gone", "gone.md"]


def test_the_map_of_both_readmes_lists_every_room() -> None:
    package = REPOSITORY / "sogong_pipeline"
    rooms = {f"sogong_pipeline/{path.name}/" for path in package.iterdir() if (path / "__init__.py").exists()}
    rooms |= {f"sogong_pipeline/{path.name}" for path in package.glob("*.py") if path.stem != "__init__"}
    rooms |= {
        f"{path.name}/"
        for path in REPOSITORY.iterdir()
        if path.is_dir()
        and path.name[0] != "."
        and path.name not in {"files", "dist"}
        and any(path.iterdir())
    } - {"sogong_pipeline/"}
    for page in (REPOSITORY / "README.md", REPOSITORY / "README.ko.md"):
        cells = re.findall(r"^\| (`[^|]+`) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
        listed = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
        rooms -= {f"{name}/" for name in rooms if name.endswith(".egg-info/")}
        assert rooms - listed == set(), page.name


def test_every_decision_record_has_its_sections() -> None:
    for page in sorted((REPOSITORY / "docs" / "decisions").glob("0*.md")):
        sections = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert sections == ["Context", "Decision", "Consequences"], page.name
        assert re.fullmatch(r"\d{4}-[a-z0-9.]+(-[a-z0-9.]+){2,}\.md", page.name), page.name
