"""Small CSV files under Korean headings, at addresses that can be computed from a code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sogong_pipeline.release.policy import policy
from sogong_pipeline.release.tables import write_csv
from sogong_pipeline.sql_engine import Engine
from sogong_pipeline.warehouse.views import korean_view, quoted

SLICES: Mapping[str, tuple[str, str, str, str]] = {
    "office": ("district_report", "office_code", "jeju", "district_id"),
    "region": ("fact_region_month", "region_code", "", "data_month"),
}
"""By folder: the table, the column that names the file, the name where that is null, and the order of lines."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would compute."""


def write_slices(engine: Engine, folder: Path, *, is_open: bool) -> None:
    """Write `slices/office/<code>.csv`, a line per district, and `slices/region/<code>.csv`, a line per month."""
    for kind, (table, column, otherwise, order) in SLICES.items():
        columns = policy().columns(table, is_open=is_open)
        texts = {one["title_ko"] for one in columns if one["type"] == "text"}
        heads = ", ".join(
            _harmless(one["title_ko"]) if one["title_ko"] in texts else quoted(one["title_ko"])
            for one in columns
        )
        shown = korean_view(f"(SELECT * FROM {table} ORDER BY {order})", columns)
        by_code = shown.replace(
            "SELECT ", f"SELECT shown.{column} AS of_code, shown.{order} AS in_order, ", 1
        )
        engine.table("slice", by_code)
        for code in _codes(engine, table, column):
            chosen = f"of_code = '{code}'" if code else "of_code IS NULL"
            write_csv(
                engine,
                f"SELECT {heads} FROM slice WHERE {chosen} ORDER BY in_order",
                folder / "slices" / kind / f"{code or otherwise}.csv",
            )


def _codes(engine: Engine, table: str, column: str) -> Iterator[str]:
    for row in engine.rows(f"SELECT DISTINCT {column} AS code FROM {table} ORDER BY code NULLS LAST"):
        yield row["code"] or ""


def _harmless(title: str) -> str:
    """A text that no spreadsheet takes for a formula: one that would be is preceded by an apostrophe."""
    name = quoted(title)
    begins = " OR ".join(f"starts_with({name}, '{sign}')" for sign in FORMULA)
    return f"CASE WHEN {begins} THEN chr(39) || {name} ELSE {name} END AS {name}"


def write_codes(engine: Engine, folder: Path) -> list[str]:
    """Write `codes/<set>.csv`: each code with its Korean and English word; returns the names of the sets."""
    sets = list(_codes(engine, "label", "code_set"))
    for name in sets:
        write_csv(
            engine,
            f"SELECT code, label_ko, label_en FROM label WHERE code_set = '{name}' ORDER BY code",
            folder / "codes" / f"{name}.csv",
        )
    return sets
