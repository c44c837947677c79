"""The steps of a likelihood rule before it judges: histories of the quarters it reads, and norms of the nation."""

from __future__ import annotations

import datetime as dt

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.registry import Slice
from sogong_pipeline.lake.partitions import SHORT, Partition, digest_of
from sogong_pipeline.periods import Quarter
from sogong_pipeline.stages.likelihood_proposals import History
from sogong_pipeline.stages.rules import LikelihoodRuleSet
from sogong_pipeline.steps.build import make
from sogong_pipeline.steps.months import MonthSteps

MEMBERS, NATION = "district_workplace_quarter", "nation_workplace_quarter"
NORM, TURNOVER = "workplace_norm", "division_turnover"


class HistorySteps:
    """The histories and norms of one lake."""

    def __init__(self, catalogue: Catalogue, months: MonthSteps) -> None:
        self.catalogue = catalogue
        self._months = months

    def up_to(
        self, quarter: Quarter, districts: Slice, rules: LikelihoodRuleSet, known: dt.datetime | None
    ) -> tuple[list[History], dict[str, str]]:
        """What a rule set reads to judge a quarter: the quarters it can look back on, with their norms.

        Args:
            quarter: The quarter judged.
            districts: The districts judged; members of all quarters are matched to them.
            rules: The rule set, which says how far back it looks.
            known: The load time as of which months are taken.

        Returns:
            The quarters in their order, and the digests of all that was read, by name.
        """
        rule = rules.likelihood
        reach = rule.lasting_quarters + max(rule.lags)
        quarters = [quarter.shift(-back) for back in range(reach, -1, -1)]
        sums = {one: self._sum(one, districts, known) for one in quarters}
        found, inputs = [], {}
        for number, one in enumerate(quarters):
            held = sums[one]
            if held is None:
                found.append(History(one, None, None, None))
                continue
            behind = [
                sums[before] for before in quarters[max(number - rule.lasting_quarters, 0) : number + 1]
            ]
            norms = self._norms(one, behind, rules)
            found.append(History(one, held.path(MEMBERS), norms.path(NORM), norms.path(TURNOVER)))
            inputs[f"members of {one}"] = held.manifest["files"][MEMBERS]["sha256"]
            inputs[f"norms of {one}"] = digest_of(
                [norms.manifest["files"][table]["sha256"] for table in (NORM, TURNOVER)]
            )[:SHORT]
        return found, inputs

    def _sum(self, quarter: Quarter, districts: Slice, known: dt.datetime | None) -> Partition | None:
        """What the months of a quarter say of each workplace; None when no month is in."""
        matched = {
            month: self._months.match(month, districts, vintage)
            for month in quarter.months
            if (vintage := self.catalogue.vintage_of(month, known)) is not None
        }
        if not matched:
            return None
        inputs = {str(month): partition.digest for month, partition in matched.items()}
        members = {month: partition.path("district_member") for month, partition in matched.items()}
        key = (str(quarter), digest_of(inputs)[:SHORT])
        return make(self.catalogue, "histories", key, inputs, members)[0]

    def _norms(self, quarter: Quarter, behind: list[Partition | None], rules: LikelihoodRuleSet) -> Partition:
        """The norms of a quarter, whatever registry the rows were matched with."""
        inputs = {
            f"{back} quarters back": held.manifest["files"][NATION]["sha256"]
            for back, held in enumerate(reversed(behind))
            if held is not None
        }
        key = (str(quarter), digest_of(inputs)[:SHORT])
        paths = [held.path(NATION) if held else None for held in behind]
        return make(self.catalogue, "norms", key, inputs, paths, quarter, rules.likelihood)[0]
