"""Convert files of one source into one file of the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from sogong_pipeline.clusters.counts import (
    COUNT_COLUMNS,
    OWNER_COLUMNS,
    Count,
    OwnerCount,
    is_owner_file,
    read_counts,
    read_owners,
    write_rows,
)
from sogong_pipeline.clusters.seoul import convert_microdata
from sogong_pipeline.clusters.sums import differing_sums
from sogong_pipeline.clusters.workbooks import Converted, convert_table3, convert_table9
from sogong_pipeline.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Conversion:
    """Text of a template file, its assumptions and differences, and its counts of rows, cells and suppressed rows."""

    text: str
    account: Mapping[str, int]
    messages: tuple[str, ...]


def convert(
    files: Sequence[Path], source: str, retrieved: str, *, ksic: str | None = None, names: Path | None = None
) -> Conversion:
    """Convert files of one source: `workbook3`, `workbook9`, `seoul` or `template` (validated and sorted).

    Raises:
        RefusedError: when a file differs from the layout of its source, or two files contain the same cell.
    """
    if names is not None and source != "seoul":
        raise RefusedError("--names goes with --from seoul")
    parts = [_one(path, source, retrieved, ksic, names) for path in files]
    rows: list[Count | OwnerCount] = [row for part in parts for row in part.rows]
    is_owners = {isinstance(row, OwnerCount) for row in rows}
    if len(is_owners) > 1:
        raise RefusedError("the files mix both templates; convert counts and owners separately")
    seen = set()
    for row in rows:
        if row.key in seen:
            raise RefusedError(
                f"{row.source_id}: {row.sigungu} {row.dong} {row.division} of {row.reference_year} "
                "is in two of the files"
            )
        seen.add(row.key)
    return Conversion(
        write_rows(rows, OWNER_COLUMNS if is_owners == {True} else COUNT_COLUMNS),
        {
            "rows": len(rows),
            "cells": sum(part.cells for part in parts),
            "suppressed": sum(part.suppressed for part in parts),
        },
        tuple(chain.from_iterable(part.messages for part in parts)),
    )


def _one(path: Path, source: str, retrieved: str, ksic: str | None, names: Path | None) -> Converted:
    if source == "workbook3":
        return convert_table3(path, retrieved, ksic)
    if source == "workbook9":
        return convert_table9(path, retrieved, ksic)
    if source == "seoul":
        return convert_microdata(path, retrieved, ksic, names)
    if is_owner_file(path):
        owners = tuple(read_owners(path))
        return Converted(
            owners, 2 * len(owners), sum(row.workers_status == "suppressed" for row in owners), ()
        )
    counts = tuple(read_counts(path))
    hidden = sum(row.workers_status == "suppressed" for row in counts)
    return Converted(counts, 2 * len(counts), hidden, tuple(differing_sums(counts)))
