"""Reader of register files: only the columns named in forms.yaml are read, all others are dropped here.

Telephone numbers, representatives and products are in these files. No message of this module repeats a cell of a
dropped column.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
import itertools
import operator
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.factories.forms import Form, Recognised, columns, date_columns, form_of, recognise
from sogong_pipeline.lake.partitions import SHORT, digest_of

HEADER_WITHIN = 20
"""Most title lines above the header of a workbook."""
WIDEST_HEAD = 65_536
"""Most characters before the end of the header."""


@dataclass(frozen=True)
class Register:
    """A register file as read.

    Attributes:
        form: Its form.
        as_of: The day it describes.
        rows: `row_number` (line of the file) and its internal columns, as text; dates as dates.
        dropped: Header cells that were not read.
        unnamed: Rows left out because they name neither a firm nor, in a list of centres, a centre.
        damaged: Rows with undecodable characters.
    """

    form: Form
    as_of: dt.date
    rows: pa.Table
    dropped: tuple[str, ...]
    unnamed: int
    damaged: int

    @property
    def version(self) -> str:
        """Return a digest of form, day and rows; the same content has the same version under any file name."""
        content = [
            self.rows.column(name).to_pylist() for name in self.rows.column_names if name != "row_number"
        ]
        return digest_of(self.form.form_id, str(self.as_of), self.rows.column_names, content)[:SHORT]


def read_register(path: Path, as_of: dt.date | None = None, file_name: str | None = None) -> Register:
    """Read a register file.

    Args:
        path: CSV in CP949 or UTF-8, with or without a byte order mark, or XLSX.
        as_of: the day it describes; None to read it from the file's name or its column of dates.
        file_name: its original name, where the file is a copy.

    Raises:
        RefusedError: when the form is unknown, a row differs from the header in width, or the day is unknown.
    """
    name = file_name or path.name
    raw = _workbook(path, name) if path.suffix.lower() in {".xlsx", ".xlsm"} else _csv(path, name)
    form = raw.recognised.form
    rows = pa.table(
        {
            "row_number": raw.numbers,
            **{ours: clean(raw.cells[ours]) for ours in columns() if ours in raw.cells},
        }
    )
    who = "centre_name" if "firm_name" in form.drops else "firm_name"
    is_named = pc.is_valid(rows.column(who))
    is_blank = reduce(pc.and_, [pc.is_null(rows.column(ours)) for ours in raw.cells])
    unnamed = rows.num_rows - _count(pc.or_(is_named, is_blank))
    rows = rows.filter(is_named)
    if not rows.num_rows:
        raise RefusedError(f"{name}: it holds no row with {columns()[who][0]}; nothing was loaded")
    damaged = _count(
        reduce(
            pc.or_,
            [pc.fill_null(pc.match_substring(rows.column(ours), "\ufffd"), False) for ours in raw.cells],
        )
    )
    for ours in set(date_columns()) & set(raw.cells):
        days = pa.array([_date(text) for text in rows.column(ours).to_pylist()], pa.date32())
        rows = rows.set_column(rows.column_names.index(ours), ours, days)
    day = as_of or stated_day(name, rows) or _undated(name)
    stored = [ours for ours in rows.column_names if ours != "stated_on"]
    return Register(form, day, rows.select(stored), raw.recognised.dropped, unnamed, damaged)


def clean(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Normalise cells: composed characters, single blanks, null for empty cells."""
    texts = pc.utf8_normalize(cells, form="NFC")
    texts = pc.utf8_trim(pc.replace_substring_regex(texts, r"[\s\x00-\x1f\x7f\x{200b}\x{feff}]+", " "), " ")
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _count(mask: pa.ChunkedArray) -> int:
    """Count the true values."""
    return int(pc.sum(mask).as_py() or 0)


def stated_day(file_name: str, rows: pa.Table) -> dt.date | None:
    """Return the day of a register from its name or, in municipal extracts, a column; None where neither states it."""
    name = unicodedata.normalize("NFC", file_name)
    if match := re.search(r"(?<!\d)(20\d\d)[-._]?(\d\d)[-._]?(\d\d)(?!\d)", name):
        try:
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
    if match := re.search(r"(?<!\d)(20\d\d)\s*[.년-]\s*(\d{1,2})\s*월", name):
        year, month = int(match[1]), int(match[2])
        if 1 <= month <= 12:
            return dt.date(year, month, calendar.monthrange(year, month)[1])
    if "stated_on" in rows.column_names:
        days = [day for day in rows.column("stated_on").to_pylist() if day is not None]
        return max(days) if days else None
    return None


