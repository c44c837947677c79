"""Writes the pages of docs/ that follow from the code; `--check` exits with 1 where one does not."""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from sogong_pipeline.cli.main import app
from sogong_pipeline.lake.layers import LAYERS
from sogong_pipeline.settings import Settings
from sogong_pipeline.warehouse.tables import adjustments, schemas
from sogong_pipeline.warehouse.views import korean_views, latest_views, views_before
from tools.layer_picture import layer_picture

DOCS = Path(__file__).parent
DAGS = DOCS.parent / "dags"
DECISIONS = DOCS / "decisions"
ARCHITECTURE = DOCS / "architecture.md"
PATH_OF_A_MONTH = (
    "ingest_month",
    "accept_month",
    "propose_stages",
    "record_decisions",
    "draw_survey",
    "record_survey",
    "publish_reports",
    "publish_trend",
    "draft_plans",
    "publish_release",
    "load_registry",
    "load_factories",
    "publish_clusters",
    "fetch_outside",
    "watch_deadlines",
)
WIDTH = 100
"""Columns of the help pages, whatever the terminal."""


def main(arguments: list[str]) -> None:
    """Write the pages, or with `--check` exit with status 1 and a line per page that is out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args(arguments).check
    stale = []
    for name, text in pages().items():
        path = DOCS / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(f"docs/{name} is not what the code says; run `make docs`")
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
    if check and stale:
        sys.exit("\n".join(stale))


def pages() -> dict[str, str]:
    """The generated pages by file name."""
    made = {
        "tables.md": _tables(),
        "joins.md": _joins(),
        "layers.md": _layers(),
        "cli.md": _cli(),
        "dags.md": _dags(),
        "decisions/README.md": _decisions(),
    }
    return {name: "\n".join(lines) + "\n" for name, lines in made.items()} | {
        "architecture.md": _architecture(),
        "images/layers.svg": layer_picture(LAYERS),
    }


def _tables() -> Iterator[str]:
    """The data dictionary."""
    yield "# Tables"
    yield ""
    yield "Generated from `sql/*/*/schema.yaml` by `make docs`; do not edit."
    yield ""
    yield (
        "Types: `decimal_1`, `decimal_2`, `decimal_6` are decimals with so many places; *null* marks columns where "
        "unknown is null, never 0. Columns in **bold** are the key; *status* names the column that says how a "
        "value is to be taken, *breaks* how it meets changes of law and source. Tables marked *lake* are Parquet "
        "in the lake and not copied to the warehouse. A table that carries editions has a view of the newest one: "
        + ", ".join(f"`{view}`" for view in latest_views())
        + ". With Korean headings and words: "
        + ", ".join(f"`{view}`" for view in korean_views())
        + ". With the names of the version before ([versions](schema-releases.md)): "
        + ", ".join(f"`{view}`" for view in views_before())
        + ". How tables join: [joins](joins.md); which answers what: [ten questions](questions.md)."
    )
    yield ""
    yield from _grid(
        ("table", "", "one row per", "where"),
        (
            (
                f"[`{name}`](#{name})",
                schema["title_ko"],
                ", ".join(schema["grain"]),
                "lake" if schema.get("lake_only") else "view" if schema.get("view") else "warehouse",
            )
            for name, schema in schemas().items()
        ),
    )
    for name, schema in schemas().items():
        yield from _table(name, schema)
    yield from _adjustments()


def _joins() -> Iterator[str]:
    """Which table refers to which, as a picture and as a list."""
    yield "# How the tables join"
    yield ""
    yield "Generated from `references` and `joins` of `sql/*/*/schema.yaml` by `make docs`; do not edit."
    yield ""
    yield (
        "A solid line is a foreign key that the databases declare, a dashed one a join by the same columns that no key "
        "guards: a file may hold a code of a region that no table knows, and a lake may have lost a file that a check "
        "was about. A table that carries editions has a `_latest` view; `level` and `area` of `contribution`, "
        "`adjusted_series` and `pay_chain` name a district, an office or a region. Codes in any column are in "
        "[`label`](tables.md#label); [tables](tables.md) names the set behind a column."
    )
    yield ""
    yield "```mermaid"
    yield "erDiagram"
    for name, columns, table, is_key in _references():
        yield f'    {table} ||{"--" if is_key else ".."}o{{ {name} : "{", ".join(columns)}"'
    yield "```"
    yield ""
    yield from _grid(
        ("table", "joins", "by", "key"),
        (
            (f"[`{name}`](tables.md#{name})", f"`{table}`", ", ".join(columns), "yes" if is_key else "")
            for name, columns, table, is_key in _references()
        ),
    )


def _references() -> Iterator[tuple[str, list[str], str, bool]]:
    """Table, columns, the table they lead to, and whether a key guards it."""
    for name, schema in schemas().items():
        for is_key, kind in ((True, "references"), (False, "joins")):
            for reference in schema.get(kind, ()):
                yield name, reference["columns"], reference["table"], is_key


def _layers() -> Iterator[str]:
    """The layers of the lake, from the one table that declares them."""
    yield "# Layers of the lake"
    yield ""
    yield "Generated from `sogong_pipeline/lake/layers.py` by `make docs`; do not edit."
    yield ""
    yield (
        "*kept* layers are all there is; *derived* ones can be made again from the others at any time; an *edition* is "
        "derived from the state of the others at one time and kept, because decisions cite it. The inputs of a "
        "partition are the digests of what it needs, and four of its code: the import closure of its builder, its SQL "
        "with the macros it uses, its data files, and the versions of the libraries that compute. `sogong status` "
        "names what changed, `sogong propose` makes it again."
    )
    yield ""
    yield from _grid(
        ("folder below `lake/`", "holds", "kind", "made from", "by"),
        (
            (
                f"`{layer.name}/{'/'.join(f'<{part}>' for part in layer.key)}`",
                layer.about,
                layer.kind,
                ", ".join(layer.needs),
                f"`{layer.builder.removeprefix('sogong_pipeline.')}`" if layer.builder else "",
            )
            for layer in LAYERS
        ),
    )


def _architecture() -> str:
    """The page of the architecture with its table of layers replaced.

    Raises:
        SystemExit: The two comments that enclose the table are missing.
    """
    text = ARCHITECTURE.read_text(encoding="utf-8")
    head, start, rest = text.partition("<!-- generated: layers -->\n")
    _, end, tail = rest.partition("<!-- end -->")
    if not end:
        sys.exit("docs/architecture.md: expected the lines `<!-- generated: layers -->` and `<!-- end -->`")
    rows = ((f"`{one.name}`", one.kind, ", ".join(one.needs), one.about) for one in LAYERS)
    table = "\n".join(_grid(("layer", "kind", "made from", "holds"), rows))
    return f"{head}{start}{table}\n{end}{tail}"


def _table(name: str, schema: dict[str, Any]) -> Iterator[str]:
    """One table with its columns."""
    yield ""
    yield f"## {name}"
    yield ""
    yield f"{schema['title']} ({schema['title_ko']}). {' '.join(schema['description'].split())}"
    if "source" in schema:
        yield f"Source: {schema['source']}."
    if "checks" in schema:
        yield f"Checked: {'; '.join(schema['checks'])}."
    yield ""
    yield from _grid(
        ("column", "type", "unit", "", "meaning", "status", "breaks"),
        (
            (
                f"**`{column['name']}`**" if column["name"] in schema["grain"] else f"`{column['name']}`",
                column["type"] + (", null" if column.get("nullable") else ""),
                column.get("unit", ""),
                column["title_ko"],
                column["description"] + (f" (codes: {column['codes']})" if "codes" in column else ""),
                f"`{column['status']}`" if "status" in column else "",
                f"[{column['breaks']}](#breaks)" if "breaks" in column else "",
            )
            for column in schema["columns"]
        ),
    )


def _adjustments() -> Iterator[str]:
    """How each measure meets each break of the series."""
    told = adjustments()
    yield ""
    yield "## breaks"
    yield ""
    yield (
        "How a measure meets each kind of break; a column names its profile above, and the dates are in "
        "[`series_break`](#series_break). "
        + "; ".join(f"*{kind}*: {what}" for kind, what in told["kinds"].items())
        + "."
    )
    yield ""
    yield from _grid(
        ("profile", *told["kinds"]),
        ((f"`{name}`", *(met[kind] for kind in told["kinds"])) for name, met in told["profiles"].items()),
    )


def _cli() -> Iterator[str]:
    """The command line and the environment."""
    yield "# The command line"
    yield ""
    yield "Generated from the commands themselves by `make docs`; do not edit."
    yield ""
    yield "Set in the environment, and nowhere else:"
    yield ""
    yield from _grid(
        ("variable", "default", "meaning"),
        (
            (
                f"`SOGONG_{name.upper()}`",
                f"`{field.default}`" if field.default else "",
                field.description or "",
            )
            for name, field in Settings.model_fields.items()
        ),
    )
    for path, text in _help(typer.main.get_command(app), "sogong"):
        yield ""
        yield f"## {path}"
        yield ""
        yield "```"
        yield text
        yield "```"


def _help(command: Any, path: str, parent: Any = None) -> Iterator[tuple[str, str]]:
    """The help of a command and of every command below it; groups that only gather are passed through."""
    context = command.make_context(
        path.rsplit(" ", maxsplit=1)[-1],
        [],
        parent=parent,
        resilient_parsing=True,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
    )
    below = getattr(command, "commands", {})
    if parent is None or not below:
        yield path, command.get_help(context).rstrip()
    for name, child in below.items():
        yield from _help(child, f"{path} {name}", context)


def _dags() -> Iterator[str]:
    """The manuals of the DAGs, read without importing Airflow."""
    yield "# The DAGs"
    yield ""
    yield "Generated from the docstrings of `dags/*.py` by `make docs`; do not edit. Airflow shows the same texts."
    for file in sorted(DAGS.glob("*.py"), key=lambda file: PATH_OF_A_MONTH.index(file.stem)):
        module = ast.parse(file.read_text(encoding="utf-8"))
        (function,) = (node for node in module.body if isinstance(node, ast.FunctionDef))
        (decorator,) = (node for node in function.decorator_list if isinstance(node, ast.Call))
        said = {keyword.arg: ast.unparse(keyword.value) for keyword in decorator.keywords}
        yield ""
        yield f"## {file.stem}"
        yield ""
        yield from _grid(
            ("schedule", "runs at a time", "paused at first"),
            iter(
                [
                    tuple(
                        f"`{said[name]}`"
                        for name in ("schedule", "max_active_runs", "is_paused_upon_creation")
                    )
                ]
            ),
        )
        yield ""
        yield (ast.get_docstring(module) or "").strip()


def _decisions() -> Iterator[str]:
    """The index of the decision records, from their titles."""
    yield "# Decision records"
    yield ""
    yield "Generated from the titles in this folder by `make docs`; do not edit."
    yield ""
    yield (
        "One file per decision, named `NNNN-what-was-decided.md`, with the sections Context, Decision and "
        "Consequences. A decision that no longer holds stays and names its successor above the context. Numbers are "
        "never reused; gaps are numbers that were not needed."
    )
    yield ""
    yield from _grid(("no.", "decision", ""), _records())


def _records() -> Iterator[tuple[str, str, str]]:
    """Number, linked title and status of every decision record.

    Raises:
        SystemExit: The first line of a record is not `# NUMBER. TITLE` with the number of its file name.
    """
    for path in sorted(DECISIONS.glob("0*.md")):
        text = path.read_text(encoding="utf-8")
        number = int(path.name[:4])
        heading = re.match(rf"# {number}\. (.+)\n", text)
        if heading is None:
            sys.exit(f"docs/decisions/{path.name}, line 1: expected `# {number}. TITLE`")
        successor = re.search(r"^Replaced by \[decision (\d+)\]", text, re.MULTILINE)
        yield (
            f"{number}",
            f"[{heading[1]}]({path.name})",
            f"replaced by {successor[1]}" if successor else "",
        )


def _grid(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    """A Markdown table."""
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


if __name__ == "__main__":
    main(sys.argv[1:])
