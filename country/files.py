"""Bytes of a monthly file: CP949, in the form of its time, quoted where CSV needs it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from country.forms import Form, form_for, header_for
from country.industries import NO_CODE, load_industries
from country.names import load_name_book
from country.population import MonthRows
from country.workplaces import Integers, Workplaces
from sogong_pipeline.periods import Month

TITLE = "국민연금공단_국민연금 가입 사업장 내역"
OLD_POSTAL_CODES = 7
"""Rows without a road per one with an old postal code, in forms that have these codes."""


def extraction_day(month: Month, seed: int) -> dt.date:
    """Return the day on which a month's file is extracted: the 17th to the 26th of the following month."""
    after = month.shift(1)
    rng = np.random.default_rng([seed, month.year, month.month])
    return dt.date(after.year, after.month, int(rng.integers(17, 27)))


def file_name(month: Month, seed: int) -> str:
    """Return the name of a month's file, labelled with its extraction day."""
    return f"{TITLE}_{extraction_day(month, seed):%Y%m%d}.csv"


def write_month(
    path: Path, rows: MonthRows, addresses: pa.BinaryArray, doubled: Integers, *, no_code_written: bool
) -> None:
    """Write one month's file atomically.

    Args:
        path: The file.
        rows: Its rows.
        addresses: The cells of their addresses, length rows.
        doubled: Rows whose line is repeated at the end of the file.
        no_code_written: Write a missing industry code as `000000` instead of blank.
    """
    lines = _lines(rows, addresses, no_code_written=no_code_written)
    lines = pa.concat_arrays([lines, lines.take(pa.array(doubled))]) if doubled.size else lines
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    body = memoryview(lines.buffers()[2])[int(offsets[0]) : int(offsets[-1])] if len(lines) else b""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(header_for(rows.month))
        file.write(body)
    part.replace(path)


def _lines(rows: MonthRows, addresses: pa.BinaryArray, *, no_code_written: bool) -> pa.BinaryArray:
    who, form = rows.who, form_for(rows.month)
    cells = [
        str(rows.month).replace("-", form.separator).encode(),
        load_name_book().names(who.name, who.style, who.trade, quoted=True),
        _digits(who.prefix),
        _digits(rows.status),
        _address_cells(who, addresses, form),
        _digits(who.form),
        _industry_cells(no_code_written=no_code_written).take(pa.array(who.industry)),
        _days(who.enrolled, form),
        _days(who.re_enrolled, form),
        _days(rows.withdrawn, form),
        _digits(rows.subscribers),
        _digits(rows.billed_krw),
        _digits(rows.joined),
        _digits(rows.left),
    ]
    joined = pc.binary_join_element_wise(*cells, b",")
    return pc.binary_join_element_wise(joined, b"", form.line_end.encode())


def _address_cells(who: Workplaces, addresses: pa.BinaryArray, form: Form) -> pa.BinaryArray:
    if not form.has_old_postal_codes:
        return addresses
    has_no_road = pc.match_substring(addresses, ", ,")
    is_old = pc.and_(has_no_road, pa.array(who.serial % OLD_POSTAL_CODES == 0))
    # No table leads back to the old codes; these are invented from the new ones.
    old = pc.replace_substring_regex(addresses.filter(is_old), r"^(\d{3})(\d{2})", r"\1-0\2")
    return pc.replace_with_mask(addresses, is_old, old)


def _industry_cells(*, no_code_written: bool) -> pa.BinaryArray:
    industries = load_industries()
    pairs: Iterable[str] = (
        "," if code == NO_CODE and not no_code_written else f"{code},{name}"
        for code, name in zip(industries.code, industries.name, strict=True)
    )
    return pa.array([pair.encode("cp949") for pair in pairs], pa.binary())


def _digits(values: NDArray[np.int64]) -> pa.BinaryArray:
    return pc.cast(pc.cast(pa.array(values), pa.string()), pa.binary())


def _days(days: NDArray[np.int64], form: Form) -> pa.BinaryArray:
    dates = pc.cast(pa.array(days.astype(np.int32), mask=days == 0).cast(pa.date32()), pa.string())
    if form.separator != "-":
        dates = pc.replace_substring(dates, "-", form.separator)
    return pc.cast(pc.fill_null(dates, form.no_date), pa.binary())
