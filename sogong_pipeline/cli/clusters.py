"""The commands `clusters convert`, `load`, `diff` and `publish`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_installation, open_lake_in_use
from sogong_pipeline.errors import RefusedError, counted
from sogong_pipeline.settings import Settings

SHOWN = 20
"""Lines of one kind that a person is shown; `--json` has all."""
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]


class Source(StrEnum):
    """What a file of counts is."""

    workbook3 = "workbook3"
    workbook9 = "workbook9"
    seoul = "seoul"
    template = "template"


def clusters_convert(
    files: Files,
    source: Annotated[
        Source,
        typer.Option(
            "--from", help="Table 3 or 9 of a 사업체조사 workbook, Seoul's microdata, the template."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The file to write: docs/clusters.md has its columns.")],
    retrieved: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="When the files were fetched; today if not given."),
    ] = None,
    ksic: Annotated[
        str | None, typer.Option(metavar="9|10|11", help="Revision of the classification, where it is known.")
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Seoul: a CSV of code, sigungu, dong."),
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Turn files of establishments into counts to load; every cell is accounted for."""
    from sogong_pipeline.clusters.converting import convert

    if ksic not in {None, "9", "10", "11"}:
        raise RefusedError(f"--ksic {ksic} is no revision of the classification; write 9, 10 or 11")
    day = retrieved.date() if retrieved else Settings().clock().date()
    done = convert(files, source.value, str(day), ksic=ksic, names=names)
    out.write_text(done.text, encoding="utf-8")
    return {
        "out": str(out),
        **done.account,
        "messages": list(done.messages),
        "lines": [
            *done.messages,
            f"{done.account['rows']:,} rows of {done.account['cells']:,} figures in {out}; workers of "
            f"{done.account['suppressed']:,} are withheld, {counted(len(done.messages), 'remark')}",
        ],
    }


def clusters_load(
    files: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="Counts as in docs/clusters.md.")
    ] = None,
    factories: Annotated[
        bool, typer.Option("--factories", help="Count the register that `sogong factories load` kept.")
    ] = False,
    official: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="The list of centres 3060083 of data.go.kr; our own follows it."
        ),
    ] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The list's day; that of its name if not given."),
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Keep counts, build the clusters again and copy them to the warehouse; without any, only build again."""
    installation = open_installation()
    done = [installation.clusters.load(files)] if files else []
    if factories:
        done.append(installation.clusters.load_factories())
    versions = {version: is_new for version, is_new, _ in done}
    messages = [line for _, _, lines in done for line in lines]
    if official is not None:
        version, is_new, changes = installation.clusters.load_official(official, as_of and as_of.date())
        versions[version] = is_new
        messages += [change.line for change in changes]
        if not installation.clusters.loaded():  # no table without counts, but the lists are in the warehouse
            installation.warehouse.load_clusters()
            state = "loaded" if is_new else "in force already"
            return {
                "versions": [version],
                "new": is_new,
                "changed": is_new,
                "messages": messages,
                "lines": [
                    *messages,
                    f"{version}: {state}; no count of small manufacturers is loaded yet",
                ],
            }
    built, is_changed = installation.clusters.build()
    installation.warehouse.load_clusters()
    facts = built.facts
    return {
        "versions": list(versions),
        "new": any(versions.values()),
        "changed": is_changed,
        **{name: facts[name] for name in ("rows", "reaching", "years", "sources")},
        "messages": messages,
        "lines": [
            *messages[:SHOWN],
            *([f"and {len(messages) - SHOWN:,} more of these"] if len(messages) > SHOWN else []),
            *(f"{name}: {'loaded' if is_new else 'in force already'}" for name, is_new in versions.items()),
            f"{facts['rows']:,} dongs and divisions of {', '.join(map(str, facts['years']))}, "
            f"{facts['reaching']:,} reach the number",
        ],
    }


def clusters_diff(
    before: Annotated[
        str | None,
        typer.Argument(metavar="[BEFORE]", help="A version; the load before the last if not given."),
    ] = None,
    after: Annotated[str | None, typer.Argument(metavar="[AFTER]", help="The last if not given.")] = None,
    official: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The list 3060083 of data.go.kr, against our own."),
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Show what differs between two states of the counts, or between the official list of centres and ours."""
    if official is not None:
        return _official(official)
    from sogong_pipeline.clusters.in_lake import counts_in_force
    from sogong_pipeline.clusters.loads import Load, differences

    installation = open_installation()
    loaded = installation.clusters.loaded()
    if not loaded:
        raise RefusedError("no count of small manufacturers is loaded; run `sogong clusters load FILE` first")
    earlier = before or (str(loaded[-2]["version"]) if len(loaded) > 1 else None)
    then = counts_in_force(installation, earlier) if earlier else Load()
    changes = differences(then, counts_in_force(installation, after))
    versions = [
        f"{one['version']}  {one['recorded_at']}  {one['counts']:>7,} counts  {one['owners']:>7,} by age  "
        f"{', '.join(map(str, one['file_names']))}"  # type: ignore[call-overload]
        for one in loaded
    ]
    return {
        "loaded": loaded,
        "differences": [dataclasses.asdict(change) for change in changes],
        "lines": [*versions, *(change.line for change in changes)] + ([] if changes else ["nothing differs"]),
    }


def _official(path: Path) -> dict[str, Any]:
    from sogong_pipeline.clusters.in_lake import lists_in_force
    from sogong_pipeline.clusters.official_list import compare, read_official_list

    listed = read_official_list(path)
    changes = compare(listed, lists_in_force(open_installation()).centres)
    return {
        "listed": len(listed),
        "differences": [dataclasses.asdict(change) for change in changes],
        "lines": [
            *(one.line for one in changes),
            f"{counted(len(listed), 'centre')} in {path.name}, {counted(len(changes), 'difference')} to ours",
        ],
    }


def clusters_publish(
    formats: Annotated[
        str, typer.Option(metavar="LIST", help="Formats of the pages.")
    ] = "html,pdf,xlsx,hwpx",
    as_json: Json = False,
) -> dict[str, Any]:
    """Write the pages of small manufacturers: policy unit, trades, regions, clusters, centres."""
    from sogong_pipeline.cluster_pages.publish import publish_clusters
    from sogong_pipeline.renderers.registry import parse_formats

    published = publish_clusters(open_lake_in_use(), parse_formats(formats))
    return {
        "folder": published.folder,
        "files": published.files,
        "lines": [
            f"{len(published.files)} pages in {published.folder}",
            f"open {published.folder}/{published.files[0]}",
        ],
    }
