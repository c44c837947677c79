"""Counted rows of a month by grade and sido, for any lake: the share that is placed where the truth is unknown."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from sogong_pipeline.districts.matching import GRADES
from sogong_pipeline.regions.reference import regions

UNKNOWN = "?"
"""Label of rows with an unknown sido."""


def rows_by_grade(member: Path) -> pd.DataFrame:
    """Count the counted rows of a matched month.

    Args:
        member: `district_member`.

    Returns:
        One row per sido of today, in order of its code, named shortly, and `all`; one column per grade, surest first.
    """
    rows: pd.DataFrame = pq.read_table(member, columns=["sido_code", "grade", "is_counted"]).to_pandas()
    rows = rows[rows["is_counted"]]
    codes = rows["sido_code"].fillna(UNKNOWN)
    table = pd.crosstab(codes, rows["grade"]).reindex(columns=list(GRADES), fill_value=0)
    names = {one.region_code: one.short_name for one in regions() if one.level == "sido"}
    table.index = pd.Index([names.get(code, code) for code in table.index], name="sido")
    table.loc["all"] = table.sum()
    return table


def lines(table: pd.DataFrame) -> list[str]:
    """Format the counts as Markdown."""
    return [
        f"| 시도 | {' | '.join(GRADES)} |",
        "|---" * (len(GRADES) + 1) + "|",
        *(f"| {sido} | {' | '.join(f'{count:,}' for count in row)} |" for sido, *row in table.itertuples()),
    ]
