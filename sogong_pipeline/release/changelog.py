"""`CHANGELOG.md`: what changed from version to version, data and schema apart, and who should look again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sogong_pipeline.release.changes import Change, Kind
from sogong_pipeline.release.versions import Version

HEADER = """# Changes

Newest first. Data and schema apart; the same for programs in `changes.csv`.
"""
FIRST = "First release of the quarter."
HEADINGS: dict[Kind, str] = {
    "status": "Status",
    "file": "Months with another file",
    "month": "Months whose figures moved",
    "district": "Districts whose figures moved",
    "stage": "Districts with another proposed stage",
    "decision": "New decisions",
}


def changelog(
    version: Version,
    found: Sequence[Change] | None,
    schema: Sequence[Change],
    offices: Mapping[str, str],
    earlier: str,
) -> str:
    """Write the changelog.

    Args:
        version: the new version.
        found: what changed in the data; None for the first version of a quarter.
        schema: what changed in tables and columns.
        offices: the office of each district.
        earlier: the changelog of the version before, or nothing.
    """
    lines = [f"## {version.version} ({version.status}, {version.recorded_at[:10]})", "", "### Data", ""]
    lines += [FIRST, ""] if found is None else [*_data(found, offices)]
    lines += ["### Schema", "", *_schema(schema), ""]
    return "\n".join([HEADER, *lines]) + earlier.removeprefix(HEADER)


def _data(found: Sequence[Change], offices: Mapping[str, str]) -> Iterator[str]:
    for kind, heading in HEADINGS.items():
        if chosen := [change for change in found if change.kind == kind]:
            yield f"{heading}: {', '.join(map(_said, chosen))}."
            yield ""
    if again := sorted({offices.get(change.key, "") for change in found if change.kind in SHOWN} - {""}):
        yield f"Look again: {', '.join(again)}."
        yield ""
    if not found:
        yield "No figure, stage or decision changed."
        yield ""


SHOWN = ("district", "stage", "decision")
"""Kinds of change whose key is a district."""


def _said(change: Change) -> str:
    match change.kind:
        case "month":
            return change.key
        case "district":
            return f"{change.key} ({', '.join(change.what.split('|'))})"
        case "status":
            return f"{change.before} -> {change.after}"
        case "decision":
            return f"{change.key} ({change.what}: {change.before} -> {change.after})"
        case _:
            return f"{change.key} ({change.what}: {change.before or 'none'} -> {change.after or 'none'})"


def _schema(schema: Sequence[Change]) -> Iterator[str]:
    if not schema:
        yield "Unchanged."
    for change in schema:
        yield f"- `{change.key}.{change.what}`: {change.before or 'new'} -> {change.after or 'gone'}"
