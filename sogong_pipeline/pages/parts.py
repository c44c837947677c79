"""Parts of a report in words and figures ready to print; every format renders the same ones.

A part is independent of HTML, paper and spreadsheets. Text is plain text: a renderer escapes it for its format.
Tables, pictures and sections name the formats that include them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from sogong_pipeline.pages.drawings import Drawing
from sogong_pipeline.vocabulary import Number, Stage

Kind = Literal["report", "bulletin", "quality", "briefing", "clusters", "board", "survey", "trend", "plan"]
Format = Literal["html", "pdf", "xlsx", "hwpx"]
FORMATS: frozenset[Format] = frozenset({"html", "pdf", "xlsx", "hwpx"})
ColumnKind = Literal["text", "number", "stage", "picture"]
Tone = Literal["", "bad", "doubtful"]
"""Tone of a cell: plain, wrong, or doubtful."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another file (`report`, its stem from here; empty: this one) or to a place in one (`anchor`)."""

    text: str
    report: str = ""
    anchor: str = ""
    suffix: Format = "html"


@dataclass(frozen=True, slots=True)
class Legend:
    """An entry of a legend: a drawn sample and its meaning."""

    drawing: Drawing
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart or map with its texts; `drawing` is None if nothing is known to draw."""

    drawing: Drawing | None
    title: str
    notes: tuple[str, ...] = ()
    legend: tuple[Legend, ...] = ()
    formats: frozenset[Format] = FORMATS


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: Printed text.
        value: The same as a number, for formats that sort and calculate.
        hint: The exact value, or the reason for its absence.
        note: A second line in smaller type.
        stage: The stage named by `text`, for its mark and colour.
        links: Links of parts of the text; if set they replace `text`.
        drawing: Replaces `text` in formats that can draw.
        tone: Tone of the cell.
        status: Status of a figure that is not ok; for an unknown one the reason.
    """

    text: str
    value: Number | None = None
    hint: str = ""
    note: str = ""
    stage: Stage | None = None
    links: tuple[Link, ...] = ()
    drawing: Drawing | None = None
    tone: Tone = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `group` is a heading shared by neighbouring columns, `unit` the unit of every figure in it."""

    label: str
    kind: ColumnKind = "text"
    unit: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """Neighbouring columns with their positions in the row."""

    label: str
    columns: tuple[tuple[int, Column], ...]

    @property
    def unit(self) -> str:
        """The unit, if all columns under the heading share it; it is then printed once."""
        units = {column.unit for _, column in self.columns}
        return units.pop() if self.label and len(units) == 1 else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `detail` is a sentence on the whole row, `strong` marks a total."""

    cells: tuple[Cell, ...]
    anchor: str = ""
    detail: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """Texts of a search field: the placeholder, and the number of matches (`{n}`)."""

    prompt: str
    found: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `search` is set for tables with many rows."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    search: Search | None = None
    formats: frozenset[Format] = FORMATS

    @property
    def head_column(self) -> int:
        """Position of the column that names a row: the first that is neither a number nor a stage."""
        kinds = [column.kind for column in self.columns]
        return kinds.index("text") if "text" in kinds else 0

    @property
    def statuses(self) -> frozenset[str]:
        """Statuses of its cells."""
        return frozenset(cell.status for row in self.rows for cell in row.cells if cell.status)

    @property
    def column_groups(self) -> list[ColumnGroup]:
        """Neighbouring columns under one heading; columns without one form a group with an empty label."""
        numbered = list(enumerate(self.columns))
        return [
            ColumnGroup(label, tuple(columns))
            for label, columns in groupby(numbered, key=lambda item: item[1].group)
        ]


@dataclass(frozen=True, slots=True)
class StageTile:
    """Number of districts in a stage, and its change from the quarter before."""

    stage: Stage
    label: str
    count: Cell
    unit: str
    share: str
    change: str


@dataclass(frozen=True, slots=True)
class Card:
    """A flagged district in full: figures against the nation, the reason, entries and exits, and the trend."""

    anchor: str
    number: int
    name: str
    place: str
    stage: Cell
    confidence: str
    facts: tuple[str, ...]
    reason: str
    flows: str
    table: Table
    trend: Picture


@dataclass(frozen=True, slots=True)
class Bullet:
    """A titled paragraph of a list, with the mark that it explains, if any."""

    title: str
    text: str
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of a report, its content in reading order."""

    key: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[Bullet, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    cards: tuple[Card, ...] = ()
    legend: tuple[Legend, ...] = ()
    formats: frozenset[Format] = FORMATS

    @property
    def card_statuses(self) -> frozenset[str]:
        """Statuses of the tables of its cards."""
        return frozenset().union(*(card.table.statuses for card in self.cards))


@dataclass(frozen=True, slots=True)
class Masthead:
    """The head of a report, and the marks of each of its pages."""

    kicker: str
    title: str
    period: str
    period_note: str
    disclaimer: str
    marks: tuple[str, ...]
    notices: tuple[str, ...]
    watermark: str
    running_head: str
    running_mark: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of any kind.

    Attributes:
        stem: File name without suffix.
        kind: Selects the layout.
        demo: True if its figures are invented.
        masthead: Title and marks.
        headline: The sentences to read first.
        sections: The numbered parts, in order.
        others: Links to the other pages.
        summary: The page in a sentence or two, for the metadata of a file.
        keywords: Keywords, for the metadata of a file.
        tiles: The number of districts in each stage, if the page is about stages.
        bars: The same as bars.
        glance: The table to read right after the first sentence.
    """

    stem: str
    kind: Kind
    demo: bool
    masthead: Masthead
    headline: tuple[str, ...]
    sections: tuple[Section, ...]
    others: tuple[Link, ...]
    summary: str
    keywords: tuple[str, ...]
    tiles: tuple[StageTile, ...] = ()
    bars: Picture | None = None
    glance: Table | None = None
