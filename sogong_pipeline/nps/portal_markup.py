"""A page taken apart: the text a person sees, and its links with the row they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSEEN = {"script", "style"}


@dataclass
class Link:
    """A link: the values of its attributes, its text, and the number of its row, if it stands in one."""

    values: list[str]
    text: str = ""
    row: int | None = None


@dataclass
class Markup:
    """What is in a page."""

    text: str = ""
    links: list[Link] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)


def read_markup(page: str) -> Markup:
    """Take a page apart; text that is no markup is its own text."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    markup = Markup(_tidy(reader.seen), rows=[_tidy(row) for row in reader.rows])
    markup.links = [Link(values, _tidy(text), row) for values, text, row in reader.links]
    return markup


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.rows: list[list[str]] = []
        self.links: list[tuple[list[str], list[str], int | None]] = []
        self._open: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag == "a":
            row = len(self.rows) - 1 if "tr" in self._open else None
            self.links.append(([value for _, value in attrs if value], [], row))

    def handle_endtag(self, tag: str) -> None:
        self._open.discard(tag)

    def handle_data(self, data: str) -> None:
        if self._open & _UNSEEN:
            return
        self.seen.append(data)
        if "tr" in self._open:
            self.rows[-1].append(data)
        if "a" in self._open:
            self.links[-1][1].append(data)


def _tidy(pieces: list[str]) -> str:
    return " ".join(" ".join(pieces).split())