def _undated(name: str) -> dt.date:
    raise RefusedError(
        f"{name}: neither its name nor a column says which day it describes; give --as-of YYYY-MM-DD"
    )


def _date(text: str | None) -> dt.date | None:
    """Parse a date as registers write it: 2019-05-01, 2019.5.1, 20190501; None for other text."""
    match = re.match(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})(?!\d)", text) if text else None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


@dataclass(frozen=True)
class _Raw:
    """Internal columns as they stand in a file, and the file row of each line."""

    recognised: Recognised
    numbers: pa.Array
    cells: dict[str, pa.ChunkedArray]


def _header(lines: Iterable[Sequence[str]], name: str) -> tuple[Recognised, list[str], int]:
    """Return the form of a file, its header and the number of lines above it.

    Raises:
        RefusedError: when none of the first lines is the header of a known form.
    """
    first: list[str] = []
    for above, line in enumerate(itertools.islice(lines, HEADER_WITHIN)):
        header = [_squeezed(cell) for cell in line]
        if form_of(header) is not None:
            return recognise(header, name), header, above
        first = first or (header if any(header) else [])
    return recognise(first, name), first, 0  # raises


def _squeezed(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).split())


def _csv(path: Path, name: str) -> _Raw:
    """Read the columns of a CSV; row numbers count records, so a line break in a cell does not count."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp949", errors="replace")
    recognised, header, above = _header(csv.reader(io.StringIO(text[:WIDEST_HEAD], newline="")), name)
    wrong: list[tuple[int | None, int]] = []

    def note(row: pa_csv.InvalidRow) -> str:
        padding = row.text.rstrip("\r\n").rsplit(",", row.actual_columns - row.expected_columns)[1:]
        if not row.text.strip(", \r\n") or (row.actual_columns > row.expected_columns and not any(padding)):
            return "skip" if not row.text.strip(", \r\n") else "error"
        wrong.append((row.number, row.actual_columns))
        return "skip"

    try:
        table = pa_csv.read_csv(
            pa.BufferReader(text.encode()),
            read_options=pa_csv.ReadOptions(
                column_names=[str(at) for at in range(len(header))], skip_rows=above + 1, use_threads=False
            ),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
            convert_options=pa_csv.ConvertOptions(
                include_columns=[str(at) for at in recognised.places.values()],
                column_types={str(at): pa.string() for at in recognised.places.values()},
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        raise RefusedError(
            f"{name}: it is not a whole CSV (a quotation mark that never closes, or a row of another width); "
            "save it as CSV again, nothing was loaded"
        ) from None
    if wrong:
        number, cells = wrong[0]
        raise RefusedError(
            f"{name}: row {number}: it has {cells} cells and the header {len(header)}; a comma in a cell needs quotes"
            f"{f' ({len(wrong):,} such rows)' if len(wrong) > 1 else ''}; nothing was loaded"
        )
    numbers = pa.array(range(above + 2, above + 2 + table.num_rows), pa.int32())
    return _Raw(recognised, numbers, {ours: table.column(str(at)) for ours, at in recognised.places.items()})


def _workbook(path: Path, name: str) -> _Raw:
    """Read the first sheet with a header of a known form, or refuse the first sheet."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - workbooks only

    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_index(at) for at in range(len(book.sheet_names))]
        begins = [
            [[*map(_text, row)] for row in itertools.islice(sheet.iter_rows(), HEADER_WITHIN)]
            for sheet in sheets
        ]
        chosen = next(
            (
                at
                for at, lines in enumerate(begins)
                if any(form_of([*map(_squeezed, line)]) for line in lines)
            ),
            0,
        )
        recognised, _, above = _header(begins[chosen], name)
        first = (sheets[chosen].start or (0, 0))[0] + above + 2
        by_position = sorted(recognised.places.items(), key=lambda place: place[1])
        pick = operator.itemgetter(*(at for _, at in by_position), by_position[-1][1])  # always a tuple
        picked = [pick(row) for row in itertools.islice(sheets[chosen].iter_rows(), above + 1, None)]
    except CalamineError as error:
        raise RefusedError(f"{name}: not a workbook that can be read ({error}); download it again") from None
    numbers = pa.array(range(first, first + len(picked)), pa.int32())
    columns_of = zip(*picked, strict=True) if picked else iter([()] * len(by_position))
    cells = {
        ours: pa.chunked_array([pa.array([*map(_text, column)], pa.string())])
        for (ours, _), column in zip(by_position, columns_of, strict=False)
    }
    return _Raw(recognised, numbers, cells)


def _text(cell: Any) -> str:
    """Return a cell of a workbook as text: whole numbers without a fraction, dates in ISO form."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return str(cell)
