"""The words of a file as another program reads them, and the words that the model wants in it."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

import openpyxl
from lxml import etree
from openpyxl.cell import Cell
from pypdf import PdfReader

from sogong_pipeline.pages.parts import Format, Page
from sogong_pipeline.renderers.grid import printed
from sogong_pipeline.vocabulary import statuses

FIGURE = re.compile(r"[+−-]?\d(?:[\d,]*\d)?(?:\.\d+)?")


def figures_of(text: str) -> Counter[str]:
    """The figures of a text with their signs, as a multiset; both minus signs are one."""
    return Counter(found.replace("−", "-") for found in FIGURE.findall(text))


def words_of(data: bytes, suffix: Format) -> str:
    """Everything a reader finds in a file."""
    if suffix == "pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    if suffix == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(data))
        cells = (
            cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
        )
        return "\n".join(shown(cell) for cell in cells)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("Contents/section0.xml"))
    return "\n".join("".join(node.itertext()) for node in root.iter("{*}t"))


def shown(cell: Cell) -> str:
    """A cell as Excel prints it, by the few number formats that our sheets use."""
    if not isinstance(cell.value, int | float):
        return str(cell.value)
    parts = cell.number_format.split(";")
    form = parts[0] if cell.value > 0 or len(parts) == 1 else parts[1] if cell.value < 0 else parts[2]
    digits = len(re.sub(r'"[^"]*"', "", form).partition(".")[2])
    sign = form[0] if form[0] in "+−" else ""
    mark = "".join(re.findall(r'"([^"]*)"', form))
    return f"{sign}{abs(cell.value):,.{digits}f}{mark}"


def cells_of(page: Page, suffix: Format) -> Iterator[str]:
    """Every text of the tables and cards that a format holds."""
    for section in page.sections:
        if suffix not in section.formats:
            continue
        tables = [table for table in section.tables if suffix in table.formats]
        for table in [*tables, *(card.table for card in section.cards)]:
            for row in table.rows:
                for cell in row.cells:
                    yield "" if cell.drawing else printed(cell)
                    yield cell.note
                yield row.detail
        for card in section.cards:
            yield from (card.name, card.place, card.confidence, card.reason, card.flows, *card.facts)


def without_marks(text: str) -> str:
    """The text without the marks of statuses, which readers set apart in their own ways."""
    for status in statuses().values():
        text = text.replace(status.mark, "") if status.mark else text
    return text
