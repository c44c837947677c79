"""Parameters of the draw, and the number of answers a district needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from math import ceil, floor

import yaml


@dataclass(frozen=True, slots=True)
class Design:
    """Parameters in design.yaml.

    Attributes:
        seed: Seed of the permanent random numbers.
        explained: Share of a district's fall that the workplaces visited by choice explain together.
        most_by_choice: Their largest share of a list.
        least_random: Smallest random share of a list.
        exit_kinds: Kinds of exits to verify.
        margin: Target half width of the interval of the survey of all firms, as a share.
        z: Normal quantile of that interval.
        fewest_for_interval: Below this number of answers only counts are printed.
    """

    seed: str
    explained: Fraction
    most_by_choice: Fraction
    least_random: Fraction
    exit_kinds: tuple[str, ...]
    margin: Fraction
    z: Fraction
    fewest_for_interval: int

    def places_by_choice(self, visits: int) -> int:
        """Return the largest number of places by choice on a list."""
        return floor(visits * self.most_by_choice)

    def places_random(self, visits: int) -> int:
        """Return the smallest number of random places on a list."""
        return ceil(visits * self.least_random)


@cache
def design() -> Design:
    """Return the parameters; cached."""
    text = files(__package__).joinpath("design.yaml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)
    return Design(
        seed=entries["seed"],
        explained=Fraction(entries["explained_pct"], 100),
        most_by_choice=Fraction(*entries["most_by_choice"]),
        least_random=Fraction(*entries["least_random"]),
        exit_kinds=tuple(entries["exit_kinds"]),
        margin=Fraction(entries["answers"]["margin_points"], 100),
        z=Fraction(str(entries["answers"]["z"])),
        fewest_for_interval=entries["fewest_for_interval"],
    )


def answers_needed(workplaces: int) -> int:
    """Return the number of answers a district needs for the target interval at a share of one half.

    Usual size of a simple random sample with finite population correction, rounded up.
    """
    if not workplaces:
        return 0
    endless = design().z ** 2 / 4 / design().margin ** 2
    return min(workplaces, ceil(endless / (1 + (endless - 1) / workplaces)))


def spread(needed: int, bands: Mapping[str, int]) -> dict[str, int]:
    """Spread a number of answers over size bands in proportion to their workplaces, by largest remainders."""
    every = sum(bands.values())
    exact = {band: Fraction(needed * count, every) for band, count in bands.items()} if every else {}
    shares = {band: floor(value) for band, value in exact.items()}
    by_remainder = sorted(exact, key=lambda band: (shares[band] - exact[band], list(bands).index(band)))
    for band in by_remainder[: needed - sum(shares.values())]:
        shares[band] += 1
    return {band: shares.get(band, 0) for band in bands}
