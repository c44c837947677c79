"""Writes an HWPX document part by part: paragraphs, tables and pictures, each in the form asked for.

The library is slow where it looks a cell up anew for each text, so that cells are taken once and filled in place.
"""

from __future__ import annotations

import copy
import itertools
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

from hwpx.document import HwpxDocument
from hwpx.oxml import _document_impl

from sogong_pipeline.pages.widths import text_width
from sogong_pipeline.pages.wording import MINUS
from sogong_pipeline.renderers.grid import HeadCell

PARAGRAPH = "{http://www.hancom.co.kr/hwpml/2011/paragraph}"
FONT = "맑은 고딕"
BODY = "0"
"""The style 바탕글; it is named, for a paragraph otherwise takes over the numbering of a heading before it."""
WIDTH_MM = 180.0
MARGINS_MM = {"left": 15, "right": 15, "top": 15, "bottom": 15}
UNITS_PER_MM, UNITS_PER_PT, UNITS_PER_PIXEL = 283.465, 100, 75
CELL_MARGIN = 1020
"""Left and right margins of a cell together, in units."""
LINE = 1.35
"""Height of a line in a table, in sizes of its type."""
SHADE, STRONG, RULE = "#E8EDF3", "#F3F5F8", "#B4BDC7"
NOTE_ID = 500_000_000
"""Added to the number of a cell's paragraph, that of its note."""

