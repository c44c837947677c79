"""Read the factory register in force, loaded by `sogong factories load`, for counting."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.clusters.register import Factory
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition

REGISTERS, FIRMS, TABLE, ROLE = "registers", "firms", "factory_firm", "register"
"""Layers and table of factory registers, and the role of the register of all factories."""
COLUMNS = ("register_version", "site", "emd_code", "complex_name", "centre_name", "main_industry", "industry_codes",
           "industry_revision", "declared_workers")  # fmt: skip
FIRST_YEAR_OF_REVISION_11 = 2025


@dataclass(frozen=True, slots=True)
class RegisterInLake:
    """Register of all factories: its version, the day it describes, its classification, and its firms."""

    version: str
    as_of: dt.date
    ksic_revision: str
    retrieved: str
    factories: list[Factory]


def read_register(catalogue: Catalogue) -> RegisterInLake:
    """Read the firms of the register loaded last, each at its first site.

    Raises:
        RefusedError: when none is loaded.
    """
    loaded = [one for one in catalogue.lake.partitions(REGISTERS) if one.facts["role"] == ROLE]
    firms = max(catalogue.lake.partitions(FIRMS), key=_recorded, default=None)
    if not loaded or firms is None:
        raise RefusedError("no register of factories is loaded; run `sogong factories load FILE` first")
    register = loaded[-1]
    version, as_of = str(register.facts["version"]), dt.date.fromisoformat(register.facts["as_of"])
    table = pq.read_table(firms.path(TABLE), columns=list(COLUMNS))
    rows = table.filter(
        pc.and_(pc.equal(table["register_version"], version), pc.equal(table["site"], 1))
    ).to_pylist()
    if not rows:
        raise RefusedError(
            f"the firms of register {version} are not in the lake; run `sogong factories load FILE` again"
        )
    return RegisterInLake(
        version,
        as_of,
        _revision(rows, as_of),
        str(_recorded(register))[:10],
        [_factory(row) for row in rows],
    )


def _recorded(partition: Partition) -> str:
    return str(partition.manifest["recorded_at"])


def _factory(row: dict[str, Any]) -> Factory:
    codes = re.findall(r"\d{5}", f"{row['main_industry'] or ''} {row['industry_codes'] or ''}")
    workers = (row["declared_workers"] or "").replace(",", "").strip()
    return Factory(
        emd_code=row["emd_code"],
        industry_code=codes[0] if codes else None,
        in_complex=bool(row["complex_name"] or row["centre_name"]),
        workers=int(workers) if workers.isdigit() else None,
    )


def _revision(rows: list[dict[str, Any]], as_of: dt.date) -> str:
    """Return the revision that most rows name; by the year if none does."""
    named = Counter(match[0] for row in rows if (match := re.search(r"\d+", row["industry_revision"] or "")))
    if named:
        return named.most_common(1)[0][0]
    return "11" if as_of.year >= FIRST_YEAR_OF_REVISION_11 else "10"
