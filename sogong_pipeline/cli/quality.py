"""The commands `quality`, `reconcile`, `lookup`: what came in, against what it should be."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogong_pipeline.cli.options import Json, open_installation, open_lake_in_use
from sogong_pipeline.cli.output import say
from sogong_pipeline.cli.progress import steps
from sogong_pipeline.errors import RefusedError, counted
from sogong_pipeline.nps.sources.registry import metavar
from sogong_pipeline.periods import Month, parse_months

if TYPE_CHECKING:
    from sogong_pipeline.steps.installation import Installation
    from sogong_pipeline.upkeep.reconcile import Account


def quality(
    months: Annotated[
        str | None, typer.Argument(metavar="[MONTH|FIRST..LAST]", help="all that were checked if not given")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Write the pages of what the gate found again; `ingest` writes them too."""
    from sogong_pipeline.quality_pages.publish import publish_quality

    installation = open_lake_in_use()
    checked = [Month.parse(month) for month in installation.lake.children("checked")]
    wanted = parse_months(months) if months else checked
    if months and not set(wanted) & set(checked):
        raise RefusedError(f"{months} was never checked; run `sogong ingest {months}` first")
    published = publish_quality(installation, wanted)
    if not published.files:
        raise RefusedError("no month was checked yet; run `sogong ingest MONTH` first")
    return {
        "folder": published.folder,
        "files": published.files,
        "lines": [counted(len(published.files), "page"), f"open {published.folder}/{published.files[-1]}"],
    }


def lookup(
    name: Annotated[str, typer.Argument(help="A part of the workplace's name.")],
    prefix: Annotated[str, typer.Option(help="The first six digits of its business number.")] = "",
    months: Annotated[int, typer.Option(min=1, max=12, help="How many months back.")] = 1,
    as_json: Json = False,
) -> dict[str, Any]:
    """Ask the pension service about one workplace and compare with the lake; status 1 on a difference."""
    from sogong_pipeline.nps.api.lookup import LookupClient
    from sogong_pipeline.pages.wording import clean
    from sogong_pipeline.upkeep.lookup import look_up

    if len(name.strip()) < 2 or not re.fullmatch(r"(\d{6})?", prefix):
        raise RefusedError("give at least two characters of the name, and six digits as --prefix")
    installation = open_installation()
    settings = installation.settings
    client = LookupClient(settings.lookup_url, settings.api_key, settings.portal_memory)
    found, more = look_up(installation, client, name.strip(), prefix, months)
    lines = [
        f"{one.snapshot.month}  {clean(one.snapshot.workplace_name)} {one.snapshot.business_number_prefix}  "
        + (
            f"{one.figures.subscribers:,} subscribers, {one.figures.billed_amount_krw:,} won, "
            f"{one.figures.joined:,} joined, {one.figures.departed:,} left; "
            if one.figures
            else ""
        )
        + one.verdict
        for one in found
    ]
    if more:
        lines.append(f"{more:,} more were not asked for; narrow the name down, or give --prefix")
    return {
        "found": [{**dataclasses.asdict(one), "verdict": one.verdict} for one in found],
        "more": more,
        "lines": lines or ["no workplace of that name; corporations under 3 subscribers are not covered"],
        "status": 1 if any(one.verdict.startswith("differs") for one in found) else 0,
    }


def reconcile(
    months: Annotated[
        str | None,
        typer.Argument(metavar="[MONTH|FIRST..LAST]", help="2026-09; all that are in if not given"),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar=metavar(),
            help="Compare each month row by row with the same month from there instead.",
        ),
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Count the kept files anew and compare with the lake and the warehouse; status 1 on a difference."""
    from sogong_pipeline.upkeep.reconcile import landed
    from sogong_pipeline.upkeep.reconcile import reconcile as compare

    installation = open_lake_in_use()

    warehouse = installation.warehouse
    wanted = parse_months(months) if months else landed(installation)
    if not wanted:
        raise RefusedError("no month is in; run `sogong ingest MONTH` first")
    if against:
        return _compared(installation, wanted, against)
    accounts: list[Account] = []
    with steps(len(wanted)) as shown:
        for month in wanted:
            shown.begin(f"reconcile {month}")
            accounts.append(compare(installation, warehouse, month))
            if not as_json:
                say("\n".join(_accounted(accounts[-1])))
            shown.done()
    differing = sum(bool(account.differences) for account in accounts)
    return {
        "months": [
            {
                "month": str(account.month),
                "vintage": account.vintage,
                **_counted(account),
                **(dataclasses.asdict(account.parts) if account.parts else {}),
                "differences": account.differences,
            }
            for account in accounts
        ],
        "differing": differing,
        "lines": [
            f"{differing} of {len(accounts)} months differ"
            if differing
            else f"{counted(len(accounts), 'month')} agree{'s' if len(accounts) == 1 else ''}, from the files to the "
            "warehouse"
        ],
        "status": 1 if differing else 0,
    }


def _compared(installation: Installation, wanted: list[Month], source: str) -> dict[str, Any]:
    """Compare months with another source, row by row."""
    from sogong_pipeline.upkeep.comparison import compare

    found = []
    with steps(len(wanted)) as shown:
        for month in wanted:
            shown.begin(f"reconcile {month}")
            found.append(compare(installation, month, source))
            shown.done()
    lines = []
    for one in found:
        alone = f"{one.unequal['lake']:,} in the lake alone, {one.unequal['other']:,} there alone"
        told = (
            f"{one.month}  {one.rows['lake']:>8,} rows in the lake, {one.rows['other']:,} in {one.source}; "
        )
        lines.append(told + (alone if any(one.unequal.values()) else "typed rows equal"))
        lines += [f"{one.month}  differs: {example}" for example in one.examples]
    return {
        "months": [{**dataclasses.asdict(one), "month": str(one.month)} for one in found],
        "lines": lines,
        "status": 1 if any(any(one.unequal.values()) for one in found) else 0,
    }


def _counted(account: Account) -> dict[str, int]:
    """What a month's file adds up to, by name; nothing where it was not counted."""
    if account.file is None:
        return {}
    return {
        **dataclasses.asdict(account.file.kept),
        "rows": account.file.rows,
        "staged_rows": account.file.kept.rows,
        "quarantined_rows": account.file.quarantined,
    }


def _accounted(account: Account) -> list[str]:
    """One line about a month, and one per difference."""
    file, parts = account.file, account.parts
    if file is None:
        return [f"{account.month}  not counted: {told}" for told in account.differences]
    kept = file.kept
    line = f"{account.month}  {file.rows:>8,} rows = {kept.rows:,} staged + {file.quarantined:,} quarantined"
    line += f"; {kept.workplaces:,} workplaces, {kept.workers:,} workers, {kept.billed_amount_krw:,} won"
    line += (
        f"; {parts.districts:,} in districts + {parts.ambiguous:,} ambiguous + {parts.unassigned:,} elsewhere"
        if parts
        else "; not measured"
    )
    return [line, *(f"{account.month}  differs: {difference}" for difference in account.differences)]
