"""The months of which the file that came last is stopped or held, for `sogong status`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.standing import standing
from sogong_pipeline.quality.stopped import page_of


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A month whose newest file is in doubt.

    Attributes:
        month: The data month.
        state: `stopped`, so that it does not count, or `held`, so that it counts and no report rests on it.
        checks: Names of the checks.
        instead: The vintage that counts in place of a stopped one, if any.
        page: Where its quality page is.
    """

    month: Month
    state: Literal["stopped", "held"]
    checks: Sequence[str]
    instead: str | None
    page: str

    @property
    def line(self) -> str:
        """The month in one line of `sogong status`."""
        counts = ""
        if self.state == "stopped":
            counts = f"; file {self.instead} counts instead" if self.instead else "; no file counts"
        return f"{self.state:<10}{self.month}: {', '.join(self.checks)}{counts}; see {self.page}"


def doubtful_months(catalogue: Catalogue) -> list[Doubtful]:
    """The months in doubt, oldest first."""
    found = []
    for month in map(Month.parse, catalogue.lake.children("raw")):
        vintages, counts = catalogue.vintages(month), catalogue.vintage_of(month)
        if not vintages:
            continue
        one = standing(catalogue, month, vintages[0])
        page = page_of(catalogue, month)
        if one.stopping:
            found.append(Doubtful(month, "stopped", one.stopping, counts, page))
        elif one.holding and counts == vintages[0]:
            found.append(Doubtful(month, "held", one.holding, None, page))
    return found
