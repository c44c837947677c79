"""The commands `registry load`, `fetch`, `convert`, `list`, `diff`, `overlaps` and `district explain`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_installation, open_lake_in_use
from sogong_pipeline.districts.loaded import districts_of, registry_in_force, registry_of_version
from sogong_pipeline.errors import RefusedError, counted
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings

if TYPE_CHECKING:
    from sogong_pipeline.districts.explain import Registers
    from sogong_pipeline.districts.registry import Slice
    from sogong_pipeline.steps.installation import Installation

Overrides = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="CSV of workplaces placed by hand")
]
Workplaces = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="CSV with lists of workplaces of districts")
]
Outlines = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="GeoJSON, or ZIP with a shapefile: outlines")
]


def registry_load(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV as in docs/registry-template.md")
    ],
    as_of: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="valid_from of rows that leave it blank")
    ] = None,
    overrides: Overrides = None,
    workplaces: Workplaces = None,
    outlines: Outlines = None,
    is_open: Annotated[
        bool, typer.Option("--open", help="Its names and coordinates may stand in the open release.")
    ] = False,
    as_json: Json = False,
) -> dict[str, Any]:
    """Make a registry file the one in force, with overrides, lists of workplaces and outlines where there are any."""
    from sogong_pipeline.districts.loading import Given, codes_that_never_were

    installation = open_installation()
    given, day = Given(overrides, workplaces, outlines), as_of.date() if as_of else None
    registry, is_new = installation.registry.load(file, day, given, is_open=is_open)
    unknown = codes_that_never_were(file, day)
    installation.warehouse.load_reference()
    count = len({district.district_id for district in registry.districts})
    placed = f" and {len(registry.placements):,} workplaces placed by hand" if registry.placements else ""
    return {
        "version": registry.version,
        "districts": count,
        "placements": len(registry.placements),
        "open": is_open,
        "new": is_new,
        "unknown_codes": unknown,
        "lines": [
            *unknown,
            f"registry {registry.version} with {counted(count, 'district')}{placed} "
            + ("loaded" if is_new else "was in force already"),
        ],
    }


def registry_convert(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A public list, as downloaded.")],
    as_of: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="valid_from of its districts")],
    out: Annotated[Path, typer.Option(help="The registry file to write.")],
    as_json: Json = False,
) -> dict[str, Any]:
    """Turn a public list of complexes or knowledge industry centres into a registry file to fill in."""
    from sogong_pipeline.districts.public import convert
    from sogong_pipeline.districts.template import write_registry

    done = convert(file, as_of.date())
    out.write_text(write_registry(done.districts), encoding="utf-8")
    placed = sum(bool(district.legal_dong_codes) for district in done.districts)
    return {
        "data_set": done.data_set,
        "districts": len(done.districts),
        "with_legal_dong": placed,
        "left_out": done.left_out,
        "lines": [
            *done.left_out,
            f"{len(done.districts):,} districts of {done.data_set} in {out}, {placed:,} with a legal dong; "
            f"{len(done.left_out):,} rows left out",
        ],
    }


def registry_fetch(
    data_set: Annotated[str, typer.Argument(help="15085886 (complexes) or 15117154 (centres).")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
    as_json: Json = False,
) -> dict[str, Any]:
    """Download the newest public list of districts from the portal; it needs no key."""
    from sogong_pipeline.districts.public import fetch

    settings = Settings()
    file = fetch(data_set, settings.portal_url, settings.portal_memory, out)
    return {"file": str(file), "lines": [f"{file}; go on with `sogong registry convert`"]}


def registry_list(as_json: Json = False) -> dict[str, Any]:
    """Tell which registries were loaded, and when; the last one is in force."""
    installation = open_lake_in_use()
    loaded = installation.registry.loaded()
    return {
        "registries": loaded,
        "lines": [
            f"{one['version']}  {one['recorded_at']}  {one['districts']:>6,} rows  {one['file_name']}"
            for one in loaded
        ]
        or ["none; run `sogong registry load FILE`"],
    }


def registry_diff(
    before: Annotated[str, typer.Argument(help="A version, see `sogong registry list`.")],
    after: Annotated[
        str | None, typer.Argument(metavar="[AFTER]", help="The one in force if not given.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Tell what differs between two registries: added, removed, ended, renamed, moved, changed."""
    from sogong_pipeline.districts.changes import changes

    installation = open_installation()
    newer = registry_of_version(installation, after) if after else registry_in_force(installation)
    if newer is None:
        raise RefusedError("no registry is loaded; run `sogong registry load FILE` first")
    found = changes(registry_of_version(installation, before), newer)
    return {
        "changes": [dataclasses.asdict(change) for change in found],
        "lines": [
            f"{change.what:<8} {change.district_id}  {change.before} -> {change.after}" for change in found
        ]
        or ["nothing differs"],
    }


