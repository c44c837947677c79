"""Returned sheets that wait for the person who confirms them, for `sogong status`. It only reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sogong_pipeline.councils.inbox import STEP, claim_of
from sogong_pipeline.steps.installation import Installation


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A returned sheet that nobody has confirmed or sent back yet.

    Attributes:
        period: The folder of the inbox it lies in: a half-year for decisions, a quarter for a survey.
        office: The code of its office.
        file: The name of the file.
        until: Until when the question stands.
        lapsed: Whether nobody answered by then; the next look at the inbox asks again.
    """

    period: str
    office: str
    file: str
    until: dt.datetime
    lapsed: bool

    @property
    def facts(self) -> dict[str, Any]:
        """The sheet as JSON."""
        return {
            "period": self.period,
            "office": self.office,
            "file": self.file,
            "until": self.until.isoformat(),
            "lapsed": self.lapsed,
        }

    @property
    def line(self) -> str:
        """The sheet in one line of `sogong status`."""
        state = (
            f"nobody answered by {self.until:%Y-%m-%d %H:%M}; the next look asks again"
            if self.lapsed
            else f"to be confirmed in Airflow by {self.until:%Y-%m-%d %H:%M}"
        )
        return f"waiting   {self.period} {self.office}: {self.file}, {state}"


def unanswered(installation: Installation) -> list[Unanswered]:
    """The sheets that wait, in the order of periods and offices."""
    lake, now = installation.lake, installation.settings.clock()
    found = []
    for period in lake.children(STEP):
        for office in lake.children(STEP, period):
            claim = claim_of(lake, period, office)
            if claim:
                until = dt.datetime.fromisoformat(claim["until"])
                found.append(Unanswered(period, office, claim["file"], until, until < now))
    return found
