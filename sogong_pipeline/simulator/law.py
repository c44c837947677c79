"""The law of the simulated country as typed values; the numbers and where they come from are in `law1.yaml`."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from sogong_pipeline.periods import Month
from sogong_pipeline.simulator.resources import read_yaml


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SizeLaw(_Section):
    """A Lomax tail from 3 heads on."""

    tail: float
    scale: float


class Sizes(_Section):
    """How many heads a workplace tends to."""

    smallest: float
    cap_inside: float
    cap_outside: float
    top_share: float
    by_sector: dict[str, SizeLaw]


class Dynamics(_Section):
    """How heads move from month to month; rates per month, spreads of logarithms."""

    separation: float
    separation_sd: float
    separation_month_sd: float
    separation_cap: float
    pull: float
    wander_sd: float
    wander_memory: float
    district_sd: float
    district_memory: float
    district_trend_sd: float
    growth: float
    season: list[float]
    closure: float
    closure_size_power: float
    vacancy_months: float
    opening_size: tuple[float, float]
    calm: float


class SoleProprietors(_Section):
    """The workplaces that the file covers only since the break."""

    share: float
    smallest: float
    largest: float
    tail: float
    scale: float


class Pay(_Section):
    """Base incomes, won a month."""

    reference_year: int
    median_at_10_heads: float
    size_power: float
    between_var: float
    within_var: float
    staff_sd: float
    token_heads: float
    token_share: float
    growth: float
    growth_sd: float
    unit_krw: int


class Outside(_Section):
    """Workplaces outside districts."""

    share_in_district_places: float


class RowLaw(_Section):
    """What a row looks like beside its figures."""

    blank_road: float
    no_code_written_from: str
    re_enrolled: float
    on_first_day: float
    mean_age_years: float
    withdrawn_still_billed: float
    withdrawn_left_one: float
    corporate_types: dict[int, float]


class ShockLaw(_Section):
    """Which districts are struck, when and how hard."""

    share: float
    least: int
    least_workplaces: int
    largest_share: float
    layoff_heads: int
    first_month: str
    last_full_month: str
    dense_from: str
    longest_ramp_months: int
    sizes_pct: list[int]
    pay_alone_up_to_pct: int


class Law(_Section):
    """One version of the law."""

    version: int
    origin: str
    burn_in_months: int
    workplaces_per_district: float
    sizes: Sizes
    dynamics: Dynamics
    sole_proprietors: SoleProprietors
    pay: Pay
    outside: Outside
    rows: RowLaw
    shocks: ShockLaw

    def first_month(self, months: list[Month]) -> Month:
        """The month in which the country begins for a series that begins with `months[0]`."""
        return min(months[0], Month.parse(self.origin))


@cache
def load_law() -> Law:
    """Read law 1 from the package."""
    return Law.model_validate(read_yaml("law1.yaml"))