def registry_overlaps(
    on: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Today if not given.")] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Tell which districts claim the same ground, and whether one is said to lie in the other."""
    from sogong_pipeline.districts.changes import shared_ground

    installation = open_installation()
    registry = registry_in_force(installation)
    if registry is None:
        raise RefusedError("no registry is loaded; run `sogong registry load FILE` first")
    day = on.date() if on else installation.settings.clock().date()
    found = shared_ground(registry, day)
    unsaid = sum(not pair.nested for pair in found)
    return {
        "day": day,
        "pairs": [dataclasses.asdict(pair) for pair in found],
        "lines": [
            *(
                f"{pair.one}  {pair.other}  {pair.places} legal dongs  {'nested' if pair.nested else 'overlap'}"
                for pair in found
            ),
            f"{len(found):,} pairs share ground; of {unsaid:,} neither is said to lie in the other (parent_id)",
        ],
    }


def district_explain(
    workplace: Annotated[str, typer.Argument(help="Part of its name, or its row number in the file.")],
    month: Annotated[
        str | None, typer.Option(metavar="MONTH", help="The newest that is in if not given.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Say in which district a workplace lies, how surely and why."""
    from sogong_pipeline.districts.explain import MOST, explain

    installation = open_lake_in_use()
    passed, registry = installation.passed(), registry_in_force(installation)
    if not passed or registry is None:
        raise RefusedError(
            "no month or no registry is in; run `sogong registry load` and `sogong ingest` first"
        )
    wanted = Month.parse(month) if month else passed[-1]
    vintage = installation.vintage_of(wanted)
    if vintage is None:
        raise RefusedError(f"{wanted} is not in; run `sogong ingest {wanted}`")
    districts = districts_of(installation, registry, wanted.quarter)
    staged = installation.months.stage(wanted, vintage)
    matched = installation.months.match(wanted, districts, vintage)
    with installation.lake.workspace() as folder:
        found = explain(
            staged.path("workplace"),
            matched.path("district_member"),
            districts,
            workplace,
            folder,
            registers=_registers(installation, districts),
        )
    if not found:
        raise RefusedError(f"no workplace of {wanted} has {workplace!r} in its name, nor as its row number")
    shown = found[:MOST]
    more = ["there are more; give more of the name"] if len(found) > MOST else []
    return {
        "month": str(wanted),
        "workplaces": [{**one.row, "why": one.sentence} for one in shown],
        "lines": [
            *(
                f"{one.row['row_number']:>8,}  {one.row['workplace_name']}  "
                f"{one.row['road_address'] or one.row['lot_address'] or 'no address'}\n          {one.sentence}"
                for one in shown
            ),
            *more,
        ],
    }


def _registers(installation: Installation, districts: Slice) -> Registers | None:
    """The evidence of factory registers under some districts; None without a register."""
    from sogong_pipeline.districts.explain import Registers

    book = installation.months.books.book(districts)
    if book is None or districts.book is None:
        return None
    firms = installation.months.books.firms(districts.book)
    return Registers(firms.path("factory_firm"), book.path("address_evidence"), book.path("learned_place"))
