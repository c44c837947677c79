"""`dictionary.csv`: a line per column of every released table."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from sogong_pipeline.release.policy import policy
from sogong_pipeline.warehouse.tables import schemas

COLUMNS = (
    *("table", "table_ko", "column", "title_ko", "type", "unit", "is_key", "nullable"),
    *("status_column", "codes", "breaks", "description"),
)


def write_dictionary(folder: Path, tables: Sequence[str], *, is_open: bool) -> None:
    """Write the dictionary of some tables."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_lines(tables, is_open=is_open))
    (folder / "dictionary.csv").write_bytes(codecs.BOM_UTF8 + text.getvalue().encode())


def _lines(tables: Sequence[str], *, is_open: bool) -> Iterator[tuple[str, ...]]:
    for table in tables:
        schema = schemas()[table]
        for column in policy().columns(table, is_open=is_open):
            yield (
                table,
                schema["title_ko"],
                column["name"],
                column["title_ko"],
                column["type"],
                column.get("unit", ""),
                "yes" if column["name"] in schema["grain"] else "",
                "yes" if column.get("nullable") else "",
                column.get("status", ""),
                column.get("codes", ""),
                column.get("breaks", ""),
                column["description"],
            )
