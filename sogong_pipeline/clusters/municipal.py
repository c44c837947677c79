"""Parse a municipal 사업체조사 workbook into areas and blocks of rows, for any city, year and table.

Such a workbook has one sheet: a title, a line with year and place, a header of areas over pairs of columns
(사업체수, 종사자수), and per industry a total row followed by one row per class (size of the workplace or age of
its owner). Any other layout is refused with the cell that differs.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import yaml
from defusedxml import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from sogong_pipeline.clusters.counts import DIVISIONS, SECTION, WorkersStatus
from sogong_pipeline.clusters.places import Place, place, reference_day, sigungu_codes, sigungu_name
from sogong_pipeline.errors import RefusedError

MOST_BYTES = 200_000_000
"""Limit of the unpacked size of a workbook; real ones have 5 MB."""
MOST_ROWS, MOST_COLUMNS = 20_000, 2_000
HEADER_WITHIN = 12
WHOLE, UNCLASSIFIED = "TT", "zErr"
MEASURES = ("사업체수", "종사자수")
PLACE = re.compile(r"\(?\s*(\d{4})\s*년?\s*(?:기준\s*년도|기준\s*연도|기준)?\s*,\s*([^)]+?)\s*\)?")


@dataclass(frozen=True, slots=True)
class Figure:
    """One pair of cells; None is unknown, and `workers_status` gives the reason for workers."""

    establishments: int | None
    workers: int | None
    workers_status: WorkersStatus


@dataclass(frozen=True, slots=True)
class Area:
    """An area of the header; `column` is its first one, counted from 1. `is_total` marks the city and its gu."""

    name: str
    sigungu: str
    column: int
    place: Place | None
    is_total: bool


@dataclass(slots=True)
class Block:
    """Rows of one industry: its total and its classes, with a figure per area."""

    code: str
    label: str
    row: int
    total: list[Figure]
    classes: dict[str, list[Figure]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Content of a workbook.

    Attributes:
        year: Reference year.
        sido: Name in the title.
        sigungu: Name in the title; empty in Sejong.
        areas: In the order of the columns; the first is the whole.
        blocks: By industry code: `TT`, a section's letter, two digits of a division.
        ksic_revision: 9, 10 or 11.
        messages: Assumptions.
        cells: Number of figures read.
    """

    year: int
    sido: str
    sigungu: str
    areas: tuple[Area, ...]
    blocks: Mapping[str, Block]
    ksic_revision: str
    messages: tuple[str, ...]
    cells: int


@dataclass(frozen=True, slots=True)
class TableKind:
    """Marks of one table of the series: words of its title, and the labels of its class rows."""

    name: str
    title_words: tuple[str, ...]
    other_words: tuple[str, ...]
    class_of: Callable[[str], str | None]
    needed: tuple[frozenset[str], ...]


def read_sheet(path: Path, kind: TableKind, ksic: str | None = None) -> Sheet:
    """Read a workbook.

    Args:
        path: the XLSX file.
        kind: the expected table.
        ksic: the classification's revision; by default from the workbook's labels or its year.

    Raises:
        RefusedError: when the layout differs (names the cell), or an area is not an 읍면동 of the place in the title.
    """
    return _Reader(path, kind).read(ksic)


def differences(sheet: Sheet) -> Iterator[str]:
    """Yield a line per sum that differs from its total, and per class that only some industries have.

    Compares classes with the industry, divisions with the section, sections with the total, and dongs with the city.
    """
    yield from _missing_classes(sheet)
    for block in sheet.blocks.values():
        if block.classes:
            yield from _compare(sheet, block, list(block.classes.values()), "its classes")
    by_section = _divisions_of_sections(sheet)
    for letter, divisions in by_section.items():
        parts = [sheet.blocks[code].total for code in divisions]
        if parts and letter in sheet.blocks:
            yield from _compare(sheet, sheet.blocks[letter], parts, "its divisions")
    if WHOLE in sheet.blocks:
        parts = [sheet.blocks[letter].total for letter in by_section if letter in sheet.blocks]
        if UNCLASSIFIED in sheet.blocks:
            parts.append(sheet.blocks[UNCLASSIFIED].total)
        yield from _compare(sheet, sheet.blocks[WHOLE], parts, "its sections")
    for block in sheet.blocks.values():
        yield from _compare_areas(sheet, block)


def _missing_classes(sheet: Sheet) -> Iterator[str]:
    known = {name for block in sheet.blocks.values() for name in block.classes}
    for block in sheet.blocks.values():
        if block.classes and (missing := known - set(block.classes)):
            yield f"row {block.row}: {block.label} has no row for {', '.join(sorted(missing))}"


