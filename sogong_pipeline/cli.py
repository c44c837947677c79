"""The command line: `sogong COMMAND`; every command takes `--json` for machines.

Exit status: 0 done, 1 refused or failed with one line, 2 wrong usage, 3 something is late or stale (`status`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import getpass
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, ParamSpec

import typer

from sogong_pipeline.districts import commands as districts
from sogong_pipeline.errors import RefusedError, one_line
from sogong_pipeline.interrupts import kept_interrupts
from sogong_pipeline.periods import Month, Quarter, newest_due, parse_moment, parse_months
from sogong_pipeline.progress import steps
from sogong_pipeline.settings import Settings
from sogong_pipeline.upkeep import commands as upkeep

if TYPE_CHECKING:
    from sogong_pipeline.pipeline import Pipeline
    from sogong_pipeline.quality.reconcile import Account
    from sogong_pipeline.steps.months import MonthState
    from sogong_pipeline.warehouse.load import Warehouse

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=__doc__,
    rich_markup_mode=None,
)
registry_app = typer.Typer(no_args_is_help=True, help="The district registry.")
warehouse_app = typer.Typer(no_args_is_help=True, help="The analysts' copy of the tables.")
district_app = typer.Typer(no_args_is_help=True, help="Districts and who lies in them.")
decide_app = typer.Typer(no_args_is_help=True, help="What the councils decide.")
app.add_typer(registry_app, name="registry")
app.add_typer(district_app, name="district")
app.add_typer(warehouse_app, name="warehouse")
evaluate_app = typer.Typer(no_args_is_help=True, help="How right the results are, where the truth is known.")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(decide_app, name="decide")

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Source = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="FILE|DIR|URL|odcloud", help="Where the files are; the portal if not given."
    ),
]
Out = Annotated[Path, typer.Option(help="Folder to write to.")]
AsKnownOn = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="One quarter as the months and the registry loaded by then give it; docs/vintages.md.",
    ),
]
P = ParamSpec("P")
LATE = 3
STOPPED = "stopped; what was finished is kept, run the same command again to go on"


def command(group: typer.Typer, name: str) -> Callable[[Callable[P, dict[str, Any]]], None]:
    """Register a command that returns what it did; refusals and broken files become one line and status 1."""

    def register(function: Callable[P, dict[str, Any]]) -> None:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            as_json = bool(kwargs.get("as_json"))
            try:
                done = function(*args, **kwargs)
            except RefusedError as refusal:
                _fail(str(refusal), as_json=as_json)
            except OSError as error:
                _fail(one_line(error), as_json=as_json)
            except KeyboardInterrupt:
                typer.echo(f"sogong: {STOPPED}", err=True)
                raise typer.Exit(130) from None
            except Exception as error:  # the edge: a user gets one line, an engineer the rest on request
                if os.environ.get("SOGONG_DEBUG"):
                    raise
                line = " ".join(str(error).split())[:300]
                _fail(f"{type(error).__name__}: {line}; SOGONG_DEBUG=1 shows where", as_json=as_json)
            lines, status = done.pop("lines", []), done.pop("status", 0)
            typer.echo(json.dumps(done, ensure_ascii=False, default=str) if as_json else "\n".join(lines))
            raise typer.Exit(status)

        group.command(name)(run)

    return register


def _fail(message: str, *, as_json: bool) -> NoReturn:
    typer.echo(
        json.dumps({"error": message}, ensure_ascii=False) if as_json else f"sogong: {message}",
        err=not as_json,
    )
    raise typer.Exit(1)


def _open() -> tuple[Pipeline, Warehouse]:
    """The pipeline and its warehouse; imported late, so that --help is quick."""
    from sogong_pipeline.pipeline import Pipeline
    from sogong_pipeline.warehouse.load import Warehouse

    pipeline = Pipeline(Settings())
    return pipeline, Warehouse(pipeline)


@command(app, "ingest")
def ingest(
    months: Annotated[str, typer.Argument(metavar="MONTH|FIRST..LAST", help="2026-09 or 2015-11..2026-09")],
    source: Source = None,
    jobs: Annotated[
        int | None,
        typer.Option(help="Processes at work at once on a range; one a core if not given, 4 at most."),
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Land, stage, check, match and measure one month or a range; what is in already is left alone."""
    from sogong_pipeline.quality.publish import publish_quality
    from sogong_pipeline.room import Outlook
    from sogong_pipeline.steps.range import ingest_range, usual_jobs

    wanted = parse_months(months)
    pipeline, warehouse = _open()
    done: list[MonthState] = []
    refused: dict[str, str] = {}
    outlook = Outlook(pipeline, len(wanted))
    at_work = ingest_range(pipeline, wanted, source, usual_jobs() if jobs is None else jobs)
    with steps(len(wanted)) as shown, kept_interrupts() as stop_if_one_came, contextlib.closing(at_work):
        shown.begin(f"ingest {wanted[0]}")
        for month, outcome in at_work:
            if isinstance(outcome, RefusedError):
                refused[str(month)] = str(outcome)
            else:
                done += outcome
                if not as_json:
                    typer.echo("\n".join(map(_told, outcome)))
            if pipeline.lake.children("raw", str(month)):
                warehouse.load_month(month)
            shown.done(outlook.after_month())
            stop_if_one_came()
            shown.begin(f"ingest {month.shift(1)}")
    publish_quality(pipeline, wanted)
    if refused and len(wanted) == 1:
        raise RefusedError(next(iter(refused.values())))
    return {
        "months": [_month_facts(state) for state in done],
        "refused": refused,
        "lines": [
            *(
                []
                if pipeline.registry.in_force()
                else ["no registry yet: load one with `sogong registry load FILE`, then `sogong propose`"]
            ),
            *(f"refused {month}: {why}" for month, why in refused.items()),
            f"{len(wanted) - len(refused)} of {len(wanted)} months are in",
        ],
        "status": 1 if refused else 0,
    }


