"""Known shocks: district struck, measure, size and first month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from country.law import ShockLaw
from country.workplaces import Flags, Floats, Integers
from sogong_pipeline.periods import Month

WORKERS, WORKPLACES, PAY, ALL = "workers", "workplaces", "pay", "all"


@dataclass(frozen=True)
class Shock:
    """One shock; its effect stays.

    Attributes:
        district: Index of the district.
        kind: `workers` (layoffs), `workplaces` (closures), `pay` (base incomes cut) or `all` (closures and cuts).
        size_pct: Size of the loss in percent, a positive whole number.
        first_month: First month with an effect.
        months_to_full: Months until the effect is full, the first one included.
    """

    district: int
    kind: str
    size_pct: int
    first_month: Month
    months_to_full: int

    @property
    def full_month(self) -> Month:
        """First month with the full effect."""
        return self.first_month.shift(self.months_to_full - 1)

    @property
    def pay_cut(self) -> float:
        """Return the share of base incomes lost at full effect: all of a pay shock, half of it in a shock to all."""
        return {PAY: 1.0, ALL: 0.5}.get(self.kind, 0.0) * self.size_pct / 100

    @property
    def effects_pct(self) -> dict[str, float]:
        """Return the change of each measure at full effect, in percent, against the same district without the shock."""
        lost = -float(self.size_pct)
        payroll = lost if self.kind != ALL else round(-100 * (1 - (1 + lost / 100) * (1 - self.pay_cut)), 1)
        effects = {"workplaces": lost, "workers": lost, "payroll": payroll}
        hit = {WORKERS: ["workers", "payroll"], PAY: ["payroll"]}.get(self.kind, list(effects))
        return {measure: effects[measure] for measure in hit}

    def step(self, month: Month) -> int:
        """Return the number of months of effect up to a month, from 0 to `months_to_full`."""
        passed = (month.year - self.first_month.year) * 12 + month.month - self.first_month.month + 1
        return min(max(passed, 0), self.months_to_full)


def plan_shocks(law: ShockLaw, eligible: Integers, districts: int, rng: np.random.Generator) -> list[Shock]:
    """Spread shocks evenly over sizes and over the months in which they become full.

    Args:
        law: The law on shocks.
        eligible: Indexes of districts that may be struck.
        districts: Number of districts.
        rng: Source of randomness.

    Returns:
        The shocks by first month, one a district at most; fewer than the law says where few districts are eligible.
    """
    count = min(max(round(districts * law.share), law.least), eligible.size)
    earliest, last, dense = (
        Month.parse(text) for text in (law.first_month, law.last_full_month, law.dense_from)
    )
    calendar = [earliest]
    while calendar[-1] < last:
        calendar.append(calendar[-1].shift(1))
    calendar = sorted(calendar + [month for month in calendar if month >= dense])
    full = [calendar[(2 * i + 1) * len(calendar) // (2 * count)] for i in range(count)]
    sizes = np.resize(law.sizes_pct, count)
    struck = rng.choice(eligible, size=count, replace=False)
    shocks = []
    for district, size, month in zip(struck.tolist(), sizes.tolist(), full, strict=True):
        kinds = [WORKERS, WORKPLACES, ALL] + [PAY] * (size <= law.pay_alone_up_to_pct)
        ramp = int(rng.integers(1, law.longest_ramp_months + 1))
        first = max(month.shift(1 - ramp), earliest)
        ramp = (month.year - first.year) * 12 + month.month - first.month + 1
        shocks.append(Shock(district, kinds[int(rng.integers(len(kinds)))], size, first, ramp))
    return sorted(shocks, key=lambda shock: (shock.first_month, shock.district))


def choose_closures(
    share: float, members: Integers, heads: Integers, pay: Floats, rng: np.random.Generator
) -> Integers:
    """Choose a share of slots with about the same share of heads and wages, the best of 200 draws.

    Args:
        share: Share of slots to close.
        members: The slots to choose from.
        heads: Heads of every slot of the country.
        pay: Base income of the average employee of every slot, won a month.
        rng: Source of randomness.

    Returns:
        The slots that close, in the order in which they do.
    """
    count = round(share * members.size)
    draws = [rng.permutation(members)[:count] for _ in range(200)]
    wages = heads * pay
    totals = [(column, max(float(column[members].sum()), 1.0)) for column in (heads.astype(float), wages)]
    return min(draws, key=lambda draw: max(abs(float(c[draw].sum()) / total - share) for c, total in totals))


def layoff_share(share: float, heads: Integers, visible: Flags, struck: Flags) -> float:
    """Return the share of heads that struck workplaces lose so that all workplaces in sight lose `share`."""
    return min(share * float(heads[visible].sum()) / max(float(heads[struck].sum()), 1.0), 0.95)
