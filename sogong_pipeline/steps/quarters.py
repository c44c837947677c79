"""The steps of one quarter: plan what an edition is made from, measure it, propose its stages."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.loaded import districts_of, registry_in_force, registry_of_version
from sogong_pipeline.districts.registry import Registry, Slice
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.indicators.quarter import MonthIn, comparisons, window
from sogong_pipeline.lake.code import code_inputs
from sogong_pipeline.lake.layers import below
from sogong_pipeline.lake.partitions import SHORT, Built, Partition, digest_of
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.quality.holds import LAYER as HOLDS
from sogong_pipeline.quality.standing import Standing, standing
from sogong_pipeline.stages.doubt import held_reason
from sogong_pipeline.stages.likelihood_proposals import History
from sogong_pipeline.stages.rules import DEFAULT, AnyRuleSet, LikelihoodRuleSet, load_any, names
from sogong_pipeline.steps.build import make, outdated
from sogong_pipeline.steps.histories import HistorySteps
from sogong_pipeline.steps.months import MonthSteps
from sogong_pipeline.workplaces.flows import flow_window

EDITIONS = "editions"
JUDGED = ("fact_district_quarter", "paired_workplace", "establishment_flow")
"""The tables of an edition that proposals are made from."""
NOW, THEN = "now", "then"
"""Which registry judges a quarter: the one in force, or the one that was when the quarter was first proposed."""


@dataclass(frozen=True)
class Plan:
    """What an edition is made from: the vintages of its months and where they stand, and its districts."""

    vintages: dict[Month, str]
    standings: dict[Month, Standing]
    registry_version: str
    districts: Slice

    @property
    def given(self) -> dict[str, str]:
        """The inputs that are data, by name."""
        book = self.districts.book
        return {
            **{str(month): vintage for month, vintage in self.vintages.items()},
            **{f"standing of {month}": one.digest for month, one in self.standings.items()},
            "districts": self.districts.version,
            **({"registers": book.firms, "aliases": book.aliases} if book else {}),
        }

    @property
    def inputs(self) -> dict[str, str]:
        """Every input by name, the code of the layers below included; the edition is their digest."""
        layers = [layer for layer in below(EDITIONS) if layer != EDITIONS]
        code = {f"code of {layer}": digest_of(code_inputs(layer))[:SHORT] for layer in layers}
        return {**self.given, **code, **code_inputs(EDITIONS)}

    @property
    def edition(self) -> str:
        """The name of the edition."""
        return digest_of(self.inputs)[:SHORT]


class QuarterSteps:
    """The quarters of one lake."""

    def __init__(self, catalogue: Catalogue, months: MonthSteps) -> None:
        self.catalogue = catalogue
        self._months = months
        self._histories = HistorySteps(catalogue, months)

    def with_data(self) -> list[Quarter]:
        """The quarters with a month in and, once a registry is loaded, a district to judge; oldest first."""
        registry = registry_in_force(self.catalogue)
        quarters = sorted({month.quarter for month in self.catalogue.passed()})
        return [
            quarter for quarter in quarters if registry is None or registry.on(quarter.last_day).districts
        ]

    def changed(self) -> dict[Quarter, list[str]]:
        """Every quarter with data whose inputs changed, oldest first, and why; see `stale`."""
        stale = {quarter: self.stale(quarter) for quarter in self.with_data()}
        return {quarter: why for quarter, why in stale.items() if why}

    def due(self, quarter: Quarter | None) -> dict[Quarter, list[str]]:
        """The quarters that new data of one quarter make due, oldest first, and why; see `stale`.

        Those are the quarter itself and every other one that was proposed before and whose inputs changed. A quarter
        that nobody has asked for stays without proposals until its own data come, or `changed` is asked.

        Args:
            quarter: the quarter of the new data; None when there is none.
        """
        asked = {quarter} if quarter else set()
        return {
            each: why
            for each in self.with_data()
            if (each in asked or self.catalogue.edition(each)) and (why := self.stale(each))
        }

    def newest_complete(self) -> Quarter | None:
        """The newest quarter that can be proposed with all of its months, None when there is none."""
        passed = set(self.catalogue.passed())
        return max((each for each in self.with_data() if passed.issuperset(each.months)), default=None)

    def propose(
        self,
        quarter: Quarter,
        rule_set: str = DEFAULT,
        known: dt.datetime | None = None,
        registry: str = NOW,
    ) -> tuple[Partition, bool]:
        """Measure a quarter and propose a stage for each of its districts by every rule set that ships.

        Both sides of every comparison use the districts that count on the quarter's last day. What other code gives
        with the same content keeps its edition.

        Args:
            quarter: the quarter judged.
            rule_set: the rules that are applied first.
            known: the load time as of which months and registry are taken; then the latest edition stays the latest.
            registry: `now`, `then` or a version, see `registry_for`; with another than now the latest stays as well.

        Returns:
            The edition, and whether its facts or its proposals are new.

        Raises:
            RefusedError: when no registry is loaded or no month of the quarter is in.
        """
        wanted = load_any(rule_set).rule_set
        if known is None and registry == NOW:
            self._place_months(quarter)
        plan = self.plan(quarter, known, registry)
        edition, is_measured = self._measure(quarter, plan)
        is_judged = False
        for name in sorted(names(), key=lambda one: one != wanted):
            proposals, is_new = self._judge(quarter, edition, plan, load_any(name), known)
            is_judged = is_judged or is_new
            place = ("proposals", str(quarter), edition.folder.name, name)
            self.catalogue.lake.set_current(proposals.folder.name, *place, recorded_at=self.catalogue.now())
        if known is None and registry == NOW:
            self.catalogue.lake.set_current(
                edition.folder.name, EDITIONS, str(quarter), recorded_at=self.catalogue.now()
            )
        return edition, is_measured or is_judged

    def _place_months(self, quarter: Quarter) -> None:
        """Pass the months of a quarter through the second gate: the registry may be younger than they are."""
        districts = self.registry_for(quarter).on(quarter.last_day)
        for month in quarter.months:
            vintage = self.catalogue.vintage_of(month)
            if vintage is not None and districts.districts:
                with suppress(RefusedError):  # it no longer counts then, and the quarter is partial
                    self._months.place(month, districts, vintage)

    def _measure(self, quarter: Quarter, plan: Plan) -> tuple[Partition, bool]:
        """Make the facts of a quarter, unless an edition made from just this is there."""
        if (known := self._made_from(quarter, plan)) is not None:
            return known, False
        months = {
            month: MonthIn(
                self._months.match(month, plan.districts, vintage),
                self._months.measure(month, plan.districts, vintage),
            )
            for month, vintage in plan.vintages.items()
        }
        movements = {
            month: moved.path("movement")
            for month in flow_window(quarter)
            if (moved := self._months.traces.movement(month, plan.districts, plan.vintages.get))
        }
        return make(
            self.catalogue,
            EDITIONS,
            (str(quarter), plan.edition),
            plan.inputs,
            months,
            movements,
            plan.districts.districts,
            quarter,
            plan.edition,
            same=lambda built: self._with_content(quarter, plan, built),
            facts={
                "registry_version": plan.registry_version,
                "months": {str(month): vintage for month, vintage in plan.vintages.items()},
                **_standing_facts(quarter, plan),
            },
        )

    def _judge(
        self, quarter: Quarter, edition: Partition, plan: Plan, rules: AnyRuleSet, known: dt.datetime | None
    ) -> tuple[Partition, bool]:
        """Propose the stages of an edition by one rule set."""
        files = edition.manifest["files"]
        histories: list[History] = []
        inputs: dict[str, str] = {}
        if isinstance(rules, LikelihoodRuleSet):
            histories, inputs = self._histories.up_to(quarter, plan.districts, rules, known)
            inputs |= _code_of_histories()
        return make(
            self.catalogue,
            "proposals",
            (str(quarter), edition.folder.name, rules.rule_set, rules.version),
            {**{table: files[table]["sha256"] for table in JUDGED}, **inputs},
            *(edition.path(table) for table in JUDGED),
            rules,
            edition.folder.name,
            held_reason=held_reason(edition),
            histories=histories,
        )

    def _made_from(self, quarter: Quarter, plan: Plan) -> Partition | None:
        """The edition that was made from just what is planned; the latest where several were."""
        inputs = plan.inputs
        editions = self.catalogue.lake.partitions(EDITIONS, str(quarter))
        editions.sort(key=lambda one: one.folder.name == self.catalogue.current_edition(quarter))
        return next((one for one in reversed(editions) if one.manifest["inputs"] == inputs), None)

    def _with_content(self, quarter: Quarter, plan: Plan, built: Built) -> Partition | None:
        """The edition of a quarter that other code made from the same data, with the same content."""
        for edition in self.catalogue.lake.partitions(EDITIONS, str(quarter)):
            given = {name: edition.manifest["inputs"].get(name) for name in plan.given}
            months = edition.facts["months"].keys()
            if (
                given == plan.given
                and months == {str(month) for month in plan.vintages}
                and edition.facts.get("content") == built.facts["content"]
            ):
                return edition
        return None

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
            proposed = [turn.since for turn in self.catalogue.lake.turns("editions", str(quarter))]
            if not proposed:
                raise RefusedError(
                    f"{quarter} was never proposed; give a registry's version instead of {THEN!r}"
                )
            known = dt.datetime.fromisoformat(proposed[0])
        elif registry != NOW:
            return registry_of_version(self.catalogue, registry)
        judging = registry_in_force(self.catalogue, known)
        if judging is None:
            raise RefusedError(
                f"no registry was loaded by {known.isoformat()}; give a later moment"
                if known
                else "no registry is loaded; run `sogong registry load FILE` first"
            )
        return judging

    def plan(
        self,
        quarter: Quarter,
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
            if (vintage := self.catalogue.vintage_of(month, known)) is not None
        }
        if not set(vintages) & set(quarter.months):
            raise RefusedError(
                f"no month of {quarter} was in by {known.isoformat()}; give a later moment"
                if known
                else f"no month of {quarter} is in; run `sogong ingest {quarter.months[0]}..{quarter.months[2]}`"
            )
        districts = districts_of(self.catalogue, judging, quarter, known)
        if not districts.districts:
            raise RefusedError(
                f"the registry has no district that counts on {quarter.last_day}; check valid_from"
            )
        spoken_of = set(self.catalogue.lake.children(HOLDS))
        standings = {
            month: one
            for month, vintage in vintages.items()
            if str(month) in spoken_of and (one := standing(self.catalogue, month, vintage, known)).digest
        }
        return Plan(vintages, standings, judging.version, districts)

    def rebuilt(self, quarter: Quarter, known: dt.datetime) -> Partition | None:
        """The edition that the months and the registry known at a moment give, or None when it is not there."""
        return self._made_from(quarter, self.plan(quarter, known))

    def is_what_inputs_give(self, quarter: Quarter, edition: str) -> bool:
        """Whether an edition is the one that the inputs of now give."""
        plan = self.plan(quarter)
        made = self._made_from(quarter, plan)
        return edition == (made.folder.name if made else plan.edition)

    def stale(self, quarter: Quarter, known: dt.datetime | None = None) -> list[str]:
        """Why a quarter's latest edition and its proposals are not what their inputs give now; empty when they are.

        With a moment: why the edition that was the latest then is not the one the inputs of then give today.
        """
        inputs, edition = self.plan(quarter, known).inputs, self.catalogue.edition(quarter, known)
        if edition is None:
            return ["never proposed"]
        before = edition.manifest["inputs"]
        changed = [
            f"{name}: {before.get(name, 'nothing')} -> {inputs.get(name, 'nothing')}"
            for name in sorted({*before, *inputs})
            if before.get(name) != inputs.get(name)
        ]
        if changed:
            return changed
        return list(
            dict.fromkeys(why for name in names() for why in self._stale_proposals(edition, load_any(name)))
        )

    def _stale_proposals(self, edition: Partition, rules: AnyRuleSet) -> list[str]:
        """Why the proposals of an edition by a rule set are not what its code and version would give now."""
        proposals = self.catalogue.proposals(edition, rules.rule_set)
        if proposals is None or proposals is edition:
            return [f"never proposed by {rules.rule_set}"]
        if proposals.folder.name != rules.version:
            return [f"rules: {rules.rule_set} {proposals.folder.name} -> {rules.version}"]
        before = proposals.manifest["inputs"]
        behind = _code_of_histories() if isinstance(rules, LikelihoodRuleSet) else {}
        return outdated(proposals) + [
            f"{name}: {before.get(name, 'nothing')} -> {digest}"
            for name, digest in behind.items()
            if before.get(name) != digest
        ]


def _code_of_histories() -> dict[str, str]:
    """The code of what a likelihood rule reads besides an edition, as inputs of its proposals."""
    return {
        f"{part} of {layer}": digest
        for layer in ("histories", "norms")
        for part, digest in code_inputs(layer).items()
    }


def _standing_facts(quarter: Quarter, plan: Plan) -> dict[str, Any]:
    """For the manifest: the checks that hold the quarter, and what was accepted, by month; nothing where all is well.

    A quarter is held by its own months and by those of the quarters it is compared with.
    """
    compared = {quarter, *(entry.base_quarter for entry in comparisons(quarter))}
    judged = {month: one for month, one in plan.standings.items() if month.quarter in compared}
    held = {str(month): list(one.holding) for month, one in judged.items() if one.holding}
    accepted = {
        str(month): [
            {"checks": hold.names, "by": hold.by, "reason": hold.reason, "recorded_at": hold.recorded_at}
            for hold in one.accepted
        ]
        for month, one in judged.items()
        if one.accepted
    }
    return {name: value for name, value in (("held", held), ("accepted", accepted)) if value}