def _month_facts(state: MonthState) -> dict[str, Any]:
    return {
        "month": str(state.month),
        "vintage": state.vintage,
        "new": state.is_new,
        **{name: state.staged.facts[name] for name in ("rows", "staged_rows", "quarantined_rows")},
        "warnings": state.checked.facts["failed_warning"],
        **(state.measured.facts if state.measured else {}),
    }


def _told(state: MonthState) -> str:
    """One line about one month."""
    facts = _month_facts(state)
    line = f"{state.month}  {facts['rows']:>8,} rows  {facts['quarantined_rows']:>4,} quarantined  "
    line += f"{len(facts['warnings'])} warnings" if facts["warnings"] else "gate passed"
    if not state.checked.facts["compared_with_month_before"]:
        line += " (the month before is not in)"
    if state.measured:
        line += f"  {facts['matched']:>8,} in districts, {facts['ambiguous']:,} ambiguous"
    return line if state.is_new else f"{line}  (was in already)"


@command(app, "quality")
def quality(
    months: Annotated[
        str | None, typer.Argument(metavar="[MONTH|FIRST..LAST]", help="all that were checked if not given")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Write the pages of what the gate found again; `ingest` writes them too."""
    from sogong_pipeline.quality.publish import publish_quality

    pipeline, _ = _open()
    wanted = parse_months(months) if months else map(Month.parse, pipeline.lake.children("checked"))
    published = publish_quality(pipeline, wanted)
    if not published.files:
        raise RefusedError("no month was checked yet; run `sogong ingest MONTH` first")
    return {
        "folder": published.folder,
        "files": published.files,
        "lines": [f"{len(published.files)} pages", f"open {published.folder}/index.html"],
    }


@command(app, "propose")
def propose(
    quarter: Annotated[
        str | None, typer.Argument(metavar="[QUARTER]", help="2026-Q3; all that changed if not given")
    ] = None,
    rules: Annotated[str, typer.Option(help="Rule set.")] = "ref_5_10",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say which quarters would be proposed and why.")
    ] = False,
    as_known_on: AsKnownOn = None,
    registry: Annotated[
        str,
        typer.Option(metavar="now|then|VERSION", help="Which registry judges one quarter; docs/vintages.md."),
    ] = "now",
    as_json: Json = False,
) -> dict[str, Any]:
    """Measure quarters and propose a reference stage for each district."""
    wanted = Quarter.parse(quarter) if quarter else None
    known = parse_moment(as_known_on) if as_known_on else None
    if known and not wanted:
        raise RefusedError("--as-known-on rebuilds one quarter; name it, such as 2026-Q3")
    if registry != "now" and not wanted:
        raise RefusedError("--registry rebuilds one quarter; name it, such as 2026-Q3")
    pipeline, warehouse = _open()
    if not pipeline.months.passed():
        raise RefusedError("no month is in; run `sogong ingest MONTH` first")
    stale = (
        {wanted: pipeline.quarters.stale(wanted, rules, known)}
        if wanted
        else pipeline.quarters.changed(rules)
    )
    changed = {str(name): why for name, why in stale.items()}
    if dry_run:
        return {
            "quarters": changed,
            "lines": [f"{name}: {'; '.join(why) or 'nothing changed'}" for name, why in changed.items()]
            or ["no quarter's inputs changed"],
        }
    editions, lines = [], []
    with steps(len(changed)) as shown:
        for name, why in changed.items():
            shown.begin(f"propose {name}")
            edition, is_new = pipeline.quarters.propose(Quarter.parse(name), rules, known, registry)
            warehouse.load_quarter(Quarter.parse(name))
            stages = {
                stage: edition.facts["stages"][stage]
                for stage in ("good", "caution", "severe", "undetermined")
            }
            editions.append(
                {"quarter": name, "edition": edition.folder.name, "new": is_new, "stages": stages}
            )
            told = ", ".join(f"{count:,} {stage}" for stage, count in stages.items())
            lines.append(
                f"{name}  edition {edition.folder.name}  {told}" + ("" if is_new else "  (unchanged)")
            )
            if known:
                lines.append(_as_known(known, why))
            if registry != "now":
                judged = edition.facts["registry_version"]
                lines.append(
                    f"judged with registry {judged} ({registry}); the latest edition is still the latest"
                )
            shown.done()
    return {"editions": editions, "lines": lines or ["no quarter's inputs changed"]}


def _as_known(known: dt.datetime, why: list[str]) -> str:
    """How a rebuilt edition stands to the one of then."""
    told = "the edition of then" if not why else f"not the edition of then ({'; '.join(why)})"
    return f"as known on {known.isoformat()}: {told}; the latest edition is still the latest"


@command(app, "publish")
def publish(
    quarter: Annotated[str, typer.Argument(help="2026-Q3")],
    draft: Annotated[bool, typer.Option("--draft", help="Before the councils decide.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
    as_known_on: AsKnownOn = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Write the reports of a quarter: drafts, or the final ones of the offices whose councils decided."""
    from sogong_pipeline.reports.publish import publish_draft

    wanted = Quarter.parse(quarter)
    pipeline, _ = _open()
    if not draft:
        if as_known_on:
            raise RefusedError("a decision is on the edition it cites; --as-known-on goes with --draft")
        return _publish_final(pipeline, wanted, out)
    published = publish_draft(pipeline, wanted, out, parse_moment(as_known_on) if as_known_on else None)
    files = [f"{published.folder}/{name}" for name in published.files]
    return {
        "quarter": str(wanted),
        "files": files,
        "lines": [f"{len(files)} reports of {wanted} in {published.folder}", f"open {files[0]}"],
    }


@command(app, "lookup")
def lookup(
    name: Annotated[str, typer.Argument(help="A part of the workplace's name.")],
    prefix: Annotated[str, typer.Option(help="The first six digits of its business number.")] = "",
    months: Annotated[int, typer.Option(min=1, max=12, help="How many months back.")] = 1,
    as_json: Json = False,
) -> dict[str, Any]:
    """Ask the pension service about one workplace and compare with the lake; status 1 on a difference."""
    from sogong_pipeline.nps.lookup import LookupClient
    from sogong_pipeline.quality.one_workplace import look_up
    from sogong_pipeline.reports.wording import clean

    if len(name.strip()) < 2 or not re.fullmatch(r"(\d{6})?", prefix):
        raise RefusedError("give at least two characters of the name, and six digits as --prefix")
    pipeline, _ = _open()
    settings = pipeline.settings
    client = LookupClient(settings.lookup_url, settings.api_key, settings.home / "portal")
    found, more = look_up(pipeline, client, name.strip(), prefix, months)
    lines = [
        f"{one.snapshot.month}  {clean(one.snapshot.workplace_name)} {one.snapshot.business_number_prefix}  "
        + (
            f"{one.figures.subscribers:,} subscribers, {one.figures.billed_amount_krw:,} won, "
            f"{one.figures.joined:,} joined, {one.figures.left:,} left; "
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


@command(app, "bulletin")
def bulletin(
    months: Annotated[str, typer.Argument(help="2026-09, or 2026-07..2026-09")],
    as_json: Json = False,
) -> dict[str, Any]:
    """Write the monthly bulletins of the nation and the 13 regional offices, and later ones that show a month.

    `ingest_month` writes them too.
    """
    from sogong_pipeline.reports.bulletin_publish import publish_again

    wanted = parse_months(months)
    written = publish_again(_open()[0], wanted)
    return {
        "bulletins": {
            str(month): [f"{one.folder}/{name}" for name in one.files] for month, one in written.items()
        },
        "lines": [
            *(f"{month}: {len(one.files)} bulletins in {one.folder}" for month, one in written.items()),
            f"open {written[wanted[-1]].folder}/index.html",
        ],
    }


def _publish_final(pipeline: Pipeline, quarter: Quarter, out: Path | None) -> dict[str, Any]:
    from sogong_pipeline.reports.final import publish_final

    finals = publish_final(pipeline, quarter, out)
    files = [f"{finals.folder}/{name}" for name in finals.files]
    missing = f"; not decided: {', '.join(finals.missing)}" if finals.missing else ""
    nation = (
        "and of the nation"
        if finals.nation
        else "(of the nation when all have decided or the deadline passed)"
    )
    return {
        "quarter": str(quarter),
        "files": files,
        "decided": finals.decided,
        "missing": finals.missing,
        "lines": [
            f"final reports of {len(finals.decided)} offices {nation} in {finals.folder}{missing}",
            f"open {files[0]}",
        ],
    }


@command(decide_app, "sheets")
def decide_sheets(
    period: Annotated[str, typer.Argument(help="2026-H2")],
    quarter: Annotated[
        str | None,
        typer.Option(help="The quarter judged; the newest proposed one of the period if not given."),
    ] = None,
    deadline: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="When sheets are due; the last day of the period if not given."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder to write to.")] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Write a decision sheet and a one-page briefing for the council of each regional office."""
    from sogong_pipeline.councils.issue import issue_sheets, write_sheets
    from sogong_pipeline.councils.period import HalfYear

    wanted, judged = HalfYear.parse(period), Quarter.parse(quarter) if quarter else None
    pipeline, _ = _open()
    issue, is_new = issue_sheets(pipeline, wanted, judged, deadline.date() if deadline else None)
    published = write_sheets(pipeline, issue, out)
    return {
        "period": str(wanted),
        "quarter": str(issue.quarter),
        "edition": issue.edition,
        "deadline": str(issue.deadline),
        "new": is_new,
        "files": [f"{published.folder}/{name}" for name in published.files],
        "lines": [
            f"{len(issue.sheets)} sheets of {wanted} on {issue.quarter} (edition {issue.edition}), due {issue.deadline}"
            + ("" if is_new else "  (out already)"),
            f"in {published.folder}",
        ],
    }


@command(decide_app, "record")
def decide_record(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A sheet that came back.")],
    by: Annotated[
        str | None, typer.Option(help="Who confirms it; the user of this machine if not given.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Record a council's decisions from its sheet, all of it or nothing.

    What is wrong with a refused sheet is written beside it as FILE.답변.txt, a text in Korean for the officer.
    """
    from sogong_pipeline.councils.answer import answer, answer_beside
    from sogong_pipeline.councils.checking import check
    from sogong_pipeline.councils.record import record, recording_of

    pipeline, warehouse = _open()
    checked = check(pipeline.lake, file, pipeline.settings.clock().date())
    if checked.problems and not recording_of(warehouse, checked.sha256):
        told = answer_beside(file, answer(checked, file.name, "refused"))
        raise RefusedError(f"{file}: {len(checked.problems)} problems, nothing recorded; see {told}")
    done = record(warehouse, file, by or getpass.getuser())
    facts = done.facts
    return {
        **facts,
        "new": done.is_new,
        "lines": [
            "{office} {period}: {rows} rows recorded ({kind}), {differing} other than proposed".format(
                **facts
            )
            + ("" if done.is_new else "  (was recorded already)")
        ],
    }


@command(app, "status")
def status(as_json: Json = False) -> dict[str, Any]:
    """Tell what is in, what is missing, late or stale; status 3 when something is."""
    from sogong_pipeline.room import room

    pipeline, _ = _open()
    months = pipeline.months.passed()
    missing = [month for month in _span(months) if month not in months]
    due = newest_due(pipeline.settings.clock().date())
    late = parse_months(f"{months[-1].shift(1)}..{due}") if months and months[-1] < due else []
    registry = pipeline.registry.in_force()
    proposed = [quarter for quarter in pipeline.quarters.with_data() if pipeline.quarters.edition(quarter)]
    stale = {str(quarter): why for quarter in proposed if (why := pipeline.quarters.stale(quarter))}
    taken = room(pipeline)
    return {
        "months": [str(month) for month in months],
        "missing": [str(month) for month in missing],
        "late": [str(month) for month in late],
        "registry": registry.version if registry else None,
        "proposed": [str(quarter) for quarter in proposed],
        "stale": stale,
        "disk_bytes": taken.home,
        "free_bytes": taken.free,
        "lake": pipeline.lake.store.address,
        "lake_bytes": taken.lake,
        "bytes_a_month": taken.a_month,
        "bytes_for_a_year": taken.a_year,
        "lines": [
            f"months    {months[0]}..{months[-1]}, {len(months)} in" if months else "months    none",
            f"missing   {', '.join(map(str, missing)) or 'none'}",
            f"late      {', '.join(map(str, late)) or 'none'}",
            f"registry  {registry.version if registry else 'none; run `sogong registry load FILE`'}",
            f"proposed  {', '.join(map(str, proposed)) or 'none'}",
            *(f"stale     {name}: {why[0]}; run `sogong propose`" for name, why in stale.items()),
            f"lake      {taken.lake / 1e9:.2f} GB in {pipeline.lake.store.address}",
            f"disk      {taken.home / 1e9:.2f} GB in {pipeline.settings.home}, {taken.free / 1e9:.1f} GB free",
            f"forecast  {taken.a_month / 1e9:.3f} GB a month, {taken.a_year / 1e9:.2f} GB for twelve more"
            + (", which the disk has not" if taken.a_year > taken.free else ""),
        ],
        "status": LATE if missing or late or stale else 0,
    }


@command(app, "reconcile")
def reconcile(
    months: Annotated[
        str | None,
        typer.Argument(metavar="[MONTH|FIRST..LAST]", help="2026-09; all that are in if not given"),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|DIR|URL|odcloud",
            help="Compare each month row by row with the same month from there instead.",
        ),
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Count the kept files anew and compare with the lake and the warehouse; status 1 on a difference."""
    from sogong_pipeline.quality.reconcile import landed
    from sogong_pipeline.quality.reconcile import reconcile as compare

    pipeline, warehouse = _open()
    wanted = parse_months(months) if months else landed(pipeline)
    if not wanted:
        raise RefusedError("no month is in; run `sogong ingest MONTH` first")
    if against:
        return _compared(pipeline, wanted, against)
    accounts: list[Account] = []
    with steps(len(wanted)) as shown:
        for month in wanted:
            shown.begin(f"reconcile {month}")
            accounts.append(compare(pipeline, warehouse, month))
            if not as_json:
                typer.echo("\n".join(_accounted(accounts[-1])))
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
            else f"{len(accounts)} months agree, from the files to the warehouse"
        ],
        "status": 1 if differing else 0,
    }


def _compared(pipeline: Pipeline, wanted: list[Month], source: str) -> dict[str, Any]:
    """Compare months with another source, row by row."""
    from sogong_pipeline.quality.against import compare

    found = []
    with steps(len(wanted)) as shown:
        for month in wanted:
            shown.begin(f"reconcile {month}")
            found.append(compare(pipeline, month, source))
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


def _span(months: list[Month]) -> list[Month]:
    return parse_months(f"{months[0]}..{months[-1]}") if months else []


@command(warehouse_app, "rebuild")
def warehouse_rebuild(as_json: Json = False) -> dict[str, Any]:
    """Load every table again from the lake."""
    _, warehouse = _open()
    warehouse.rebuild()
    return {"rebuilt": True, "lines": [f"rebuilt {warehouse.database.address}"]}


@command(warehouse_app, "grant")
def warehouse_grant(
    role: Annotated[str, typer.Argument(help="A role that exists and cannot write.")], as_json: Json = False
) -> dict[str, Any]:
    """Let a PostgreSQL role read every table and view, and nothing more."""
    _, warehouse = _open()
    warehouse.grant(role)
    return {"role": role, "lines": [f"{role} may read every table and view of {warehouse.database.address}"]}


@command(app, "simulate")
def simulate(
    out: Out,
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    months: Annotated[str, typer.Option(metavar="FIRST..LAST")] = "2023-07..2026-09",
    districts: Annotated[int, typer.Option(help="How many districts.")] = 2185,
    outside: Annotated[float, typer.Option(help="Workplaces outside districts, per one inside.")] = 1 / 3,
    law: Annotated[int, typer.Option(help="1 clean addresses, 2 as vague as real ones, 3 harder.")] = 1,
    as_json: Json = False,
) -> dict[str, Any]:
    """Write an invented country: monthly files as the portal has them, a registry, and the truth."""
    from sogong_pipeline.simulator.country import write_country

    span = parse_months(months)
    with steps(len(span)) as shown:

        def tell(month: Month, rows: int) -> None:
            shown.begin(f"simulate {month} ({rows:,} rows)")
            shown.done()

        summary = write_country(
            out, seed=seed, law_version=law, months=span, districts=districts, outside=outside, progress=tell
        )
    return {
        "out": str(out),
        "summary": dataclasses.asdict(summary),
        "lines": [f"{len(span)} months, a registry and the truth in {out}"],
    }


@command(evaluate_app, "matching")
def evaluate_matching(
    law: Annotated[int, typer.Option(help="2 addresses as vague as real ones, 3 harder.")] = 2,
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    districts: Annotated[int, typer.Option(help="How many districts.")] = 120,
    outside: Annotated[float, typer.Option(help="Workplaces outside districts, per one inside.")] = 1.5,
    months: Annotated[str, typer.Option(metavar="FIRST..LAST")] = "2026-03..2026-08",
    page: Annotated[
        Path | None, typer.Option(help="Measure the two countries of the docs and write their page.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Match a simulated country and compare grades, districts, exits and who is who with its truth."""
    from tempfile import TemporaryDirectory

    from sogong_pipeline.evaluation import page as pages
    from sogong_pipeline.evaluation.accuracy import measure_accuracy
    from sogong_pipeline.evaluation.country import Evaluated, Recipe, recipes

    one = Recipe(law, seed, districts, outside, tuple(parse_months(months)))
    found = {}
    wanted = recipes() if page else {"country": one}
    with steps(sum(len(recipe.months) for recipe in wanted.values())) as shown:
        for name, recipe in wanted.items():
            with TemporaryDirectory() as folder:
                shown.begin(f"evaluate {name}")
                evaluated = Evaluated(recipe, Path(folder), told=lambda _: shown.done())
                found[name] = (recipe, measure_accuracy(evaluated))
    if page:
        page.write_text(pages.page(found), encoding="utf-8")
    return {
        **{name: {"recipe": str(recipe), **pages.figures(told)} for name, (recipe, told) in found.items()},
        "lines": [line for recipe, told in found.values() for line in pages.lines(recipe, told)],
    }


@command(evaluate_app, "rows")
def evaluate_rows(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="A month that is in.")],
    as_json: Json = False,
) -> dict[str, Any]:
    """Count the workplaces of a month by sido and by how surely they are matched; the truth is not needed."""
    from sogong_pipeline.evaluation import real_rows
    from sogong_pipeline.pipeline import Pipeline

    pipeline = Pipeline(Settings())
    wanted, registry = Month.parse(month), pipeline.registry.in_force()
    vintage = pipeline.months.vintage_of(wanted)
    if vintage is None or registry is None:
        raise RefusedError(
            f"{wanted} or a registry is not in; run `sogong registry load` and `sogong ingest {wanted}`"
        )
    matched = pipeline.months.match(wanted, registry.on(wanted.quarter.last_day), vintage)
    table = real_rows.rows_by_grade(matched.path("district_member"))
    return {"month": str(wanted), "rows": table.to_dict("index"), "lines": real_rows.lines(table)}


@command(evaluate_app, "breaks")
def evaluate_breaks(
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    districts: Annotated[int, typer.Option(help="How many districts.")] = 600,
    outside: Annotated[float, typer.Option(help="Workplaces outside districts, per one inside.")] = 0.05,
    months: Annotated[
        str,
        typer.Option(metavar="FIRST..LAST", help="The first quarter judged is two years after the first."),
    ] = "2021-10..2026-09",
    page: Annotated[Path | None, typer.Option(help="Write the page of docs/, too.")] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Count the alarms in quarters with a break and without, in a country where nothing befalls any district."""
    from tempfile import TemporaryDirectory

    from sogong_pipeline.evaluation import breaks_page
    from sogong_pipeline.evaluation.breaks import judged_quarters, measure_break_alarms
    from sogong_pipeline.evaluation.country import Evaluated, Recipe

    recipe = Recipe(4, seed, districts, outside, tuple(parse_months(months)))
    quarters = judged_quarters(recipe.months)
    if not quarters:
        raise RefusedError(
            f"{months} holds no whole quarter two years after its first; give 2021-10..2026-09"
        )
    with TemporaryDirectory() as folder, steps(len(recipe.months) + len(quarters)) as shown:
        shown.begin("evaluate breaks")
        evaluated = Evaluated(recipe, Path(folder), told=lambda _: shown.done())
        found = measure_break_alarms(evaluated, told=lambda _: shown.done())
    if page:
        page.write_text(breaks_page.page(recipe, found), encoding="utf-8")
    return {
        "recipe": str(recipe),
        **breaks_page.figures(found),
        "lines": breaks_page.lines(recipe, found),
    }


@command(app, "portal")
def portal(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="What `sogong simulate` wrote.")],
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8765,
    as_json: Json = False,
) -> dict[str, Any]:
    """Serve monthly files on this machine through the public portal's own download flow."""
    from sogong_pipeline.simulator.portal import serve

    serve(data, port, announce=lambda url: typer.echo(json.dumps({"url": url}) if as_json else url))
    return {"lines": []}


command(app, "verify")(upkeep.verify)
command(app, "backup")(upkeep.backup)
command(app, "restore")(upkeep.restore)
command(app, "clean")(upkeep.clean)


for group, name, run in (
    (registry_app, "load", districts.registry_load),
    (registry_app, "fetch", districts.registry_fetch),
    (registry_app, "convert", districts.registry_convert),
    (registry_app, "list", districts.registry_list),
    (registry_app, "diff", districts.registry_diff),
    (registry_app, "overlaps", districts.registry_overlaps),
    (district_app, "explain", districts.district_explain),
):
    command(group, name)(run)


def main() -> None:
    """Run the command line."""
    app()
