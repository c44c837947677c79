"""Write expectations/sido_bounds.yaml: plausible shares of each 시도 in the nation, from real rows.

    python -m tools.sido_bounds FILE...

A file is a published one, or a table with the columns snapshot_month, sido (full name) and headcount. The bounds reach
from the smallest share seen to the largest, both widened; docs/decisions/0009-bound-sido-shares-with-warnings-only.md
says why. Whoever has national files runs it on them and gets narrower ones.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq

from sogong_pipeline.lake.partitions import SHORT, sha256_of
from sogong_pipeline.nps.file.content import data_month
from sogong_pipeline.nps.file.staging import stage
from sogong_pipeline.quality import SUITES
from sogong_pipeline.regions.reference import current_code, regions

WIDENED = 4
"""Neither file at hand is a random sample: the share of 대전 differs fourfold between the two."""
LARGE = 300
"""Subscribers of workplaces from this size on are left out, so that one headquarters does not speak for a 시도."""


@dataclass
class Seen:
    """Content of one file by 시도 of today."""

    source: str
    workplaces: Counter[str] = field(default_factory=Counter)
    subscribers: Counter[str] = field(default_factory=Counter)


def main(files: list[str]) -> None:
    """Write the bounds."""
    seen = [look(Path(file)) for file in files]
    (SUITES / "sido_bounds.yaml").write_text("\n".join(lines(seen)) + "\n", encoding="utf-8", newline="\n")


def look(file: Path) -> Seen:
    """Count a file's enrolled workplaces with subscribers, and those below `LARGE`."""
    with file.open("rb") as opened:
        is_table = opened.readline().startswith(b"workplace_name,")
    month, rows = _of_table(file) if is_table else _of_published(file)
    counted = 0
    seen = Seen("")
    for sido_code, subscribers in rows:
        today = current_code(sido_code) or sido_code
        counted += 1
        seen.workplaces[today] += 1
        seen.subscribers[today] += subscribers if subscribers < LARGE else 0
    seen.source = f"{counted:,} workplaces of {month}, SHA-256 {sha256_of(file)[:SHORT]}"
    return seen


def _of_published(file: Path) -> tuple[str, Iterator[tuple[str, int]]]:
    month = data_month(file, file.name)
    with tempfile.TemporaryDirectory() as folder:
        staged = pq.read_table(stage(file, file.name, month, Path(folder)).files["workplace"]).to_pylist()
    rows = (
        (row["sido_code"], row["subscribers"]) for row in staged if row["status"] == 1 and row["subscribers"]
    )
    return str(month), rows


def _of_table(file: Path) -> tuple[str, Iterator[tuple[str, int]]]:
    codes = {region.name: region.region_code for region in regions() if region.level == "sido"}
    with file.open(encoding="utf-8-sig", newline="") as opened:
        table = [row for row in csv.DictReader(opened) if row["sido"]]  # a few rows have no address
    return table[0]["snapshot_month"], ((codes[row["sido"]], int(row["headcount"])) for row in table)


def lines(seen: list[Seen]) -> Iterator[str]:
    """Yield the file, line by line."""
    yield "# Between which shares of the nation each 시도 lies. Do not edit:"
    yield "# `python -m tools.sido_bounds FILE...` writes it. From the smallest share seen to the"
    yield f"# largest, each widened {WIDENED} times. Workplaces are enrolled ones with subscribers, subscribers"
    yield f"# those of workplaces of under {LARGE}; codes are today's."
    yield "made_from:"
    yield from (f'  - "{file.source}"' for file in seen)
    yield "bounds:"
    for region in regions():
        if region.level == "sido" and region.valid_to is None:
            workplaces = _bounds([file.workplaces for file in seen], region.region_code)
            subscribers = _bounds([file.subscribers for file in seen], region.region_code)
            yield (
                f'  - {{sido_code: "{region.region_code}", name: {region.short_name}, '
                f"least_workplace_share: {workplaces[0]}, most_workplace_share: {workplaces[1]}, "
                f"least_subscriber_share: {subscribers[0]}, most_subscriber_share: {subscribers[1]}}}"
            )


def _bounds(counts: list[Counter[str]], code: str) -> tuple[str, str]:
    shares = [Fraction(count[code], count.total()) for count in counts]
    return f"{float(min(shares) / WIDENED):.6f}", f"{float(min(max(shares) * WIDENED, Fraction(1))):.6f}"


if __name__ == "__main__":
    main(sys.argv[1:])
