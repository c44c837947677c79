"""Ground of law 2: complexes lie in legal dongs as the 1,337 real ones do, often several together in one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np

from country.ground import Claim, Ground
from country.law import AddressLaw, Law
from country.places import Places

_TRIES = 30
_WHOLE_UP_TO = 4  # places; dongs up to this size are covered whole; real complexes: median of 3 postal codes


class Terrain(Ground):
    """Uncovered places, and the districts of covered ones.

    Args:
        places: All places.
        law: The law on addresses.
        rng: Source of randomness.
    """

    def __init__(self, places: Places, law: AddressLaw, rng: np.random.Generator) -> None:
        super().__init__(places, rng)
        self._law = law
        self._complexes: dict[str, list[Claim]] = defaultdict(list)
        self._held: set[str] = set()

    def dongs(self, sigungu: str, kind: str) -> Claim | None:
        """Cover own legal dongs, or lie in those of a neighbour, in other places or in the same ones."""
        law, rng = self._law.ground[kind], self._rng
        span = 1 + int(rng.poisson(law.more_dongs))
        neighbours = self._complexes[sigungu]
        is_complex = kind in self._law.complexes
        nested = is_complex and rng.random() < self._law.nested_complexes
        claim = None
        if neighbours and (rng.random() < law.joins or nested):
            host = neighbours[int(rng.integers(len(neighbours)))]
            place = host.places[int(rng.integers(len(host.places)))]
            claim = self._claim([place]) if nested else self._beside(host, span)
        for _ in range(_TRIES):
            if claim is None:
                claim = self._alone(sigungu, span, rural=bool(rng.random() < law.rural))
        if claim is None:
            return self._in_one_place(sigungu)
        if is_complex:
            self._complexes[sigungu].append(claim)
        self._held.update(claim.legal_dong_codes)
        return self._cover(claim)

    def _beside(self, host: Claim, span: int) -> Claim | None:
        """Return places in the legal dongs of a neighbour: free ones, or by chance or need the same."""
        dongs = host.legal_dong_codes[:span]
        free = [place for dong in dongs for place in self._by_dong[dong] if place not in self._taken]
        if free and self._rng.random() >= self._law.shares_postal_codes:
            return self._claim(free[: int(self._rng.integers(1, 5))])
        return self._claim([place for place in host.places if self._places.legal_dong_code[place] in dongs])

    def _alone(self, sigungu: str, span: int, *, rural: bool) -> Claim | None:
        """Return neighbouring unclaimed legal dongs, whole or by some of their postal codes."""
        dongs = [d for d in self._dongs[sigungu] if (d[8:] != "00") == rural] or self._dongs[sigungu]
        first = int(self._rng.integers(max(len(dongs) - span, 0) + 1))
        chosen = dongs[first : first + span]
        if self._held.intersection(chosen):
            return None
        inside: list[int] = []
        for dong in chosen:
            free = [place for place in self._by_dong[dong] if place not in self._taken]
            count = len(free) if len(free) <= _WHOLE_UP_TO else int(self._rng.integers(2, 5))
            begin = int(self._rng.integers(len(free) - count + 1)) if free else 0
            inside += free[begin : begin + count]
        return self._claim(inside) if inside else None

    def _in_one_place(self, sigungu: str) -> Claim | None:
        """Return a place like a building's, where no legal dong is free; the district itself is not a building."""
        claim = self.building(sigungu)
        return claim and replace(claim, is_building=False)

    def _claim(self, inside: list[int]) -> Claim:
        dongs = sorted({self._places.legal_dong_code[place] for place in inside})
        codes = sorted({self._places.postal_code[place] for place in inside})
        return Claim(dongs[0][:5], tuple(dongs), tuple(codes), tuple(inside))


def ground_of(law: Law, places: Places, rng: np.random.Generator) -> Ground:
    """Return the ground of a law."""
    return Terrain(places, law.addresses, rng) if law.addresses else Ground(places, rng)
