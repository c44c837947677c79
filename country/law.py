"""Laws of the simulated country as typed values; the numbers and their sources are in `law1.yaml` and on."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from country.resources import read_yaml
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month

Version = int | str
VERSIONS: tuple[Version, ...] = (1, 2, 3, 4, 5, "N", "M")
"""Laws N and M are hard variants of 2; nothing in the pipeline may be tuned on them, nor on 3."""
DEFAULT_LAW = 1


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SizeLaw(_Section):
    """A Lomax tail from 3 heads on."""

    tail: float
    scale: float


class Sizes(_Section):
    """Parameters of the expected heads of a workplace."""

    smallest: float
    cap_inside: float
    cap_outside: float
    top_share: float
    by_sector: dict[str, SizeLaw]


class IndustryLaw(_Section):
    """Parameters common to divisions of industry; spreads of logarithms."""

    sd: float
    memory: float
    seasonal_share: float
    seasonal_height: float


class Dynamics(_Section):
    """Parameters of the monthly change of heads; rates per month, spreads of logarithms."""

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
    industries: IndustryLaw | None = None


class SoleProprietors(_Section):
    """Parameters of sole proprietors, covered by the file only since the break."""

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
    """Parameters of a row beside its figures."""

    blank_road: float
    no_code_written_from: str
    re_enrolled: float
    on_first_day: float
    mean_age_years: float
    withdrawn_still_billed: float
    withdrawn_left_one: float
    corporate_types: dict[int, float]
    late: float = 0.0


class CrisisLaw(_Section):
    """The crises of law 5, in place of shocks.

    `kinds` gives each kind a weight; months are counted from the first one with an effect.
    """

    share: float
    kinds: dict[str, int]
    sizes_pct: list[int]
    first_month: str
    last_full_month: str
    longest_ramp_months: int
    bleed_months: int
    recovery_after_months: int
    second_after_months: int
    dry_months: int
    spread_after_months: int


class ShockLaw(_Section):
    """Parameters of shocks: districts, months and sizes."""

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


class KindGround(_Section):
    """Ground of a kind of district: legal dongs beyond the first, share in 읍·면, chance to join a neighbour."""

    more_dongs: float
    rural: float
    joins: float


class Beside(_Section):
    """Ordinary workplaces beside each one inside a district, by the location of its first place."""

    town: float
    rural: float


class AddressLaw(_Section):
    """Parameters of incomplete addresses."""

    ground: dict[str, KindGround]
    complexes: list[str]
    shares_postal_codes: float
    nested_complexes: float
    roads_of_a_place: float
    industrial_road: float
    named_road: float
    more_industrial_roads: float
    more_inner_roads: float
    on_industrial_roads: float
    on_through_roads: float
    strangers: Beside
    neighbours: Beside
    neighbours_sd: float
    beyond_the_list: float
    strangers_on_inner_roads: float
    building_neighbours: float
    most_beside_districts: float
    tax_office_at_home: float
    keeps_old_codes: float
    keeps_old_codes_days: int


class ListLaw(_Section):
    """Parameters of the registry's knowledge of a district."""

    postal_codes: float
    roads: float
    road_known: float
    road_wrong: float
    workplaces: float
    workplace_known: float


class RegisterLaw(_Section):
    """Errors of the factory register, as shares."""

    small: float
    medium: float
    large: float
    other_trades: float
    births_missing_months: int
    blank_inside: float
    old_names: float
    other_names: float
    shared_names: float
    elsewhere: float
    stale: float
    twice: float
    respelt: float
    with_site: float


class LifeLaw(_Section):
    """Parameters of events in a workplace's life beside opening and closing; rates a month."""

    moves: float
    moves_far: float
    renames: float
    re_registers: float
    returns_after: list[float]
    respells: float
    withdrawn_unseen: float
    withdrawn_late: list[float]
    namesakes: float
    namesakes_near: float
    doubled_lines: float


class Law(_Section):
    """One version of the law; law 1 has no parameters of addresses, lists and lives."""

    version: Version
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
    crises: CrisisLaw | None = None
    addresses: AddressLaw | None = None
    lists: ListLaw | None = None
    registers: RegisterLaw | None = None
    lives: LifeLaw | None = None

    def first_month(self, months: list[Month]) -> Month:
        """Return the month in which the country begins for a series that begins with `months[0]`."""
        return min(months[0], Month.parse(self.origin))


def parse_version(text: str) -> Version:
    """Parse a version from the command line: numbers are numbers, `N` and `M` are names."""
    return int(text) if text.isdigit() else text.upper()


@cache
def load_law(version: Version = DEFAULT_LAW) -> Law:
    """Read a version of the law from the package.

    Raises:
        RefusedError: when the version is unknown.
    """
    if version not in VERSIONS:
        raise RefusedError(f"there is no law {version}; give one of {', '.join(map(str, VERSIONS))}")
    return Law.model_validate(_content(f"law{version}.yaml"))


def _content(name: str) -> dict[str, Any]:
    """Return a law merged with the law it is based on."""
    content = dict(read_yaml(name))
    base = content.pop("base", None)
    return _merged(_content(base), content) if base else content


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Merge the changes of a mapping into another, recursively."""
    return base | {
        key: _merged(base[key], value) if isinstance(value, dict) and key in base else value
        for key, value in changes.items()
    }
