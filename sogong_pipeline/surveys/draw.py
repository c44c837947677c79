"""Draw an office's list of visits: by choice, exits to verify, and a random remainder with known probability.

The remainder is a simple random sample by permanent random numbers (sequential, after Ohlsson): every workplace
keeps its number for life, those that follow a starting point are drawn, and the point moves every quarter by the
golden section. Recently drawn workplaces thus rest without leaving the frame, and the probability stays drawn / frame.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sogong_pipeline.periods import Quarter
from sogong_pipeline.surveys.design import design

ListKind = Literal["certain", "exit", "random"]
CIRCLE = 2**64
GOLDEN = 11400714819323198485
"""The golden section of the circle, 2^64 / 1.618...: starting points of adjacent quarters are far apart."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A workplace of a flagged district.

    Attributes:
        district_id: Its district.
        workplace_id: See workplace_trace.
        is_here: True if counted in the district in the last month.
        loss: Decrease on the year, in head months of a quarter; negative for an increase.
        is_continuing: True if counted there a year before too and compared.
    """

    district_id: str
    workplace_id: str
    is_here: bool
    loss: int
    is_continuing: bool


@dataclass(frozen=True, slots=True)
class Exit:
    """A workplace that left a flagged district in the quarter, with its last heads."""

    district_id: str
    workplace_id: str
    heads: int


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a list; `drawn` of `frame` is the probability of a random one, both are 0 for the others."""

    list: ListKind
    district_id: str
    workplace_id: str
    frame: int = 0
    drawn: int = 0

    @property
    def probability(self) -> Fraction:
        """Probability of being on the list; 1 for places not drawn at random."""
        return Fraction(self.drawn, self.frame) if self.frame else Fraction(1)


def draw(
    candidates: Sequence[Candidate], exits: Sequence[Exit], visits: int, quarter: Quarter, seed: str = ""
) -> list[Place]:
    """Draw one office's list.

    Args:
        candidates: every workplace of its flagged districts, in the quarter or the year before.
        exits: exits to verify.
        visits: largest number of places on the list.
        quarter: the surveyed quarter; it moves the starting point.
        seed: of the permanent random numbers; that of design.yaml if empty.

    Returns:
        By choice, largest loss first; exits, largest first; then the random remainder in the order of the draw.
    """
    chosen = by_choice(candidates, visits)
    rest = visits - len(chosen)
    verified = sorted(exits, key=lambda one: (-one.heads, one.workplace_id))
    verified = verified[: max(rest - design().places_random(visits), 0)]
    taken = {(one.district_id, one.workplace_id) for one in chosen}
    frame = [one for one in candidates if one.is_here and (one.district_id, one.workplace_id) not in taken]
    number = min(rest - len(verified), len(frame))
    start = starting_point(quarter)
    frame.sort(
        key=lambda one: (
            (permanent_number(one.workplace_id, seed or design().seed) - start) % CIRCLE,
            one.workplace_id,
        )
    )
    return [
        *(Place("certain", one.district_id, one.workplace_id) for one in chosen),
        *(Place("exit", one.district_id, one.workplace_id) for one in verified),
        *(Place("random", one.district_id, one.workplace_id, len(frame), number) for one in frame[:number]),
    ]


def by_choice(candidates: Iterable[Candidate], visits: int) -> list[Candidate]:
    """Return the workplaces that explain most of their district's fall, largest loss first, at most half of the list.

    For each district that fell: the fewest continuing workplaces whose losses together reach the share of design.yaml,
    or all with a loss if they do not.
    """
    by_district: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        by_district[one.district_id].append(one)
    chosen: list[Candidate] = []
    for members in by_district.values():
        fall = fall_of(members)
        losing = [one for one in members if one.is_continuing and one.is_here and one.loss > 0]
        explained = 0
        for one in sorted(losing, key=_largest_first):
            if fall <= 0 or explained >= fall * design().explained:
                break
            chosen.append(one)
            explained += one.loss
    return sorted(chosen, key=_largest_first)[: design().places_by_choice(visits)]


def fall_of(members: Iterable[Candidate]) -> int:
    """Return the decrease of a district on the year in head months, over all compared workplaces."""
    return sum(one.loss for one in members)


def permanent_number(workplace_id: str, seed: str) -> int:
    """Return the permanent random number of a workplace, below 2^64."""
    return int.from_bytes(hashlib.sha256(f"{seed} {workplace_id}".encode()).digest()[:8])


def starting_point(quarter: Quarter) -> int:
    """Return the starting point of a quarter on the circle of permanent random numbers."""
    return (quarter.year * 4 + quarter.number) * GOLDEN % CIRCLE


def _largest_first(one: Candidate) -> tuple[int, str, str]:
    return -one.loss, one.workplace_id, one.district_id
