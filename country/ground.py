"""Ground of districts, drawn so that two districts share a place only if one lies inside the other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from country.places import Places

_TRIES = 30
_WHOLE_UP_TO = 4  # dongs up to this size are covered whole; real complexes: median of 3 postal codes
_NEIGHBOURS = ([1, 2, 3], [0.7, 0.2, 0.1])  # legal dongs of a district; real complexes: mean 1.4


@dataclass(frozen=True)
class Claim:
    """Ground of a district: rows whose legal dong and postal code are both listed.

    Attributes:
        sigungu_code: Five digits.
        legal_dong_codes: Ten digits each, in order.
        postal_codes: Five digits each, in order; none means every postal code of the dongs.
        places: Indexes of the places covered.
        is_building: True for a building in its only place.
    """

    sigungu_code: str
    legal_dong_codes: tuple[str, ...]
    postal_codes: tuple[str, ...]
    places: tuple[int, ...]
    is_building: bool = False


class Ground:
    """The places not yet covered.

    Args:
        places: All places.
        rng: Source of randomness.
    """

    def __init__(self, places: Places, rng: np.random.Generator) -> None:
        self._places = places
        self._rng = rng
        self._taken: set[int] = set()
        self._by_dong: dict[str, list[int]] = defaultdict(list)
        self._dongs: dict[str, list[str]] = defaultdict(list)
        for place, dong in enumerate(places.legal_dong_code):
            if dong not in self._by_dong:
                self._dongs[dong[:5]].append(dong)
            self._by_dong[dong].append(place)
        # Industry clusters: some sigungu have many districts, most have few.
        self._pull = {
            sigungu: float(
                np.sqrt(sum(places.addresses[p] for dong in dongs for p in self._by_dong[dong]))
                * rng.gamma(0.8)
            )
            for sigungu, dongs in self._dongs.items()
        }

    @property
    def places(self) -> Places:
        """All places."""
        return self._places

    @property
    def taken(self) -> set[int]:
        """Indexes of the places covered so far."""
        return self._taken

    def sigungu_of(self, sido_code: str, count: int) -> list[str]:
        """Draw the sigungu of some districts of a sido."""
        names = [sigungu for sigungu in self._dongs if sigungu.startswith(sido_code)]
        pull = np.array([self._pull[name] for name in names])
        return [names[i] for i in self._rng.choice(len(names), size=count, p=pull / pull.sum())]

    def dongs(self, sigungu: str, kind: str) -> Claim | None:  # noqa: ARG002 - law 1 knows one way for all kinds
        """Cover one to three neighbouring legal dongs, whole or by some of their postal codes."""
        for _ in range(_TRIES):
            dongs = self._dongs[sigungu]
            span = int(self._rng.choice(_NEIGHBOURS[0], p=_NEIGHBOURS[1]))
            first = int(self._rng.integers(max(len(dongs) - span, 0) + 1))
            chosen = dongs[first : first + span]
            inside = [place for dong in chosen for place in self._by_dong[dong]]
            postal: tuple[str, ...] = ()
            if len(inside) > _WHOLE_UP_TO:
                codes = sorted({self._places.postal_code[place] for place in inside})
                some = self._rng.permutation(len(codes))[: int(self._rng.integers(2, 6))]
                postal = tuple(codes[i] for i in sorted(some.tolist()))
                inside = [place for place in inside if self._places.postal_code[place] in postal]
                chosen = sorted({self._places.legal_dong_code[place] for place in inside})
            if not self._taken.intersection(inside):
                return self._cover(Claim(sigungu, tuple(chosen), postal, tuple(inside)))
        return self.building(sigungu)

    def building(self, sigungu: str) -> Claim | None:
        """Cover one place of the sigungu or, where none is free, of its sido."""
        sido = [name for name in self._dongs if name.startswith(sigungu[:2])]
        for area in ([sigungu], sido):
            free = [
                place
                for name in area
                for dong in self._dongs[name]
                for place in self._by_dong[dong]
                if place not in self._taken
            ]
            if free:
                weight = np.sqrt(self._places.addresses[free])
                return self._cover(
                    self._single(free[int(self._rng.choice(len(free), p=weight / weight.sum()))])
                )
        return None

    def inside(self, host: Claim) -> Claim:
        """Cover one place of another district as well."""
        return self._single(host.places[int(self._rng.integers(len(host.places)))])

    def _single(self, place: int) -> Claim:
        dong = self._places.legal_dong_code[place]
        return Claim(dong[:5], (dong,), (self._places.postal_code[place],), (place,), is_building=True)

    def _cover(self, claim: Claim) -> Claim:
        self._taken.update(claim.places)
        return claim
