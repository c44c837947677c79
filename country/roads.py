"""Roads of law 2: ordinary ones in every place, and those that only a complex lies on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from country.districts import District
from country.law import AddressLaw
from country.places import Places
from country.resources import read_yaml
from country.workplaces import Floats, Integers

_STEP = 9  # house-number steps of the side roads of a place, an upper limit of their number
_RUNS_ON = (
    0.3  # share of side roads that continue into the next place; kozip 2021: a road lies in 1.6 postal codes
)
_GENERIC = ("산단", "공단", "농공단지")


class OrdinaryRoads:
    """In every place its town's main road, which two neighbouring legal dongs share, and side roads off it.

    Args:
        places: The ground.
        more: Roads of a place beyond the first, mean.
        rng: Source of randomness.

    Attributes:
        place: The place of every road in a place, in order, shape (roads,).
        count: Number of roads of every place, shape (places,).
    """

    def __init__(self, places: Places, more: float, rng: np.random.Generator) -> None:
        codes = np.array(places.legal_dong_code)
        dongs, first, dong = np.unique(codes, return_index=True, return_inverse=True)
        self._first = dict(
            zip(dongs.tolist(), zip(first, np.append(first[1:], codes.size), strict=True), strict=True)
        )
        self._town = dong // 2
        count = 1 + np.minimum(rng.poisson(more, codes.size), _STEP - 1)
        self.place = np.repeat(np.arange(codes.size), count)
        self._begin = np.cumsum(count) - count
        self.count = count
        self._turn = np.arange(self.place.size) - self._begin[self.place]
        _, town_begin = np.unique(self._town, return_index=True)
        number = self.place - town_begin[self._town[self.place]]
        runs_on = (rng.random(self.place.size) < _RUNS_ON) & (number > 0)
        self._number = (number - runs_on) * _STEP + self._turn

    def names(self) -> pa.StringArray:
        """Return the name of every road, length roads."""
        syllables = read_yaml("names.yaml")["syllables"].split()
        towns = np.arange(int(self._town.max()) + 1)
        mains = pa.array(
            [f"가상{syllables[t * 37 % 128]}{syllables[t // 128 * 53 % 128]}로" for t in towns.tolist()]
        )
        main = mains.take(pa.array(self._town[self.place]))
        side = pc.binary_join_element_wise(main, pc.cast(pa.array(self._number), pa.string()), "번길", "")
        return pc.if_else(pa.array(self._turn == 0), main, side)

    def places_of(self, legal_dong_code: str) -> Integers:
        """Return the places of a legal dong."""
        return np.arange(*self._first[legal_dong_code])

    def of_place(self, place: int) -> Integers:
        """Return the roads of a place, its main road first."""
        return np.arange(self._begin[place], self._begin[place] + self.count[place])

    def spread(self, by_place: Floats) -> Floats:
        """Convert a weight by place to a weight by road: the main road counts twice, shape (roads,)."""
        own = np.where(self._turn == 0, 2.0, 1.0)
        return np.asarray(by_place[self.place] * own / (self.count[self.place] + 1))


class InnerRoads:
    """Roads inside every district, with their workplaces.

    Args:
        law: The law on addresses.
        districts: The districts.
        ordinary: The ordinary roads; addresses go on after them.
        rng: Source of randomness.

    Attributes:
        place: The place of every inner road, shape (inner roads,).
        name: Its name.
        own: For each district the addresses that only it lies on.
        through: For each district its addresses on ordinary roads.
        members: For each district its addresses and their weights.
    """

    def __init__(
        self,
        law: AddressLaw,
        districts: Sequence[District],
        ordinary: OrdinaryRoads,
        rng: np.random.Generator,
    ) -> None:
        self._law, self._ordinary, self._rng = law, ordinary, rng
        self._next = ordinary.place.size
        self._syllables = read_yaml("names.yaml")["syllables"].split()
        places: list[int] = []
        self._stems: dict[str, int] = {}
        covered = {place for district in districts for place in district.claim.places}
        self.name: list[str] = []
        self.own: list[Integers] = []
        self.through: list[Integers] = []
        self.members: list[tuple[Integers, Floats]] = []
        for number, district in enumerate(districts):
            ways = [ordinary.of_place(place) for place in district.claim.places]
            if district.kind in law.complexes:
                names, industrial = self._names(district, number)
                spots = self._next + np.arange(len(names))
                self._next += len(names)
                places += [district.claim.places[i % len(ways)] for i in range(len(names))]
                self.name += names
                beyond = self._next_to(district, covered)
                self._add(spots, industrial, np.concatenate(ways), beyond)
            elif district.claim.is_building:
                (road,) = rng.choice(ways[0], 1)
                self._add(np.arange(0), 0, np.array([road]))
            else:
                self._add(np.arange(0), 0, np.concatenate(ways))
        self.place = np.array(places, dtype=np.int64)

    def _names(self, district: District, number: int) -> tuple[list[str], int]:
        """Return the names of a complex's roads, and the number of the leading ones that are industrial."""
        law, rng = self._law, self._rng
        names = []
        if rng.random() < law.industrial_road:
            own_name = rng.random() < law.named_road
            generic = _GENERIC[2] if district.kind.startswith("agro") else _GENERIC[int(rng.integers(2))]
            stem = district.name.split(" ")[1] + generic[:2] if own_name else self._generic(district, generic)
            count = 1 + int(rng.poisson(law.more_industrial_roads))
            names = [f"{stem}로", *(f"{stem}{i}로" for i in range(1, count))]
        industrial = len(names)
        one, two = self._syllables[number * 41 % 128], self._syllables[number // 128 * 61 % 128]
        count = 1 + int(rng.poisson(law.more_inner_roads))
        return [*names, *(f"시연{one}{two}{i}길" for i in range(1, count + 1))], industrial

    def _generic(self, district: District, generic: str) -> str:
        """Return a generic stem that no other complex of the sigungu has: road names are unique in a sigungu."""
        key = district.claim.sigungu_code + generic
        self._stems[key] = self._stems.get(key, 0) + 1
        return generic if self._stems[key] == 1 else f"제{self._stems[key]}{generic}"

    def _next_to(self, district: District, covered: set[int]) -> Integers:
        """Return the ordinary roads of an uncovered place beside a complex; empty where there is none."""
        last = max(district.claim.places)
        for place in (last + 1, min(district.claim.places) - 1):
            if place not in covered and 0 <= place < self._ordinary.count.size:
                return self._ordinary.of_place(place)
        return np.arange(0)

    def _add(self, own: Integers, industrial: int, through: Integers, beyond: Integers | None = None) -> None:
        """Weight the addresses of a district: industrial roads, other inner ones, through roads, those beyond."""
        law = self._law
        beyond = np.arange(0) if beyond is None else beyond
        on_through = law.on_through_roads if own.size else 1.0
        on_industrial = law.on_industrial_roads if industrial else 0.0
        within = 1 - law.beyond_the_list if beyond.size else 1.0
        shares = [
            (own[:industrial], on_industrial * within),
            (own[industrial:], (1 - on_through - on_industrial) * within),
            (through, on_through * within),
            (beyond, 1 - within),
        ]
        spots = [
            (part, share / part.size * self._rng.gamma(2.0, size=part.size))
            for part, share in shares
            if part.size
        ]
        self.own.append(own)
        self.through.append(through)
        self.members.append((np.concatenate([s for s, _ in spots]), np.concatenate([w for _, w in spots])))