_IDS = Lock()


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in a cell: its text, a second line in smaller type, and how."""

    text: str
    note: str = ""
    right: bool = False
    bold: bool = False
    shaded: bool = False


@contextmanager
def counted_ids() -> Iterator[None]:
    """Have the library number things 1, 2, 3 instead of at random, so that the same page gives the same bytes."""
    numbers = itertools.count(1_000_000)
    with _IDS:
        before = _document_impl.uuid4
        _document_impl.uuid4 = lambda: UUID(int=next(numbers))
        try:
            yield
        finally:
            _document_impl.uuid4 = before


class Writer:
    """One document, written from its top."""

    def __init__(self) -> None:
        self.document = HwpxDocument.new()
        self.document.page.setup(paper_size="A4", margins_mm=MARGINS_MM)
        self._made: dict[str, str] = {}

    def type_of(self, **properties: Any) -> str:
        """The id of a type: size, bold, colour."""
        key = f"type {sorted(properties.items())}"
        if key not in self._made:
            self._made[key] = str(self.document.styles.ensure_run(font=FONT, **properties))
        return self._made[key]

    def form_of(self, **properties: Any) -> str:
        """The id of a paragraph's form: alignment, spacing, what it keeps together with."""
        key = f"form {sorted(properties.items())}"
        if key not in self._made:
            sample = self.document.add_paragraph("", style_id_ref=BODY, inherit_style=False)
            self.document.styles.apply_paragraph_format(paragraphs=[sample], **properties)
            self._made[key] = str(sample.para_pr_id_ref)
            sample.remove()
        return self._made[key]

    def _fill_of(self, colour: str | None) -> str:
        key = f"fill {colour}"
        if key not in self._made:
            made = self.document.styles.ensure_border_fill(border_color=RULE, fill_color=colour)
            self._made[key] = str(made)
        return self._made[key]

    def paragraph(self, text: str, kind: str, form: str) -> None:
        """A paragraph of plain text; it inherits nothing from the one before."""
        self.document.add_paragraph(
            plain(text), style_id_ref=BODY, para_pr_id_ref=form, char_pr_id_ref=kind, inherit_style=False
        )

    def table(
        self,
        widths: Sequence[float],
        heads: Sequence[HeadCell],
        head_rows: int,
        rows: Sequence[Sequence[Entry]],
        size: float = 8,
    ) -> None:
        """A table whose heading rows are repeated on every page.

        Args:
            widths: of the columns, in any unit.
            heads: the heading cells, all columns covered.
            head_rows: how many rows they take.
            rows: a row of one entry spans all columns.
            size: of its type, in points.
        """
        total = WIDTH_MM * UNITS_PER_MM
        table = self.document.add_table(head_rows + len(rows), len(widths), width=int(total))
        shares = [total * width / sum(widths) for width in widths]
        table.set_column_widths([round(share) for share in shares])
        table.element.set("repeatHeader", "1")
        cells = [row.cells for row in table.rows]
        spans = []
        for row in cells[:head_rows]:
            for cell in row:
                self._fill(cell, Entry("", shaded=True), size, 0)
        for head in heads:
            entry = Entry(head.text, bold=True, shaded=True)
            width = sum(shares[head.column : head.column + head.columns])
            self._fill(cells[head.row][head.column], entry, size, width, centred=True)
            spans.append((head.row, head.column, head.row + head.rows - 1, head.column + head.columns - 1))
        for place, entries in enumerate(rows, start=head_rows):
            spanning = len(entries) == 1 < len(widths)
            for cell, entry, share in zip(cells[place], entries, shares, strict=False):
                self._fill(cell, entry, size, total if spanning else share)
            if spanning:
                spans.append((place, 0, place, len(widths) - 1))
            self._even(cells[place])
        for row in cells[:head_rows]:
            self._even(row)
        _part(table.element, "sz").set("height", str(sum(row[0].height for row in cells)))
        for span in spans:
            _merge(cells, *span)

    def picture(self, png: bytes, width_mm: float, height_mm: float, alt: str) -> None:
        """A picture with its alternative text."""
        shown = self.document.add_picture(png, "png", width_mm=width_mm, height_mm=height_mm)
        # The library claims the size shown for the picture's own, and readers would crop what is beyond.
        width, height = (str(pixels * UNITS_PER_PIXEL) for pixels in struct.unpack(">II", png[16:24]))
        clip, own = (_part(shown.element, name) for name in ("imgClip", "imgDim"))
        clip.set("right", width)
        clip.set("bottom", height)
        own.set("dimwidth", width)
        own.set("dimheight", height)
        comment = shown.element.find(f"{PARAGRAPH}shapeComment")
        if comment is None:
            comment = shown.element.makeelement(f"{PARAGRAPH}shapeComment", {})
            shown.element.append(comment)
        comment.text = plain(alt)

    def _fill(self, cell: Any, entry: Entry, size: float, width: float, *, centred: bool = False) -> None:
        element = cell.element
        paragraph = element.find(f"{PARAGRAPH}subList/{PARAGRAPH}p")
        alignment = "CENTER" if centred else "RIGHT" if entry.right else "LEFT"
        paragraph.set("paraPrIDRef", self.form_of(alignment=alignment, line_spacing_percent=115))
        run = paragraph.find(f"{PARAGRAPH}run")
        run.set("charPrIDRef", self.type_of(size=size, **({"bold": True} if entry.bold else {})))
        run.find(f"{PARAGRAPH}t").text = plain(entry.text)
        lines = _lines(entry.text, size, width)
        if entry.note:
            note = copy.deepcopy(paragraph)
            note.set("id", str(int(paragraph.get("id")) + NOTE_ID))
            run = note.find(f"{PARAGRAPH}run")
            run.set("charPrIDRef", self.type_of(size=size - 1, color="#5D6975"))
            run.find(f"{PARAGRAPH}t").text = plain(entry.note)
            paragraph.addnext(note)
            lines += _lines(entry.note, size - 1, width)
        element.set(
            "borderFillIDRef",
            self._fill_of(SHADE if centred or entry.shaded else STRONG if entry.bold else None),
        )
        if centred or entry.shaded:
            element.set("header", "1")
        cell.set_size(height=round(lines * size * LINE * UNITS_PER_PT + 282))

    @staticmethod
    def _even(row: Sequence[Any]) -> None:
        """All cells of a row as high as the highest."""
        height = max(cell.height for cell in row)
        for cell in row:
            cell.set_size(height=height)


def _part(element: Any, name: str) -> Any:
    """A part of an element that the library always writes."""
    part = element.find(f"{PARAGRAPH}{name}")
    if part is None:
        raise ValueError(f"{element.tag} has no {name}")
    return part


def _merge(cells: Sequence[Sequence[Any]], top: int, left: int, bottom: int, right: int) -> None:
    """Have the first of some cells take the place of all; the library would go through the whole table."""
    merged = [cell for row in cells[top : bottom + 1] for cell in row[left : right + 1]]
    first, *others = merged
    if not others:
        return
    first.set_size(
        width=sum(cell.width for cell in cells[top][left : right + 1]),
        height=sum(row[left].height for row in cells[top : bottom + 1]),
    )
    first.set_span(bottom - top + 1, right - left + 1)
    for cell in others:
        cell.element.getparent().remove(cell.element)


def plain(text: str) -> str:
    """Text as the word processor keeps it: it drops U+2212, and with it the sign of a figure."""
    return "".join(char for char in text.replace(MINUS, "-") if char >= " " or char == "\t")


def _lines(text: str, size: float, width: float) -> int:
    inner = max(width - CELL_MARGIN, 1) / UNITS_PER_PT
    return max(1, -int(-text_width(text, size * 1.04) // inner)) if width else 1
