"""The steps of one quarter: plan what an edition is made from, measure and propose it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sogong_pipeline import __version__
from sogong_pipeline.districts.registry import Registry, Slice
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.indicators.quarter import MonthIn, window
from sogong_pipeline.indicators.seasonality import seasonality_version
from sogong_pipeline.indicators.series_breaks import breaks_version
from sogong_pipeline.industries.divisions import industry_version
from sogong_pipeline.lake.partitions import SHORT, Lake, Partition, digest_of
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.rates.contribution import contribution_version
from sogong_pipeline.regions.crosswalk import regions_version
from sogong_pipeline.sql_engine import sql_version
from sogong_pipeline.stages.edition import build_edition
from sogong_pipeline.stages.rules import DEFAULT, RuleSet, load
from sogong_pipeline.steps.months import MonthSteps
from sogong_pipeline.steps.registry import RegistrySteps
from sogong_pipeline.workplaces.flows import flow_window

NOW, THEN = "now", "then"
"""Which registry judges a quarter: the one in force, or the one that was when the quarter was first proposed."""


@dataclass(frozen=True)
class Plan:
    """What an edition is made from: the vintages of its months, its districts and its rules."""

    vintages: dict[Month, str]
    registry_version: str
    districts: Slice
    rules: RuleSet

    @property
    def inputs(self) -> dict[str, str]:
        """Every input by name; the edition is their digest."""
        layers = ("staged", "traced", "matched", "measured", "moved", "editions")
        return {
            **{str(month): vintage for month, vintage in self.vintages.items()},
            "districts": self.districts.version,
            "regions": regions_version(),
            "contribution": contribution_version(),
            "breaks": breaks_version(),
            "industries": industry_version(),
            "seasonality": seasonality_version(),
            "rules": f"{self.rules.rule_set} {self.rules.version}",
            "schema": digest_of([sql_version(layer) for layer in layers])[:SHORT],
            "code": __version__,
        }

    @property
    def edition(self) -> str:
        """The name of the edition."""
        return digest_of(self.inputs)[:SHORT]


class QuarterSteps:
    """The quarters of one lake."""

    def __init__(
        self, lake: Lake, now: Callable[[], str], registry: RegistrySteps, months: MonthSteps
    ) -> None:
        self.lake = lake
        self._now = now
        self._registry = registry
        self._months = months

    def with_data(self) -> list[Quarter]:
        """The quarters with a month in and, once a registry is loaded, a district to judge; oldest first."""
        registry = self._registry.in_force()
        quarters = sorted({month.quarter for month in self._months.passed()})
        return [
            quarter for quarter in quarters if registry is None or registry.on(quarter.last_day).districts
        ]

    def changed(self, rule_set: str = DEFAULT) -> dict[Quarter, list[str]]:
        """Every quarter with data whose inputs changed, oldest first, and why; see `stale`."""
        stale = {quarter: self.stale(quarter, rule_set) for quarter in self.with_data()}
        return {quarter: why for quarter, why in stale.items() if why}

    def propose(
        self,
        quarter: Quarter,
        rule_set: str = DEFAULT,
        known: dt.datetime | None = None,
        registry: str = NOW,
    ) -> tuple[Partition, bool]:
        """Measure a quarter and propose a stage for each of its districts.

        Both sides of every comparison use the districts that count on the quarter's last day.

        Args:
            quarter: the quarter judged.
            rule_set: the rules it is judged by.
            known: the load time as of which months and registry are taken; then the latest edition stays the latest.
            registry: `now`, `then` or a version, see `registry_for`; with another than now the latest stays as well.

        Returns:
            The edition and whether it was made now.

        Raises:
            RefusedError: when no registry is loaded or no month of the quarter is in.
        """
        plan = self.plan(quarter, rule_set, known, registry)
        months = {
            month: MonthIn(
                self._months.match(month, plan.districts, vintage),
                self._months.measure(month, plan.districts, vintage),
            )
            for month, vintage in plan.vintages.items()
        }
        movements = {
            month: moved
            for month in flow_window(quarter)
            if (moved := self._months.traces.movement(month, plan.districts, plan.vintages.get))
        }
        partition, is_new = self.lake.ensure(
            "editions",
            (str(quarter), plan.edition),
            inputs=plan.inputs,
            recorded_at=self._now(),
            build=lambda workspace: build_edition(
                months,
                {month: moved.path("movement") for month, moved in movements.items()},
                plan.districts.districts,
                quarter,
                plan.edition,
                rules=plan.rules,
                facts={
                    "registry_version": plan.registry_version,
                    "rule_set": plan.rules.rule_set,
                    "rule_set_version": plan.rules.version,
                    "months": {str(month): vintage for month, vintage in plan.vintages.items()},
                },
                workspace=workspace,
            ),
        )
        if known is None and registry == NOW:
            self.lake.set_current(plan.edition, "editions", str(quarter), recorded_at=self._now())
        return partition, is_new

    def registry_for(
        self, quarter: Quarter, registry: str = NOW, known: dt.datetime | None = None
    ) -> Registry:
        """The registry that judges a quarter.

        Args:
            quarter: the quarter judged.
            registry: `now`, the one in force; `then`, the one in force when the quarter was first proposed; or the
                version of a loaded one.
            known: a moment of load time; the one in force by then instead of now.

        Raises:
            RefusedError: when there is no such registry.
        """
        if registry == THEN:
            proposed = [turn.since for turn in self.lake.turns("editions", str(quarter))]
            if not proposed:
                raise RefusedError(
                    f"{quarter} was never proposed; give a registry's version instead of {THEN!r}"
                )
            known = dt.datetime.fromisoformat(proposed[0])
        elif registry != NOW:
            return self._registry.of_version(registry)
        found = self._registry.in_force(known)
        if found is None:
            raise RefusedError(
                f"no registry was loaded by {known.isoformat()}; give a later moment"
                if known
                else "no registry is loaded; run `sogong registry load FILE` first"
            )
        return found

    def plan(
        self,
        quarter: Quarter,
        rule_set: str = DEFAULT,
        known: dt.datetime | None = None,
        registry: str = NOW,
    ) -> Plan:
        """What a proposal of a quarter would be made from now, or as known at a moment; computes nothing.

        Raises:
            RefusedError: when no registry is loaded, none of its districts counts, or no month is in.
        """
        judging = self.registry_for(quarter, registry, known)
        vintages = {
            month: vintage
            for month in window(quarter)
            if (vintage := self._months.vintage_of(month, known)) is not None
        }
        if not set(vintages) & set(quarter.months):
            raise RefusedError(
                f"no month of {quarter} was in by {known.isoformat()}; give a later moment"
                if known
                else f"no month of {quarter} is in; run `sogong ingest {quarter.months[0]}..{quarter.months[2]}`"
            )
        districts = judging.on(quarter.last_day)
        if not districts.districts:
            raise RefusedError(
                f"the registry has no district that counts on {quarter.last_day}; check valid_from"
            )
        return Plan(vintages, judging.version, districts, load(rule_set))

    def edition(self, quarter: Quarter, known: dt.datetime | None = None) -> Partition | None:
        """The edition a quarter was last proposed in, by a moment where one is given, or None when it never was."""
        current = self.lake.current("editions", str(quarter), known=known)
        return self.lake.find("editions", str(quarter), current) if current else None

    def rebuilt(self, quarter: Quarter, known: dt.datetime, rule_set: str = DEFAULT) -> Partition | None:
        """The edition that the months and the registry known at a moment give, or None when it is not there."""
        return self.lake.find("editions", str(quarter), self.plan(quarter, rule_set, known).edition)

    def stale(self, quarter: Quarter, rule_set: str = DEFAULT, known: dt.datetime | None = None) -> list[str]:
        """Why a quarter's latest edition is not the one its inputs would give now; empty when it is.

        With a moment: why the edition that was the latest then is not the one the inputs of then give today.
        """
        inputs, edition = self.plan(quarter, rule_set, known).inputs, self.edition(quarter, known)
        if edition is None:
            return ["never proposed"]
        before = edition.manifest["inputs"]
        return [
            f"{name}: {before.get(name, 'nothing')} -> {inputs.get(name, 'nothing')}"
            for name in sorted({*before, *inputs})
            if before.get(name) != inputs.get(name)
        ]
