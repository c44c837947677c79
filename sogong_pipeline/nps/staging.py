"""Staging: a landed file becomes typed Parquet, and what cannot be typed goes to quarantine with a reason."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from sogong_pipeline.engine import Engine, query
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake import Built
from sogong_pipeline.nps.layout import COLUMNS
from sogong_pipeline.nps.lines import rewrite
from sogong_pipeline.periods import Month

_columns = ", ".join(f'"{column}"' for column in COLUMNS)
_types = ", ".join(f"'{column}': 'VARCHAR'" for column in COLUMNS)


def stage(raw: Path, shown: str, month: Month, workspace: Path) -> Built:
    """Type every row of a landed file.

    Args:
        raw: the landed bytes.
        shown: the file's name as received, for messages.
        month: the data month the file was found to hold.
        workspace: an empty folder to write in.

    Returns:
        `workplace` (typed rows, see sql/staged/workplace/schema.yaml) and `quarantine` (row_number, reason,
        line), with the row account in the facts.

    Raises:
        RefusedError: when the file is not ours, is cut off, or rows in differ from rows out + quarantined.
    """
    text = workspace / "line.csv"
    found = rewrite(raw, shown, text)
    workplace, quarantine = workspace / "workplace.parquet", workspace / "quarantine.parquet"
    with Engine(workspace) as engine:
        broken = pa.table(
            {
                "row_number": pa.array(found.broken, pa.int64()),
                "structural_reason": pa.array([reason for reason, _ in found.broken.values()], pa.string()),
                "raw_line": pa.array([line for _, line in found.broken.values()], pa.string()),
            }
        )
        engine.connection.register("broken", broken)
        engine.connection.execute(
            f"""
            CREATE TEMP TABLE line AS
            SELECT parsed.*, hash({_columns}) AS line_hash, structural_reason
            FROM (
                SELECT row_number() OVER () AS row_number, *
                FROM read_csv(
                    '{str(text).replace("'", "''")}', header = false, auto_detect = false, delim = ',',
                    quote = '"', escape = '"', new_line = '\\n', nullstr = '\x01',
                    columns = {{{_types}}}
                )
            ) AS parsed
            LEFT JOIN broken USING (row_number)
            """
        )
        engine.variables({"data_month": str(month)})
        engine.connection.execute(f"CREATE TEMP TABLE judged AS {query('staged', 'workplace')}")
        staged_rows = engine.write("SELECT * EXCLUDE (reason) FROM judged WHERE reason IS NULL", workplace)
        quarantined_rows = engine.write(
            f"""
            SELECT row_number, reason, coalesce(raw_line, concat_ws(',', {_columns})) AS line
            FROM (SELECT row_number, reason FROM judged WHERE reason IS NOT NULL)
            JOIN line USING (row_number)
            LEFT JOIN broken USING (row_number)
            ORDER BY row_number
            """,
            quarantine,
        )
    if found.rows != staged_rows + quarantined_rows:
        raise RefusedError(
            f"{shown}: {found.rows} rows went in, {staged_rows} came out and {quarantined_rows} were quarantined; "
            "nothing was kept, please report this file"
        )
    return Built(
        files={"workplace": workplace, "quarantine": quarantine},
        facts={
            "header_vintage": found.layout.vintage,
            "rows": found.rows,
            "staged_rows": staged_rows,
            "quarantined_rows": quarantined_rows,
            "unreadable_characters": found.unreadable_characters,
        },
    )