class _Reader:
    """Reader of one file; holds its name and rows for the error messages."""

    def __init__(self, path: Path, kind: TableKind) -> None:
        self._file = path.name
        self._kind = kind
        self._rows = _rows(path)

    def read(self, ksic: str | None) -> Sheet:
        self._check_title()
        year, sido, sigungu, at = self._place()
        head = self._header(at)
        areas = self._areas(head, year, sido, sigungu)
        blocks, footer = self._blocks(head + 2, areas)
        self._check_blocks(blocks)
        revision, messages = self._revision(year, blocks, footer, ksic)
        cells = 2 * len(areas) * sum(1 + len(block.classes) for block in blocks.values())
        return Sheet(year, sido, sigungu, areas, blocks, revision, tuple(messages), cells)

    def _refused(self, what: str, row: int | None = None, column: int | None = None) -> RefusedError:
        cell = f" cell {get_column_letter(column)}{row}:" if row and column else f" row {row}:" if row else ""
        return RefusedError(f"{self._file}:{cell} {what}; expected {self._kind.name}, nothing was written")

    def _check_title(self) -> None:
        title = _text(self._cell(1, 1))
        joined = title.replace(" ", "")
        if any(word not in joined for word in self._kind.title_words) or any(
            word in joined for word in self._kind.other_words
        ):
            raise self._refused(f"the title is {title[:80]!r}", 1, 1)

    def _place(self) -> tuple[int, str, str, int]:
        for row in range(1, HEADER_WITHIN):
            if match := PLACE.fullmatch(_text(self._cell(row, 1))):
                names = match[2].split()
                sigungu = " ".join(names[1:])
                day = reference_day(int(match[1]))
                if not sigungu_codes(names[0], sigungu, day):
                    raise self._refused(f"{match[2]!r} is not a 시군구 on {day}", row, 1)
                return int(match[1]), names[0], sigungu, row
        raise self._refused(
            f"no line such as '(2023 기준년도, 강원특별자치도 강릉시)' in the first {HEADER_WITHIN} rows"
        )

    def _header(self, after: int) -> int:
        for row in range(after + 1, after + HEADER_WITHIN):
            if _text(self._cell(row, 1)).replace(" ", "").startswith("산업분류"):
                return row
        raise self._refused(
            f"no header beginning with '산업분류' within {HEADER_WITHIN} rows below row {after}"
        )

    def _areas(self, head: int, year: int, sido: str, sigungu: str) -> tuple[Area, ...]:
        columns = [
            column
            for column in range(2, len(self._rows[head - 1]) + 1)
            if _text(self._cell(head, column)) or _text(self._cell(head + 1, column))
        ]
        if not columns:
            raise self._refused("no area in the header", head)
        first, last = columns[0], columns[-1]
        if (last - first) % 2 == 0:
            raise self._refused("the columns of areas are not pairs of 사업체수 and 종사자수", head + 1, last)
        areas: list[Area] = []
        day = reference_day(year)
        codes = sigungu_codes(sido, sigungu, day)
        gu_names = {sigungu_name(code).split()[-1]: code for code in codes} if len(codes) > 1 else {}
        whole = sigungu.rsplit(maxsplit=1)[-1] if sigungu else sido
        gu = ""
        for column in range(first, last, 2):
            for offset, measure in enumerate(MEASURES):
                label = _text(self._cell(head + 1, column + offset)).replace(" ", "")
                if not label.startswith(measure):
                    raise self._refused(
                        f"{label!r} stands where {measure} belongs", head + 1, column + offset
                    )
            name = _text(self._cell(head, column))
            if _text(self._cell(head, column + 1)) not in {"", name}:
                raise self._refused("a name over the second column of an area", head, column + 1)
            if not areas:
                if name.split()[-1:] != [whole] and name not in {"합계", "계", "전체", "총계"}:
                    raise self._refused(
                        f"the first area is {name!r}, but the title names {whole}", head, column
                    )
                areas.append(
                    Area(whole, sigungu, column, None if gu_names else self._whole(sido, sigungu, year), True)
                )
            elif name.split()[-1:] and (bare := name.split()[-1]) in gu_names:
                gu = f"{sigungu} {bare}"
                areas.append(Area(bare, gu, column, self._whole(sido, gu, year), True))
            else:
                areas.append(self._dong(name, (head, column), sido, gu or sigungu, year))
        names = [(area.sigungu, area.name) for area in areas if not area.is_total]
        if repeated := next((name for name in names if names.count(name) > 1), None):
            raise self._refused(f"the area {repeated[1]} occurs twice", head)
        if not names:
            raise self._refused(f"no 읍면동 beside {areas[0].name}", head)
        return tuple(areas)

    def _whole(self, sido: str, sigungu: str, year: int) -> Place:
        return place(sido, sigungu, "", reference_day(year))

    def _dong(self, name: str, cell: tuple[int, int], sido: str, sigungu: str, year: int) -> Area:
        if not name:
            raise self._refused("an area without a name", *cell)
        try:
            located = place(sido, sigungu, name, reference_day(year))
        except RefusedError as refusal:
            raise self._refused(str(refusal), *cell) from refusal
        return Area(name, sigungu, cell[1], located, False)

    def _blocks(self, start: int, areas: Sequence[Area]) -> tuple[dict[str, Block], list[str]]:
        blocks: dict[str, Block] = {}
        footer: list[str] = []
        block: Block | None = None
        for row in range(start, len(self._rows) + 1):
            stub = [_text(cell) for cell in self._rows[row - 1][: areas[0].column - 1]]
            label = next((cell for cell in reversed(stub) if cell), "")
            values = self._rows[row - 1][areas[0].column - 1 :]
            if all(_text(cell) == "" for cell in values):
                if label:
                    footer.append(label)
                continue
            if footer:
                raise self._refused(f"figures below the note {footer[-1][:40]!r}", row)
            figures = [self._figure(row, area) for area in areas]
            used = areas[-1].column + 1
            if any(_text(cell) for cell in self._rows[row - 1][used:]):
                raise self._refused("a figure right of the last area", row, used + 1)
            if (name := self._kind.class_of(label)) is not None:
                if block is None:
                    raise self._refused(f"the class {label!r} before any industry", row)
                if name in block.classes:
                    raise self._refused(f"a second row {label!r} of {block.label}", row)
                block.classes[name] = figures
                continue
            code = _industry(label)
            if code is None:
                raise self._refused(f"{label!r} is neither an industry nor a class", row)
            if code in blocks:
                raise self._refused(f"a second block of {label!r}", row)
            if any(cell not in {"", "**", code, label} for cell in stub[:-1] if cell != label):
                raise self._refused(
                    f"the columns left of {label!r} contain {' '.join(filter(None, stub[:-1]))!r}", row
                )
            blocks[code] = block = Block(code, label, row, figures)
        return blocks, footer

    def _figure(self, row: int, area: Area) -> Figure:
        establishments, _ = self._number(row, area.column)
        workers, is_hidden = self._number(row, area.column + 1)
        status: WorkersStatus = "ok" if workers is not None else "suppressed" if is_hidden else "absent"
        return Figure(establishments, workers, status)

    def _number(self, row: int, column: int) -> tuple[int | None, bool]:
        """Return the count of a cell, or None, and True if it is withheld."""
        value = self._cell(row, column)
        if isinstance(value, bool):
            raise self._refused(f"{value!r} is not a count", row, column)
        if isinstance(value, (int, float)):
            if value < 0 or value != int(value):
                raise self._refused(f"{value!r} is not a count", row, column)
            return int(value), False
        text = _text(value)
        if text in {"", "…", "..."}:
            return None, False
        if text in {"*", "X", "x"}:
            return None, True
        if text == "-":
            return 0, False
        if re.fullmatch(r"\d{1,3}(,\d{3})+|\d+", text):
            return int(text.replace(",", "")), False
        raise self._refused(f"{text!r} is not a count", row, column)

    def _check_blocks(self, blocks: Mapping[str, Block]) -> None:
        """Refuse incomplete manufacturing: its section, its divisions only, and the small classes in each of them."""
        if SECTION not in blocks:
            raise self._refused("no row of manufacturing, such as 'C.제조업(10~34)'")
        inside = _between_sections(blocks, SECTION)
        if not inside:
            raise self._refused("no division below manufacturing")
        if strange := next((code for code in inside if code not in DIVISIONS), None):
            raise self._refused(
                f"{blocks[strange].label!r} is not a division of manufacturing (10 to 34)",
                blocks[strange].row,
            )
        for code in (SECTION, *inside):
            block = blocks[code]
            if not any(classes <= set(block.classes) for classes in self._kind.needed):
                missing = " and ".join(sorted(self._kind.needed[0] - set(block.classes)))
                raise self._refused(f"{block.label!r} has no row for {missing}", block.row)

    def _revision(
        self, year: int, blocks: Mapping[str, Block], footer: Sequence[str], ksic: str | None
    ) -> tuple[str, list[str]]:
        """Return the revision of the classification: the option, the sheet, a distinctive label, or the year."""
        if ksic:
            return ksic, []
        signs = _signs()
        head = " ".join(_text(cell) for row in self._rows[:4] for cell in row)
        for revision, words in signs["words"].items():
            if any(word in " ".join([head, *footer]).replace(" ", "") for word in words):
                return str(revision), []
        for revision, labels in signs["labels"].items():
            for code, label in labels.items():
                if code in blocks and label in blocks[code].label.replace(" ", ""):
                    return str(revision), []
        by_year = next(str(entry["revision"]) for entry in signs["years"] if year >= entry["from"])
        return by_year, [f"{self._file}: KSIC {by_year} assumed from the year {year}; --ksic overrides it"]

    def _cell(self, row: int, column: int) -> Any:
        cells = self._rows[row - 1] if row <= len(self._rows) else ()
        return cells[column - 1] if column <= len(cells) else None


