"""Population of the country, simulated from month to month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from country.crises import Crises, Crisis
from country.crises import Standing as Struck
from country.law import Law
from country.lives import Lives, Standing
from country.pay import billed_krw, income_year
from country.settlement import Settlement
from country.shocks import ALL, WORKERS, WORKPLACES, Shock, choose_closures, layoff_share
from country.trades import Trades
from country.workplaces import CORPORATION, Flags, Floats, Integers, Workplaces
from sogong_pipeline.periods import Month
from sogong_pipeline.rates.contribution import contribution_for, coverage_breaks

CORPORATE_FLOOR, SOLE_FLOOR = 3, 10
"""Fewest subscribers with which a workplace is in the file."""
ENROLLED, WITHDRAWN = 1, 2


@dataclass(frozen=True)
class MonthRows:
    """The rows of one month, ordered by serial number; all arrays have shape (rows,).

    Attributes:
        month: The data month.
        who: The workplaces.
        status: 1 enrolled, 2 withdrawn.
        withdrawn: Day of withdrawal, days since 1970, or 0.
        subscribers: Heads billed.
        billed_krw: Amount billed, won.
        joined: Heads that joined.
        left: Heads that left.
    """

    month: Month
    who: Workplaces
    status: Integers
    withdrawn: Integers
    subscribers: Integers
    billed_krw: Integers
    joined: Integers
    left: Integers


@dataclass(frozen=True)
class Changes:
    """Events of one month; all arrays have shape (slots,).

    Attributes:
        visible: Flags of workplaces in the month's file as enrolled.
        withdrawing: Flags of closures this month of workplaces in the file.
        joined: Heads that joined.
        left: Heads that left.
        ended: Workplaces that go on under another number, as they were; in the file as withdrawn.
    """

    visible: Flags
    withdrawing: Flags
    joined: Integers
    left: Integers
    ended: Workplaces


class Population:
    """All workplaces of the country and their dynamics.

    Args:
        law: The law.
        settlement: Locations of slots, and source of new workplaces.
        calm: Share of the ordinary noise in each district, and outside as the last entry.
        shocks: The known shocks.
        start: The first month of the country; the burn-in lies before it.
        rng: Source of randomness of the beginning.
        crises: The crises of law 5.
    """

    def __init__(
        self,
        law: Law,
        settlement: Settlement,
        *,
        calm: Floats,
        shocks: list[Shock],
        start: Month,
        rng: np.random.Generator,
        crises: list[Crisis] | None = None,
    ) -> None:
        self._law = law
        self._settlement = settlement
        self._calm = calm
        self._shocks = shocks
        self._start = start
        self.workplaces = settlement.first(start.shift(-law.burn_in_months), rng)
        slots = self.workplaces.heads.size
        move = law.dynamics
        self._level = move.district_sd * calm * rng.standard_normal(calm.size)
        trend = move.growth + move.district_trend_sd * rng.standard_normal(calm.size)
        trend[-1], self._level[-1] = move.growth, 0.0
        self._trend = np.where(calm < 1, 0.0, trend)
        self._trades = Trades(move.industries, rng) if move.industries else None
        self.crises = Crises(crises, law.shocks.layoff_heads, CORPORATE_FLOOR) if crises else None
        self._pay_kept = np.ones(calm.size)
        self._target_kept = np.ones(slots)
        self._alive = np.ones(slots, dtype=bool)
        self._gone = np.zeros(slots, dtype=bool)  # closed by a shock: the slot stays vacant
        self._visible = np.zeros(slots, dtype=bool)
        self._leaving = np.zeros(slots, dtype=np.int64)
        self._hidden_until = np.zeros(slots, dtype=np.int64)
        self.lives = Lives(law.lives, settlement) if law.lives else None
        self._closures: dict[Shock, list[Integers]] = {}
        self._layoffs: dict[Shock, tuple[Flags, float]] = {}

    def live(self, month: Month, rng: np.random.Generator) -> Changes:
        """Simulate one month; months must come in order, without gaps, from the burn-in on."""
        who = self.workplaces
        if month.month == 7:
            spread = self._law.pay.growth_sd * self._calm[who.district]
            who.pay *= np.exp(spread * rng.standard_normal(spread.size) - spread**2 / 2)
        who.heads -= self._leaving
        closing = self._ordinary_closures(rng)
        laid_off = np.zeros_like(who.heads)
        for shock in self._shocks:
            self._strike(shock, month, closing, laid_off, rng)
        if self.crises:
            standing = Struck(self._alive, closing, laid_off, self._target_kept, self._gone, self._pay_kept)
            self.crises.strike(month, who, standing, rng)
        who.heads -= laid_off
        opened = self._open(month, rng)
        self._alive &= ~closing
        joined, left = self._turn_over(month, rng)
        joined[opened] = who.heads[opened]
        left += laid_off
        withdrawing = closing & self._visible
        was_visible = self._visible
        self._visible = self._alive & (who.heads >= self._fewest(month))
        nobody = who.take(np.arange(0))
        changes = Changes(self._visible, withdrawing, joined, left, nobody)
        return self._live_on(month, was_visible, changes, rng) if self.lives else changes

    def _live_on(
        self, month: Month, was_visible: Flags, changes: Changes, rng: np.random.Generator
    ) -> Changes:
        """Apply moves, renames and re-registrations to workplaces that stay in sight."""
        assert self.lives and self._law.lives  # noqa: S101 - for the type checker
        who, number = self.workplaces, month.year * 12 + month.month
        self._visible &= self._hidden_until <= number
        self.lives.close(month, who.serial[changes.withdrawing])
        free = self._calm[who.district] == 1
        standing = Standing(
            alive=self._alive,
            open_to_movers=free & ~self._gone & ~changes.withdrawing,
            visible=self._visible,
            leaving=self._leaving,
            target_kept=self._target_kept,
            hidden_until=self._hidden_until,
            joined=changes.joined,
            left=changes.left,
        )
        candidates = was_visible & self._visible & free
        ended = self.lives.happen(month, who, standing, candidates, rng)
        unseen = rng.random(who.serial.size) < self._law.lives.withdrawn_unseen
        renumbered = (self._hidden_until == number) & self._visible
        joined = np.where(renumbered, who.heads, changes.joined)
        return Changes(self._visible.copy(), changes.withdrawing & ~unseen, joined, changes.left, ended)

    def _ordinary_closures(self, rng: np.random.Generator) -> Flags:
        who, law = self.workplaces, self._law.dynamics
        size = np.maximum(who.heads, CORPORATE_FLOOR) / CORPORATE_FLOOR
        hazard = law.closure * size**law.closure_size_power * self._calm[who.district]
        return np.asarray(self._alive & (rng.random(hazard.size) < hazard))

    def _strike(
        self, shock: Shock, month: Month, closing: Flags, laid_off: Integers, rng: np.random.Generator
    ) -> None:
        """Apply the month's part of a shock; losses are in equal parts over the ramp."""
        step = shock.step(month)
        if step == 0 or month > shock.full_month:
            return
        ramp = shock.months_to_full
        self._pay_kept[shock.district] = 1 - shock.pay_cut * step / ramp
        if shock.kind in {WORKPLACES, ALL}:
            if step == 1:
                self._closures[shock] = self._plan_closures(shock, rng)
            for group in self._closures[shock]:
                now = group[group.size * (step - 1) // ramp : group.size * step // ramp]
                self._gone[now] = True
                closing[now] = self._alive[now]
        if shock.kind == WORKERS:
            if step == 1:
                self._layoffs[shock] = self._plan_layoffs(shock)
            struck, share = self._layoffs[shock]
            remaining = (1 - share * step / ramp) / (1 - share * (step - 1) / ramp)
            self._target_kept[struck] *= remaining
            heads = self.workplaces.heads[struck]
            laid_off[struck] = heads - np.floor(heads * remaining + rng.random(heads.size)).astype(np.int64)

    def _in_sight_by_form(self, district: int) -> list[Flags]:
        """Return a district's slots: corporations in sight, sole proprietors in sight or soon to be, all others."""
        who = self.workplaces
        here = who.district == district
        corporate = who.form == CORPORATION
        large = self._alive & (who.heads >= np.where(corporate, CORPORATE_FLOOR, SOLE_FLOOR))
        return [here & large & corporate, here & large & ~corporate, here & ~large]

    def _plan_closures(self, shock: Shock, rng: np.random.Generator) -> list[Integers]:
        groups = [np.flatnonzero(group) for group in self._in_sight_by_form(shock.district)]
        who, share = self.workplaces, shock.size_pct / 100
        return [choose_closures(share, group, who.heads, who.pay, rng) for group in groups]

    def _plan_layoffs(self, shock: Shock) -> tuple[Flags, float]:
        heads = self.workplaces.heads
        corporate, sole, _ = self._in_sight_by_form(shock.district)
        struck = corporate & (heads >= self._law.shocks.layoff_heads)
        return struck | sole, layoff_share(shock.size_pct / 100, heads, corporate, struck)

    def _open(self, month: Month, rng: np.random.Generator) -> Integers:
        """Fill some of the vacant slots with new workplaces."""
        chance = 1 / self._law.dynamics.vacancy_months
        vacant = ~self._alive & ~self._gone & (rng.random(self._alive.size) < chance)
        slots = np.flatnonzero(vacant)
        self.workplaces.put(slots, self._settlement.newcomers(rng, self.workplaces.take(slots), month))
        self._alive[slots] = True
        return slots

    def _turn_over(self, month: Month, rng: np.random.Generator) -> tuple[Integers, Integers]:
        """Move every workplace towards its target; heads that leave in mid-month are still billed.

        Returns:
            Heads joined and left, shape (slots,).
        """
        who, law = self.workplaces, self._law.dynamics
        noise = self._calm * np.sqrt(1 - np.square([law.wander_memory, law.district_memory]))[:, None]
        who.wander *= law.wander_memory
        who.wander += (law.wander_sd * noise[0])[who.district] * rng.standard_normal(who.wander.size)
        shift = law.district_sd * noise[1] * rng.standard_normal(noise[1].size)
        shift[-1] = 0.0
        self._level = law.district_memory * self._level + shift
        years = (month.year - self._start.year) + (month.month - self._start.month) / 12
        common = self._level + self._trend * years + law.season[month.month - 1]
        own = who.wander + common[who.district]
        if self._trades:
            self._trades.live(rng)
            own = own + self._trades.level(month)[who.industry]
        desired = who.target * self._target_kept * np.exp(own)
        drift = np.where(self._alive, who.separation * who.heads + law.pull * (desired - who.heads), 0.0)
        spread = law.separation_month_sd * self._calm[who.district]
        uneven = np.exp(spread * rng.standard_normal((2, drift.size)) - spread**2 / 2)
        joined = rng.poisson(np.maximum(drift, 0.0) * uneven[0])
        let_go = np.minimum(rng.poisson(np.maximum(-drift, 0.0)), who.heads)
        who.heads += joined - let_go
        leaving = np.minimum(who.separation * uneven[1], law.separation_cap)
        self._leaving = np.where(self._alive, rng.binomial(who.heads, leaving), 0)
        return joined, let_go + self._leaving

    def _fewest(self, month: Month) -> Integers:
        """Return the fewest subscribers with which each workplace is in the month's file, shape (slots,)."""
        covered = month >= coverage_breaks()[0]
        sole = SOLE_FLOOR if covered else np.iinfo(np.int64).max
        return np.where(self.workplaces.form == CORPORATION, CORPORATE_FLOOR, sole)

    def rows(self, month: Month, changes: Changes, rng: np.random.Generator) -> MonthRows:
        """Return the rows of the month just simulated."""
        law = self._law
        is_in_file = changes.visible
        if law.rows.late:
            is_in_file = is_in_file & (rng.random(is_in_file.size) >= law.rows.late)
        slots = np.flatnonzero(is_in_file | changes.withdrawing)
        who = self.workplaces.take(slots).with_others(changes.ended)
        others = np.zeros(changes.ended.serial.size, dtype=np.int64)
        gone = np.append(changes.withdrawing[slots], others == 0)
        joined, left = (np.append(heads[slots], others) for heads in (changes.joined, changes.left))
        order = np.lexsort((~gone, who.serial))
        who, gone, joined, left = who.take(order), gone[order], joined[order], left[order]
        billed = ~gone | (rng.random(gone.size) < law.rows.withdrawn_still_billed)
        begin, end = (np.datetime64(day).astype(np.int64) for day in (month.first_day, month.last_day))
        first_day = rng.random(gone.size) < law.rows.on_first_day
        day = np.where(first_day, begin, rng.integers(begin, end + 1, gone.size))
        one_left = (rng.random(gone.size) < law.rows.withdrawn_left_one).astype(np.int64)
        if law.lives:
            late = np.searchsorted(np.cumsum(law.lives.withdrawn_late), rng.random(gone.size), side="right")
            day = np.maximum(day - late * 30, who.enrolled)
        year = np.where(self._calm < 1, income_year(self._start), income_year(month))
        level = self._pay_kept * (1 + law.pay.growth) ** (year - law.pay.reference_year)
        subscribers = np.where(billed, who.heads, 0)
        return MonthRows(
            month=month,
            who=who,
            status=np.where(gone, WITHDRAWN, ENROLLED),
            withdrawn=np.where(gone, day, 0),
            subscribers=subscribers,
            billed_krw=billed_krw(
                who.pay * level[who.district], subscribers, contribution_for(month), law.pay
            ),
            joined=np.where(gone, 0, joined),
            left=np.where(gone, np.where(billed, who.heads, one_left), left),
        )
