"""The numbers that a survey is drawn by, and how many answers a district needs."""

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
    """The numbers of design.yaml.

    Attributes:
        seed: Of the permanent random numbers.
        explained: Share of a district's fall that the workplaces visited by choice explain together.
        most_by_choice: Their largest share of a list.
        least_random: The smallest share of a list that is drawn at random.
        exit_kinds: Kinds of exits that are verified.
        margin: Half width of the interval that the survey of all firms aims at, as a share.
        z: Of the normal distribution, for that interval.
        fewest_for_interval: Answers below which only counts are printed.
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
        """How many places of a list may go by choice."""
        return floor(visits * self.most_by_choice)

    def places_random(self, visits: int) -> int:
        """How many places of a list are random at least."""
        return ceil(visits * self.least_random)


@cache
def design() -> Design:
    """The numbers, read once."""
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
    """How many of a district's workplaces have to answer for the interval aimed at, at a share of one half.

    The usual size of a simple random sample with the correction for a small population, rounded up.
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
