"""Parser of pages: visible text, and links with the table row they stand in.

Parses in one pass without backtracking. Python's own parser takes minutes for 64 kB of `<a <a <a `, and a page is
untrusted input.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

_PIECE = re.compile(r"<(/?[a-zA-Z!][^<>]{0,4000})>|([^<]+|<)")
_VALUE = re.compile(r"=\s{0,9}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})')")
_UNSEEN = {"script", "style"}


@dataclass
class Link:
    """A link: its attributes, its text, and the number of its table row, if any."""

    values: str
    text: str
    row: int | None


@dataclass
class Markup:
    """Parsed content of a page."""

    text: str
    links: list[Link]
    rows: list[str]


def read_markup(page: str) -> Markup:
    """Parse a page; text without markup is returned as it is."""
    reader = _Reader()
    for tag, text in _PIECE.findall(_without_comments(page)):
        if tag:
            reader.tag(tag)
        else:
            reader.text(text)
    links = [Link(values, _tidy(text), row) for values, text, row in reader.links]
    return Markup(_tidy(reader.seen), links, [_tidy(row) for row in reader.rows])


@dataclass
class _Reader:
    seen: list[str] = field(default_factory=list)
    links: list[tuple[str, list[str], int | None]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    inside: set[str] = field(default_factory=set)

    def tag(self, tag: str) -> None:
        name = re.split(r"[\s/]", tag.lower().lstrip("/"), maxsplit=1)[0]
        if tag.startswith("/"):
            self.inside.discard(name)
            return
        if self.inside & _UNSEEN:
            return
        self.inside.add(name)
        if name == "tr":
            self.rows.append([])
        elif name == "a":
            values = " ".join(double or single for double, single in _VALUE.findall(tag))
            self.links.append(
                (html.unescape(values), [], len(self.rows) - 1 if "tr" in self.inside else None)
            )

    def text(self, text: str) -> None:
        if self.inside & _UNSEEN:
            return
        self.seen.append(text)
        if "tr" in self.inside:
            self.rows[-1].append(text)
        if "a" in self.inside:
            self.links[-1][1].append(text)


def _without_comments(page: str) -> str:
    first, *rest = page.split("<!--")
    return first + "".join(piece.partition("-->")[2] for piece in rest)


def _tidy(pieces: list[str]) -> str:
    return " ".join(html.unescape(" ".join(pieces)).split())
