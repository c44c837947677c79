"""Crises of law 5: many kinds, in districts of all sizes, amid ordinary noise; their monthly truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from country.industries import load_industries
from country.law import CrisisLaw
from country.shocks import choose_closures
from country.workplaces import Flags, Floats, Integers, Workplaces
from sogong_pipeline.periods import Month

CLOSE, SHRINK, CUT_PAY, NO_ENTRIES = "close", "shrink", "cut_pay", "no_entries"
ALL, LARGE, HALF, LARGEST, DIVISION = "all", "large", "half", "largest", "division"
MOST = 0.95
EVERYWHERE = -1


@dataclass(frozen=True)
class Effect:
    """One effect on the workplaces of a district, in equal parts over a ramp.

    Attributes:
        action: `close`, `shrink`, `cut_pay` or `no_entries`.
        whom: `all`, `large`, `half`, `largest` or `division`.
        share: Share of the district that is lost; of the workplaces struck where these are `half` or a `division`.
        first_month: First month with an effect.
        months_to_full: Months until it is full.
        until: Month in which it is undone, None when it stays.
        count: Number of the largest workplaces struck.
        division: Two digits of the industry code.
    """

    action: str
    whom: str
    share: float
    first_month: Month
    months_to_full: int
    until: Month | None = None
    count: int = 0
    division: int = 0

    def step(self, month: Month) -> int:
        """Return the number of parts in effect in a month."""
        if self.until is not None and month >= self.until:
            return 0
        return min(max(_between(self.first_month, month) + 1, 0), self.months_to_full)


@dataclass(frozen=True)
class Crisis:
    """One crisis: its district, `EVERYWHERE` for that of an industry, its kind, size and effects."""

    district: int
    kind: str
    size_pct: int
    effects: tuple[Effect, ...]


@dataclass
class Standing:
    """Slots that crises change; arrays have shape (slots,), `pay_kept` one entry a district.

    Attributes:
        alive: Flags of occupied slots.
        closing: Flags of closures this month.
        laid_off: Heads that it loses this month.
        target_kept: Share of its target that is left.
        gone: Flags of slots that stay vacant.
        pay_kept: Share of base incomes that is left.
    """

    alive: Flags
    closing: Flags
    laid_off: Integers
    target_kept: Floats
    gone: Flags
    pay_kept: Floats


@dataclass(frozen=True)
class Loss:
    """Losses of one crisis by a month, as shares of the level when it began."""

    month: Month
    district: int
    kind: str
    workplaces: float
    workers: float
    payroll: float


@dataclass
class _Struck:
    """Workplaces struck by an effect, and their losses at full size.

    Attributes:
        slots: The slots struck.
        share: Share that each of them loses.
        lost: Workplaces, workers and payroll lost by district, as shares, shape (3, districts).
        done: Parts of the ramp that have been applied.
    """

    slots: Integers
    share: float
    lost: Floats
    done: int = 0


def plan_crises(law: CrisisLaw, districts: int, rng: np.random.Generator) -> list[Crisis]:
    """Spread crises over districts of all sizes, kinds, sizes and months.

    Args:
        law: The law on crises.
        districts: Number of districts.
        rng: Source of randomness.
    """
    first, last = Month.parse(law.first_month), Month.parse(law.last_full_month)
    span = _between(first, last)
    kinds = [kind for kind, weight in law.kinds.items() for _ in range(weight)]
    count = max(round(districts * law.share), 1)
    struck = rng.permutation(districts)[:count]
    crises = []
    for turn, district in enumerate(struck.tolist()):
        kind = kinds[turn % len(kinds)]
        size = law.sizes_pct[int(rng.integers(len(law.sizes_pct)))]
        begin = first.shift(int(rng.integers(span + 1)))
        ramp = law.bleed_months if kind == "bleed" else int(rng.integers(1, law.longest_ramp_months + 1))
        crises += list(_crises(law, kind, district, size=size, begin=begin, ramp=ramp, rng=rng))
    return [crisis for crisis in crises if crisis.district < districts]


def _crises(
    law: CrisisLaw, kind: str, district: int, *, size: int, begin: Month, ramp: int, rng: np.random.Generator
) -> Iterator[Crisis]:
    share = size / 100

    def effect(action: str, whom: str = ALL, part: float = share, **more: object) -> Effect:
        return Effect(action, whom, part, begin, ramp, **more)  # type: ignore[arg-type]

    later = begin.shift(law.second_after_months)
    effects = {
        "closures": (effect(CLOSE),),
        "layoffs": (effect(SHRINK, LARGE),),
        "all_shrink": (effect(SHRINK),),
        "half_lose_double": (effect(SHRINK, HALF, min(2 * share, MOST)),),
        "closures_and_pay": (effect(CLOSE), effect(CUT_PAY, part=share / 2)),
        "pay_alone": (effect(CUT_PAY),),
        "large_firms": (effect(CLOSE, LARGEST, count=int(rng.integers(1, 4))),),
        "bleed": (effect(CLOSE),),
        "recovery": (effect(SHRINK, until=begin.shift(ramp + law.recovery_after_months)),),
        "second": (effect(CLOSE, part=share / 2), Effect(CLOSE, ALL, share / 2, later, ramp)),
        "entries_dry_up": (effect(NO_ENTRIES, until=begin.shift(law.dry_months)),),
        "spread": (effect(CLOSE),),
    }
    if kind == "industry":
        divisions = sorted({int(code[:2]) for code in load_industries().code})
        division = divisions[int(rng.integers(len(divisions)))]
        yield Crisis(EVERYWHERE, kind, size, (effect(SHRINK, DIVISION, division=division),))
        return
    yield Crisis(district, kind, size, effects[kind])
    if kind == "spread":
        behind = Effect(CLOSE, ALL, share / 2, begin.shift(law.spread_after_months), ramp)
        yield Crisis(district + 1, kind, size // 2, (behind,))  # districts are numbered by sigungu


class Crises:
    """Crises, applied month by month.

    Args:
        planned: The crises.
        layoff_heads: Heads from which a workplace is large.
        smallest: Heads from which a workplace is in sight.

    Attributes:
        losses: The truth so far.
    """

    def __init__(self, planned: list[Crisis], layoff_heads: int, smallest: int) -> None:
        self.planned = planned
        self.losses: list[Loss] = []
        self._layoff_heads = layoff_heads
        self._smallest = smallest
        self._division = np.array([int(code[:2]) for code in load_industries().code])
        self._struck: dict[tuple[int, int], _Struck] = {}

    def strike(self, month: Month, who: Workplaces, standing: Standing, rng: np.random.Generator) -> None:
        """Apply all crises for a month."""
        for number, crisis in enumerate(self.planned):
            for place, effect in enumerate(crisis.effects):
                if month < effect.first_month:
                    continue
                key = number, place
                if key not in self._struck:
                    self._struck[key] = self._choose(crisis, effect, who, standing, rng)
                self._apply(
                    crisis, effect, self._struck[key], month=month, who=who, standing=standing, rng=rng
                )
        self._note(month)

    def _choose(
        self, crisis: Crisis, effect: Effect, who: Workplaces, standing: Standing, rng: np.random.Generator
    ) -> _Struck:
        """Draw the workplaces struck, once when an effect begins."""
        in_sight = standing.alive & (who.heads >= self._smallest)
        here = (
            np.ones(who.heads.size, dtype=bool)
            if crisis.district == EVERYWHERE
            else who.district == crisis.district
        )
        members = np.flatnonzero(in_sight & here)
        heads, share = who.heads[members].astype(float), effect.share
        if effect.whom == LARGEST:
            slots = members[np.argsort(-heads, kind="stable")[: effect.count]]
        elif effect.action == CLOSE:
            slots = choose_closures(share, members, who.heads, who.pay, rng) if members.size else members
        elif effect.whom == HALF:
            slots = members[rng.random(members.size) < 0.5]
        elif effect.whom == DIVISION:
            slots = members[self._division[who.industry[members]] == effect.division]
        elif effect.whom == LARGE:
            slots = members[heads >= self._layoff_heads]
            share = min(share * heads.sum() / max(float(who.heads[slots].sum()), 1.0), MOST)
        else:
            slots = np.flatnonzero(here)  # workplaces that open later shrink with the others
        count = standing.pay_kept.size
        return _Struck(
            slots, share, _full_loss(effect, share, who, slots=slots, members=members, count=count)
        )

    def _apply(
        self,
        crisis: Crisis,
        effect: Effect,
        struck: _Struck,
        *,
        month: Month,
        who: Workplaces,
        standing: Standing,
        rng: np.random.Generator,
    ) -> None:
        """Move an effect from the parts done to those due, forwards or back."""
        due, ramp, slots = effect.step(month), effect.months_to_full, struck.slots
        if effect.action == NO_ENTRIES:
            is_dry = due > 0
            vacant = slots[~standing.alive[slots]]
            standing.gone[vacant] = is_dry
        elif effect.action == CUT_PAY:
            before, after = (1 - struck.share * part / ramp for part in (struck.done, due))
            standing.pay_kept[crisis.district] *= after / before
        elif effect.action == CLOSE:
            now = slots[slots.size * struck.done // ramp : slots.size * due // ramp]
            standing.gone[now] = True
            standing.closing[now] = standing.alive[now]
        elif due != struck.done:
            remaining = (1 - struck.share * due / ramp) / (1 - struck.share * struck.done / ramp)
            standing.target_kept[slots] *= remaining
            if remaining < 1:
                heads = who.heads[slots]
                left = np.floor(heads * remaining + rng.random(heads.size)).astype(np.int64)
                standing.laid_off[slots] += np.where(standing.alive[slots], heads - left, 0)
        struck.done = due

    def _note(self, month: Month) -> None:
        """Record the cumulative losses of every crisis; the remaining shares of its effects multiply."""
        left: dict[tuple[int, int], Floats] = {}
        for (number, place), struck in self._struck.items():
            part = struck.done / self.planned[number].effects[place].months_to_full
            for district in np.flatnonzero(struck.lost.any(axis=0)).tolist() if part else []:
                before = left.get((number, district), np.ones(3))
                left[number, district] = before * (1 - part * struck.lost[:, district])
        for (number, district), shares_left in left.items():
            self.losses.append(Loss(month, district, self.planned[number].kind, *(1 - shares_left).tolist()))


def _full_loss(
    effect: Effect, share: float, who: Workplaces, *, slots: Integers, members: Integers, count: int
) -> Floats:
    """Return the shares of workplaces, workers and payroll that an effect takes from each district.

    Places outside districts are left out. An effect on entries takes no existing workplaces.
    """
    wages = who.heads * who.pay
    columns = (np.ones(who.heads.size), who.heads.astype(float), wages)
    struck = np.intersect1d(slots, members)
    lost = np.zeros((3, count))
    for row, values in enumerate(columns):
        total = np.bincount(who.district[members], values[members], count)
        part = np.bincount(who.district[struck], values[struck], count)
        lost[row] = np.divide(part, total, out=np.zeros(count), where=total > 0)
    if effect.action == SHRINK:
        lost *= np.array([[0.0], [share], [share]])
    elif effect.action == CUT_PAY:
        lost *= np.array([[0.0], [0.0], [share]])
    elif effect.action == NO_ENTRIES:
        lost *= 0.0
    return lost[:, :-1]


def _between(first: Month, last: Month) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