def _rows(path: Path) -> list[tuple[Any, ...]]:
    """Return the cells of the only sheet with content."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise RefusedError(f"{path.name}: larger than {MOST_BYTES // 10**6} MB when unpacked")
        book = load_workbook(path, data_only=True)
        sheets = [
            sheet
            for sheet in book.worksheets
            if any(cell.value is not None for row in sheet.iter_rows(max_row=HEADER_WITHIN) for cell in row)
        ]
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        ParseError,
        DefusedXmlException,
    ) as error:
        raise RefusedError(
            f"{path.name}: not a readable workbook ({type(error).__name__}); save it as XLSX"
        ) from error
    if len(sheets) != 1:
        names = ", ".join(sheet.title for sheet in sheets)
        raise RefusedError(f"{path.name}: {len(sheets)} sheets with content ({names}); expected one")
    sheet = sheets[0]
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        raise RefusedError(
            f"{path.name}: {sheet.max_row} rows and {sheet.max_column} columns are too many for a table of one 시군구"
        )
    return list(sheet.iter_rows(values_only=True))


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _industry(label: str) -> str | None:
    """Return the code of an industry label; None for any other label."""
    if label.replace(" ", "") in {"TT전체산업", "전체산업", "전산업", "TT"}:
        return WHOLE
    if label == UNCLASSIFIED:
        return UNCLASSIFIED
    if match := re.match(r"([A-U])\s*\.\s*\D", label):
        return match[1]
    if match := re.match(r"(\d{2})\s*\.\s*\S", label):
        return match[1]
    return None


def _between_sections(blocks: Mapping[str, Block], letter: str) -> list[str]:
    """Return the divisions below the row of a section."""
    codes = list(blocks)
    below = []
    for code in codes[codes.index(letter) + 1 :]:
        if not code.isdigit():
            break
        below.append(code)
    return below


def _divisions_of_sections(sheet: Sheet) -> dict[str, list[str]]:
    letters = [code for code in sheet.blocks if len(code) == 1]
    return {letter: _between_sections(sheet.blocks, letter) for letter in letters}


def _compare(sheet: Sheet, block: Block, parts: Sequence[Sequence[Figure]], what: str) -> Iterator[str]:
    for index, area in enumerate(sheet.areas):
        figures = [part[index] for part in parts]
        yield from _difference(f"{block.label}, {area.name}", block.total[index], figures, what)


def _compare_areas(sheet: Sheet, block: Block) -> Iterator[str]:
    """Compare dongs with their gu, and dongs or gu with the city, for every row of a block."""
    has_gu = sum(area.is_total for area in sheet.areas) > 1
    for name, figures in {"": block.total, **block.classes}.items():
        label = f"{block.label} {name}".strip()
        for index, area in enumerate(sheet.areas):
            if area.is_total:
                below = [
                    figure
                    for figure, other in zip(figures, sheet.areas, strict=True)
                    if (
                        other.is_total and other is not area
                        if has_gu and not index
                        else not other.is_total and other.sigungu == area.sigungu
                    )
                ]
                yield from _difference(f"{label}, {area.name}", figures[index], below, "its areas")


def _difference(where: str, total: Figure, parts: Sequence[Figure], what: str) -> Iterator[str]:
    """Yield a line if a sum differs; with an unknown part, only if the known parts exceed the total."""
    for measure, unit in (("establishments", "establishments"), ("workers", "workers")):
        stated = getattr(total, measure)
        known = [value for part in parts if (value := getattr(part, measure)) is not None]
        is_whole = len(known) == len(parts)
        if stated is not None and (sum(known) != stated if is_whole else sum(known) > stated):
            yield f"{where}: {what} add up to {sum(known):,} {unit}, but the total is {stated:,}"


@cache
def _signs() -> Mapping[str, Any]:
    signs: dict[str, Any] = yaml.safe_load(
        files(__package__).joinpath("ksic.yaml").read_text(encoding="utf-8")
    )
    return signs
