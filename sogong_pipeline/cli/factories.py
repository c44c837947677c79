"""The commands `factories fetch`, `load`, `list`, `names` and `diff`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_installation
from sogong_pipeline.errors import RefusedError, counted
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.settings import Settings

STATES = ("settled", "proposed", "open")
OptionalMonth = Annotated[
    str | None, typer.Option("--month", metavar="MONTH", help="The newest that is in if not given.")
]


def factories_fetch(
    data_set: Annotated[str, typer.Argument(help="15105482, 15106170, 15117154 or 15122804.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
    as_json: Json = False,
) -> dict[str, Any]:
    """Download the newest upload of a factory register from the portal; it needs no key."""
    from sogong_pipeline.factories.fetching import fetch

    settings = Settings()
    file = fetch(data_set, settings.portal_url, settings.home / "portal", out)
    return {"file": str(file), "lines": [f"{file}; go on with `sogong factories load`"]}


def factories_load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX, as downloaded.")],
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day it describes, where its name does not say so."),
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Make a factory register the one in force of its kind; only the columns that place firms are kept."""
    loaded = open_installation().factories.load(file, as_of.date() if as_of else None)
    facts = loaded.partition.facts
    total = sum(loaded.ways.values()) or 1
    ways = ", ".join(f"{way} {rows / total:.1%}" for way, rows in loaded.ways.items() if rows)
    left_out = [
        f"{facts[name]:,} rows {why}"
        for name, why in (
            ("unnamed", "without a name were left out"),
            ("damaged", "hold unreadable characters"),
        )
        if facts[name]
    ]
    return {
        "version": facts["version"],
        "form": facts["form"],
        "as_of": facts["as_of"],
        "rows": facts["rows"],
        "dropped": facts["dropped"],
        "legal_dong_by": loaded.ways,
        "new": loaded.is_new,
        "lines": [
            f"register {facts['version']}, form {facts['form']} ({facts['title']}) of {facts['as_of']} with "
            f"{counted(facts['rows'], 'row')} " + ("loaded" if loaded.is_new else "was in force already"),
            *left_out,
            f"{len(facts['dropped'])} columns were not read; legal dong of the registers in force by: {ways}",
            "go on with `sogong factories names`",
        ],
    }


def factories_list(as_json: Json = False) -> dict[str, Any]:
    """Tell which factory registers were loaded, and which are in force."""
    from sogong_pipeline.factories.loaded import registers, registers_in_force

    installation = open_installation()
    in_force = {one.folder for one in registers_in_force(installation)}
    loaded = [
        {
            **{name: one.facts[name] for name in ("version", "form", "as_of", "rows", "file_name")},
            "recorded_at": one.manifest["recorded_at"],
            "in_force": one.folder in in_force,
        }
        for one in registers(installation)
    ]
    return {
        "registers": loaded,
        "lines": [
            f"{one['version']}  {one['form']}  {one['as_of']}  {one['rows']:>8,} rows  {one['recorded_at']}  "
            f"{'in force' if one['in_force'] else '':<8}  {one['file_name']}"
            for one in loaded
        ]
        or ["none; run `sogong factories load FILE`"],
    }


def factories_names(
    state: Annotated[
        str | None, typer.Option(help="settled, proposed or open; all of them if not given.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the names that are not settled, as a file to fill in.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Keep what a filled-in file settles.")
    ] = None,
    month: OptionalMonth = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Tell which names of complexes are settled to districts, proposed or open, with how many firms each."""
    from sogong_pipeline.districts.loaded import registry_in_force
    from sogong_pipeline.factories.aliases import write_proposals

    installation = open_installation()
    lines = []
    if record is not None:
        count, is_new = installation.factories.record_aliases(record)
        lines.append(
            f"{counted(count, 'name')} of {record.name} "
            + ("recorded" if is_new else "were recorded already")
        )
    names = installation.factories.names(_quarter(installation.passed(), month, installation.settings))
    registry = registry_in_force(installation)
    called = {one.district_id: one.name for one in registry.districts} if registry else {}
    if out is not None:
        out.write_text(write_proposals(names, called), encoding="utf-8-sig")
        lines.append(
            f"{out}: fill in district_ids, valid_from and reason, then `sogong factories names --record {out}`"
        )
    firms: Counter[str] = Counter()
    count_of: Counter[str] = Counter()
    for one in names:
        firms[one.state] += one.firms
        count_of[one.state] += 1
    shown = [one for one in names if state in {None, one.state}]
    return {
        "names": [vars(one) for one in shown],
        "lines": [
            *(
                f"{one.state:<8}  {one.firms:>6,}  {one.sigungu_code or '-':<5}  {one.name}  {one.how}  "
                + ", ".join(f"{key} {called.get(key, '')}".strip() for key in one.district_ids)
                for one in shown
            ),
            "; ".join(
                f"{key}: {count_of[key]:,} names of {firms[key]:,} rows"
                for key in ("settled", "proposed", "open")
            ),
            *lines,
        ],
    }


def factories_diff(
    before: Annotated[str, typer.Argument(help="A version, see `sogong factories list`.")],
    after: Annotated[
        str | None, typer.Argument(metavar="[AFTER]", help="The one in force of its kind if not given.")
    ] = None,
    month: OptionalMonth = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Tell how many workplaces of a month, and how many districts, another register moves."""
    installation = open_installation()
    newest = installation.passed()[-1:] if month is None else [Month.parse(month)]
    if not newest:
        raise RefusedError("no month is in; run `sogong ingest` first")
    moved = installation.factories.difference(before, after, newest[0])
    return {
        **moved.figures(),
        "lines": moved.lines(),
    }


def _quarter(passed: list[Month], month: str | None, settings: Settings) -> Quarter:
    """The quarter of a month, of the newest that is in, or of today."""
    if month is not None:
        return Month.parse(month).quarter
    if passed:
        return passed[-1].quarter
    today = settings.clock().date()
    return Month(today.year, today.month).quarter
