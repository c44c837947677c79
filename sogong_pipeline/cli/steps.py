"""The commands `ingest`, `propose`, `status`: from files to proposals."""

from __future__ import annotations

import contextlib
import datetime as dt
import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sogong_pipeline.cli.interrupts import kept_interrupts
from sogong_pipeline.cli.options import AsKnownOn, Json, Source, open_installation, open_lake_in_use
from sogong_pipeline.cli.output import say
from sogong_pipeline.cli.progress import steps
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import OutageError, RefusedError, counted
from sogong_pipeline.periods import Month, Quarter, newest_due, parse_moment, parse_months

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sogong_pipeline.steps.installation import Installation
    from sogong_pipeline.steps.months import MonthState

LATE = 3
WARNINGS_NAMED = 3


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
    from sogong_pipeline.steps.after import after_months
    from sogong_pipeline.steps.range import ingest_range, usual_jobs
    from sogong_pipeline.upkeep.capacity import Outlook

    wanted = parse_months(months)
    installation = open_installation()
    warehouse = installation.warehouse
    done: list[MonthState] = []
    refused: dict[str, str] = {}
    unasked: list[Month] = []
    missing = set(wanted) - set(installation.passed())
    outlook = Outlook(installation, len(missing))
    at_work = ingest_range(installation, wanted, source, usual_jobs() if jobs is None else jobs)
    with steps(len(wanted)) as shown, kept_interrupts() as stop_if_one_came, contextlib.closing(at_work):
        shown.begin(f"ingest {wanted[0]}")
        for month, outcome in at_work:
            if isinstance(outcome, RefusedError):
                refused[str(month)] = str(outcome)
            else:
                done += outcome
                if not as_json:
                    say("\n".join(map(_told, outcome)))
            if installation.lake.children("raw", str(month)):
                warehouse.load_month(month)
            shown.done(outlook.after_month() if month in missing else "")
            stop_if_one_came()
            if isinstance(outcome, OutageError):
                unasked = wanted[wanted.index(month) :]
            shown.begin(f"ingest {month.shift(1)}")
    after_months(installation, wanted)
    if refused and len(wanted) == 1:
        raise RefusedError(next(iter(refused.values())))
    return {
        "months": [_month_facts(state) for state in done],
        "refused": refused,
        "go_on": f"{unasked[0]}..{unasked[-1]}" if unasked else None,
        "lines": [
            *(
                []
                if registry_in_force(installation)
                else ["no registry yet: load one with `sogong registry load FILE`, then `sogong propose`"]
            ),
            *(f"refused {month}: {why}" for month, why in refused.items()),
            *(
                [
                    f"stopped at the first outage, {counted(len(unasked), 'month')} to go; when the source answers "
                    f"again, go on with `sogong ingest {unasked[0]}..{unasked[-1]}{_from(source)}`"
                ]
                if unasked
                else []
            ),
            f"{len(wanted) - len(refused) - max(len(unasked) - 1, 0)} of {len(wanted)} months are in",
        ],
        "status": 1 if refused else 0,
    }


def _from(source: str | None) -> str:
    """The option that names a source again, quoted for a shell."""
    return f" --from {shlex.quote(source)}" if source else ""


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
    names = [warning.partition(": ")[0] for warning in facts["warnings"]]
    told = f"{counted(len(names), 'warning')} ({', '.join(names[:WARNINGS_NAMED])})"
    line += told if names else "gate passed"
    if state.checked.facts["holding"]:
        line += "  held, see `sogong status`"
    if not state.checked.facts["compared_with_month_before"]:
        line += " (the month before is not in)"
    if state.measured:
        line += f"  {facts['matched']:>8,} in districts, {facts['ambiguous']:,} ambiguous"
    return line if state.is_new else f"{line}  (was in already)"


