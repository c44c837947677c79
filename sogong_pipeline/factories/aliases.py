"""Proposals file that a person completes, and the aliases read back from it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.factories.names import SETTLED, Alias, Settled, check_aliases

COLUMNS = ("name", "sigungu_code", "district_ids", "valid_from", "valid_to", "reason")
"""Columns that a person fills in; further columns of a proposals file are for information."""
NO_DISTRICT = "none"
"""Value of `district_ids` for a name that does not denote a district."""


def write_proposals(names: Iterable[Settled], called: Mapping[str, str]) -> str:
    """Return the unsettled names as a CSV to complete; candidates are listed, the answer columns are empty.

    Args:
        names: results of settling the names.
        called: names of districts by id.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, "firms", "state", "candidates"))
    for one in names:
        if one.state != SETTLED:
            candidates = "; ".join(f"{key} {called.get(key, '')}".strip() for key in one.district_ids)
            writer.writerow((one.name, one.sigungu_code, "", "", "", "", one.firms, one.state, candidates))
    return text.getvalue()


def write_aliases(aliases: Iterable[Alias]) -> str:
    """Return aliases as a CSV that `read_aliases` restores unchanged."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in aliases:
        ids = "|".join(one.district_ids) or NO_DISTRICT
        writer.writerow((one.name, one.sigungu_code, ids, one.valid_from, one.valid_to or "", one.reason))
    return text.getvalue()


def read_aliases(path: Path, known: set[str] | None = None) -> list[Alias]:
    """Read a filled-in file of proposals; a row whose `district_ids` is blank is left for later.

    Args:
        path: a UTF-8 CSV with the columns of `COLUMNS`.
        known: ids of the registry's districts; None for a file that was checked before.

    Raises:
        RefusedError: when a row is invalid; the message names the row and the value, and nothing is stored.
    """
    try:
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    except UnicodeDecodeError:
        raise RefusedError(f"{path.name}: not UTF-8; save it as CSV UTF-8") from None
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise RefusedError(f"{path.name}: it lacks the columns {', '.join(missing)}; see docs/factories.md")
    aliases = []
    for row in reader:
        cells = {column: (row[column] or "").strip() for column in COLUMNS}
        if cells["district_ids"]:
            aliases.append(_alias(cells, f"{path.name}: row {reader.line_num}"))
    if known is not None:
        check_aliases(aliases, known, path.name)
    return sorted(aliases, key=lambda one: (one.name, one.sigungu_code, one.valid_from))


def _alias(cells: Mapping[str, str], where: str) -> Alias:
    for column in ("name", "reason", "valid_from"):
        if not cells[column]:
            raise RefusedError(f"{where}: {column} is blank; fill it in, nothing was changed")
    if not re.fullmatch(r"(\d{5})?", cells["sigungu_code"]):
        raise RefusedError(
            f"{where}: sigungu_code {cells['sigungu_code']!r} has not 5 digits; nothing was changed"
        )
    try:
        valid_from = dt.date.fromisoformat(cells["valid_from"])
        valid_to = dt.date.fromisoformat(cells["valid_to"]) if cells["valid_to"] else None
    except ValueError:
        raise RefusedError(
            f"{where}: valid_from {cells['valid_from']!r} or valid_to {cells['valid_to']!r} is not a date like "
            "2026-01-31; nothing was changed"
        ) from None
    if valid_to is not None and valid_to < valid_from:
        raise RefusedError(
            f"{where}: valid_to {valid_to} lies before valid_from {valid_from}; nothing was changed"
        )
    return Alias(
        cells["name"],
        cells["sigungu_code"],
        _ids(cells["district_ids"]),
        valid_from,
        valid_to,
        cells["reason"],
    )


def _ids(cell: str) -> tuple[str, ...]:
    return (
        ()
        if cell == NO_DISTRICT
        else tuple(sorted({part.strip() for part in cell.split("|") if part.strip()}))
    )


def merged(recorded: Sequence[Alias], new: Sequence[Alias]) -> list[Alias]:
    """Merge new aliases into the recorded ones; they replace those of the same name, sigungu and first day."""
    by_key = {(one.name, one.sigungu_code, one.valid_from): one for one in (*recorded, *new)}
    return [by_key[key] for key in sorted(by_key)]
