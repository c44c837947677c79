"""Report overdue work: a month, a proposal, drafts, council decisions. Read-only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import PurePosixPath

from sogong_pipeline.councils.issue import STEP as SHEETS
from sogong_pipeline.councils.issue import current_issue
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import counted
from sogong_pipeline.lake.layers import LAYERS
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.periods import SEOUL, Quarter, newest_due
from sogong_pipeline.renderers.published import INDEX
from sogong_pipeline.renderers.registry import file_name
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.contents import Contents

GRACE = dt.timedelta(days=1)
"""Time allowed for a proposal after a new month or registry, and for drafts after a proposal."""
REMEMBERED = dt.timedelta(days=92)
"""Maximum age of editions whose drafts are checked: a quarter of a year."""
SOON, AFTERWARDS = 7, 30
"""Days before and after a deadline of the councils in which pending offices are listed."""


def late(installation: Installation) -> Iterator[str]:
    """Yield a line with the remedy for each overdue item; none if everything is on time."""
    yield from _months(installation)
    yield from _proposals(installation)
    yield from _drafts(installation)
    yield from _councils(installation)


def _months(installation: Installation) -> Iterator[str]:
    passed, due = installation.passed(), newest_due(installation.settings.clock().date())
    if passed and passed[-1] < due:
        yield f"months up to {due} are due and {passed[-1]} is the newest that is in; see the runbook a-month-is-late"


def _proposals(installation: Installation) -> Iterator[str]:
    registries = [_moment(each.manifest["recorded_at"]) for each in installation.registries()]
    if not registries:
        return
    proposed = [Quarter.parse(name) for name in installation.lake.children("editions")]
    for quarter, why in installation.quarters.changed().items():
        if proposed and quarter not in proposed and quarter < max(proposed):
            continue  # not requested, and propose_stages will not propose it
        turns = [turn for month in quarter.months for turn in installation.lake.turns("checked", str(month))]
        since = max([registries[-1], *(_moment(turn.since) for turn in turns)])
        if installation.settings.clock() - since > GRACE:
            yield (
                f"{quarter} waits to be proposed since {since:%Y-%m-%d %H:%M} ({why[0]}); run `sogong propose "
                f"{quarter}`, or trigger propose_stages"
            )


def _drafts(installation: Installation) -> Iterator[str]:
    now = installation.settings.clock()
    for name in installation.lake.children("editions"):
        turns = installation.lake.turns("editions", name)
        if not turns or not turns[-1].child or not GRACE < now - _moment(turns[-1].since) < REMEMBERED:
            continue
        place = open_reports(installation.settings, f"{name}/draft")
        page = place.read(PurePosixPath(file_name(INDEX)))
        if page is None or turns[-1].child not in page:
            yield (
                f"{name} was proposed in edition {turns[-1].child} on {turns[-1].since[:10]} and has no draft of it; "
                f"run `sogong publish {name} --draft`, or trigger publish_reports"
            )


def _councils(installation: Installation) -> Iterator[str]:
    today = installation.settings.clock().date()
    for period in installation.lake.children(SHEETS):
        issue = current_issue(installation.lake, HalfYear.parse(period))
        if issue is None:
            continue
        decided = issue.decided(installation.lake)
        missing = [office for office in issue.sheets if office not in decided]
        days = (issue.deadline - today).days
        if missing and -AFTERWARDS <= days <= SOON:
            when = f"are due in {counted(days, 'day')}" if days >= 0 else f"are late since {issue.deadline}"
            yield f"the decisions of {period} {when}: {', '.join(missing)}; write to these offices"


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)


def last_success(installation: Installation) -> dict[str, str]:
    """Return the time (ISO 8601) of the latest partition of each layer; layers without any are left out."""
    newest: dict[str, str] = {}
    for folder in Contents.of(installation.lake.store).manifests:
        partition = installation.lake.find(*folder.parts)
        if partition is not None:
            layer, recorded = folder.parts[0], str(partition.manifest["recorded_at"])
            newest[layer] = max(newest.get(layer, recorded), recorded, key=_moment)
    return {layer.name: newest[layer.name] for layer in LAYERS if layer.name in newest}