def propose(
    quarter: Annotated[
        str | None,
        typer.Argument(
            metavar="[QUARTER]",
            help="2026-Q3; if not given the newest one whose months are all in, and every proposed one that changed",
        ),
    ] = None,
    rules: Annotated[str, typer.Option(help="Rule set.")] = "ref_5_10",
    every: Annotated[
        bool, typer.Option("--every", help="Every quarter with data that changed or was never proposed.")
    ] = False,
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
    from sogong_pipeline.steps.board import write_board
    from sogong_pipeline.steps.sweep import outdated_months, remake_month

    wanted = Quarter.parse(quarter) if quarter else None
    known = parse_moment(as_known_on) if as_known_on else None
    if known and not wanted:
        raise RefusedError("--as-known-on rebuilds one quarter; name it, such as 2026-Q3")
    if registry != "now" and not wanted:
        raise RefusedError("--registry rebuilds one quarter; name it, such as 2026-Q3")
    if wanted and every:
        raise RefusedError(f"give {wanted} or --every, not both")
    installation = open_lake_in_use()
    warehouse = installation.warehouse
    if not installation.passed():
        raise RefusedError("no month is in; run `sogong ingest MONTH` first")
    stale = (
        {wanted: installation.quarters.stale(wanted, known)}
        if wanted
        else installation.quarters.changed()
        if every
        else _due(installation)
    )
    changed = {str(name): why for name, why in stale.items()}
    alone = [] if wanted or every else _left_alone(installation, stale)
    months = {} if wanted else outdated_months(installation)
    if dry_run:
        outdated = {**{str(month): why for month, why in months.items()}, **changed}
        return {
            "months": {str(month): why for month, why in months.items()},
            "quarters": changed,
            "left_alone": list(map(str, alone)),
            "lines": [
                *(
                    [f"{name}: {'; '.join(why) or 'nothing changed'}" for name, why in outdated.items()]
                    or ["no quarter's inputs changed"]
                ),
                *_alone_lines(alone),
            ],
        }
    editions, lines = [], []
    with steps(len(months) + len(changed)) as shown:
        for month in months:
            shown.begin(f"make {month} again")
            remake_month(installation, month)
            warehouse.load_month(month)
            shown.done()
        if months:
            lines.append(f"made again by today's code: {', '.join(map(str, months))}")
        for name, why in changed.items():
            shown.begin(f"propose {name}")
            edition, is_new = installation.quarters.propose(Quarter.parse(name), rules, known, registry)
            warehouse.load_quarter(Quarter.parse(name))
            proposals = installation.proposals(edition, rules)
            stages = proposals.facts["stages"] if proposals else {}
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
    if editions:
        write_board(installation)
    return {
        "editions": editions,
        "left_alone": list(map(str, alone)),
        "lines": [*(lines or ["no quarter's inputs changed"]), *_alone_lines(alone)],
    }


def _due(installation: Installation) -> dict[Quarter, list[str]]:
    """What is proposed when no quarter is named, and why; as `propose_stages` does once a quarter is complete.

    Raises:
        RefusedError: when no quarter was proposed before and none is complete.
    """
    quarters = installation.quarters
    newest, begun = quarters.newest_complete(), quarters.with_data()
    if newest is None and begun and not any(map(installation.edition, begun)):
        missing = [str(month) for month in begun[-1].months if month not in installation.passed()]
        raise RefusedError(
            f"no quarter is complete: {begun[-1]} lacks {', '.join(missing)}; ingest, or run `sogong propose "
            f"{begun[-1]}` for a partial proposal"
        )
    return quarters.due(newest)


def _left_alone(installation: Installation, due: Iterable[Quarter]) -> list[Quarter]:
    """The quarters with data that were never proposed and are not to be now."""
    asked = set(due)
    return [
        each
        for each in installation.quarters.with_data()
        if each not in asked and installation.edition(each) is None
    ]


def _alone_lines(alone: list[Quarter]) -> list[str]:
    """One line for the quarters that were never proposed and are left so."""
    if not alone:
        return []
    span = str(alone[0]) if len(alone) == 1 else f"{alone[0]}..{alone[-1]}"
    return [
        f"{counted(len(alone), 'other quarter')} never proposed, {span}: name one, or --every for all of them"
    ]


def _as_known(known: dt.datetime, why: list[str]) -> str:
    """How a rebuilt edition stands to the one of then."""
    told = "the edition of then" if not why else f"not the edition of then ({'; '.join(why)})"
    return f"as known on {known.isoformat()}: {told}; the latest edition is still the latest"


def status(as_json: Json = False) -> dict[str, Any]:
    """Tell what is in, what is missing, late or stale; status 3 when something is."""
    from sogong_pipeline.quality.doubtful import doubtful_months
    from sogong_pipeline.steps.sweep import outdated_months
    from sogong_pipeline.upkeep.capacity import room
    from sogong_pipeline.upkeep.lateness import last_success
    from sogong_pipeline.upkeep.unanswered import unanswered

    installation = open_lake_in_use()
    months = installation.passed()
    missing = [month for month in _span(months) if month not in months]
    today = installation.settings.clock().date()
    due = newest_due(today)
    late = parse_months(f"{months[-1].shift(1)}..{due}") if months and months[-1] < due else []
    registry = registry_in_force(installation)
    proposed = [quarter for quarter in installation.quarters.with_data() if installation.edition(quarter)]
    stale = {str(quarter): why for quarter in proposed if (why := installation.quarters.stale(quarter))}
    outdated = {str(month): why for month, why in outdated_months(installation).items()}
    doubtful = doubtful_months(installation)
    waiting = unanswered(installation)
    succeeded = last_success(installation)
    taken = room(installation)
    age = (today - months[-1].last_day).days if months else None
    return {
        "months": [str(month) for month in months],
        "missing": [str(month) for month in missing],
        "late": [str(month) for month in late],
        "freshness_days": age,
        "last_success": succeeded,
        "registry": registry.version if registry else None,
        "proposed": [str(quarter) for quarter in proposed],
        "stopped": {str(one.month): one.checks for one in doubtful if one.state == "stopped"},
        "held": {str(one.month): one.checks for one in doubtful if one.state == "held"},
        "waiting": [one.facts for one in waiting],
        "outdated": outdated,
        "stale": stale,
        "disk_bytes": taken.home,
        "free_bytes": taken.free,
        "lake": installation.lake.store.address,
        "lake_bytes": taken.lake,
        "bytes_a_month": taken.a_month,
        "bytes_for_a_year": taken.a_year,
        "lines": [
            f"months    {months[0]}..{months[-1]}, {len(months)} in" if months else "months    none",
            f"missing   {', '.join(map(str, missing)) or 'none'}",
            f"late      {', '.join(map(str, late)) or 'none'}",
            *([f"freshness {counted(age, 'day')} since the end of {months[-1]}"] if age is not None else []),
            f"registry  {registry.version if registry else 'none; run `sogong registry load FILE`'}",
            f"proposed  {', '.join(map(str, proposed)) or 'none'}",
            *_succeeded_lines(succeeded),
            *(one.line for one in doubtful),
            *(one.line for one in waiting),
            *_outdated_lines(outdated),
            *(f"stale     {name}: {why[0]}; run `sogong propose`" for name, why in stale.items()),
            f"lake      {taken.lake / 1e9:.2f} GB in {installation.lake.store.address}",
            f"disk      {taken.home / 1e9:.2f} GB in {installation.settings.home}, {taken.free / 1e9:.1f} GB free",
            f"forecast  {taken.a_month / 1e9:.3f} GB a month, {taken.a_year / 1e9:.2f} GB for twelve more"
            + (", which the disk has not" if taken.a_year > taken.free else ""),
        ],
        "status": LATE if missing or late or doubtful or outdated or stale else 0,
    }


STEPS = {
    "raw": "landed", "registry": "registry", "measured": "measured", "editions": "proposed", "sheets": "sheets",
    "received": "returned", "decisions": "decided", "answers": "surveyed",
}  # fmt: skip
"""What the line of the last success calls the layers that people act on; `--json` has all of them."""


def _succeeded_lines(succeeded: dict[str, str]) -> list[str]:
    """One line for when each step that people act on last succeeded."""
    known = [
        f"{name} {succeeded[layer][:16].replace('T', ' ')}"
        for layer, name in STEPS.items()
        if layer in succeeded
    ]
    return [f"last      {', '.join(known)}"] if known else []


def _outdated_lines(outdated: dict[str, list[str]]) -> list[str]:
    """One line for the months that other code made, with what changed in the first of them."""
    if not outdated:
        return []
    names, why = list(outdated), next(iter(outdated.values()))
    span = names[0] if len(names) == 1 else f"{names[0]}..{names[-1]}"
    return [f"outdated  {counted(len(names), 'month')}, {span}: {why[0]}; run `sogong propose`"]


def _span(months: list[Month]) -> list[Month]:
    return parse_months(f"{months[0]}..{months[-1]}") if months else []
