"""Law 2: roads that run through several places, complexes with roads of their own, ordinary workplaces between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from country.addresses import cumulative_by_district
from country.districts import District
from country.eras import Era, era_of
from country.law import AddressLaw, Law
from country.places import Places
from country.roads import InnerRoads, OrdinaryRoads
from country.workplaces import Floats, Integers, Workplaces


class Streets:
    """The address book of law 2; an address is a road in a place, or after all of these a place without a road.

    Args:
        law: The law.
        districts: The districts.
        places: The ground.
        outside: Workplaces outside districts.
        rng: Source of randomness.

    Attributes:
        inner_roads: For each district the names of the roads that only it lies on.
        through_roads: For each district the names of the roads that lead on to others.
    """

    def __init__(
        self,
        law: Law,
        districts: Sequence[District],
        places: Places,
        *,
        outside: float,
        rng: np.random.Generator,
    ) -> None:
        assert law.addresses is not None  # noqa: S101 - for the type checker; law 1 has another book
        self._law: AddressLaw = law.addresses
        self._blank_road = law.rows.blank_road
        ordinary = OrdinaryRoads(places, self._law.roads_of_a_place, rng)
        inner = InnerRoads(self._law, districts, ordinary, rng)
        self._place = np.concatenate([ordinary.place, inner.place])
        self._road = pa.concat_arrays([ordinary.names(), pa.array(inner.name, pa.string())])
        self._places = places
        beside = _Beside(self._law, districts, places, ordinary, inner)
        self._spots = np.concatenate([*(spots for spots, _ in inner.members), beside.spots])
        weights = [weight for _, weight in inner.members]
        self._cumulative = cumulative_by_district([*weights, beside.weights(outside, rng)])
        name = self._road.take
        self.inner_roads = [sorted(set(name(pa.array(own)).to_pylist())) for own in inner.own]
        self.through_roads = [sorted(set(name(pa.array(way)).to_pylist())) for way in inner.through]
        self._books: dict[dt.date, pa.BinaryArray] = {}

    def draw(self, rng: np.random.Generator, district: Integers) -> Integers:
        """See `AddressBook`."""
        entries = np.searchsorted(self._cumulative, district + rng.random(district.size), side="right")
        return np.asarray(self._spots[entries])

    def settle(self, rng: np.random.Generator, drawn: Integers) -> Integers:
        """See `AddressBook`."""
        blank_road = rng.random(drawn.size) < self._blank_road
        return np.where(blank_road, self._place.size + self._place[drawn], drawn)

    def place_of(self, address: Integers) -> Integers:
        """See `AddressBook`."""
        has_road = address < self._place.size
        return np.where(has_road, self._place[np.where(has_road, address, 0)], address - self._place.size)

    def cells(self, who: Workplaces, day: dt.date) -> pa.BinaryArray:
        """See `AddressBook`; for a while a few workplaces write the codes from before a reform."""
        era = era_of(day)
        old = era_of(day - dt.timedelta(days=self._law.keeps_old_codes_days))
        book = self._book(era)
        if old.since == era.since:
            return book.take(pa.array(who.address))
        keeps = who.serial * 2_654_435_761 % 1_000_003 < self._law.keeps_old_codes * 1_000_003
        both = pa.chunked_array([book, self._book(old)])
        return both.take(pa.array(who.address + np.where(keeps, len(book), 0))).combine_chunks()

    def _book(self, era: Era) -> pa.BinaryArray:
        """Return every address as written in an era; cached for two eras."""
        if era.since not in self._books:
            if len(self._books) > 1:
                del self._books[min(self._books)]
            self._books[era.since] = self._written(era)
        return self._books[era.since]

    def _written(self, era: Era) -> pa.BinaryArray:
        head, area, tail = [], [], []
        for postal, code, name in zip(self._places.postal_code, era.legal_dong_code, era.name, strict=True):
            rural = name[-1] in "읍면"
            head.append(f"{postal},{name},".encode("cp949"))
            area.append((name if rural else name.rpartition(" ")[0]).encode("cp949") + b" ")
            admin = code if rural else f"{code[:5]}00000"
            tail.append(f",{code},{admin},{code[:2]},{code[2:5]},{code[5:8]}".encode())
        heads, areas, tails = (pa.array(cells, pa.binary()) for cells in (head, area, tail))
        place = pa.array(self._place)
        roads = pa.array([road.encode("cp949") for road in self._road.to_pylist()], pa.binary())
        with_road = pc.binary_join_element_wise(
            heads.take(place), areas.take(place), roads, tails.take(place), b""
        )
        return pa.concat_arrays([with_road, pc.binary_join_element_wise(heads, b" ", tails, b"")])


class _Beside:
    """Distribution of workplaces outside districts: beside them on the same roads, and everywhere else."""

    def __init__(
        self,
        law: AddressLaw,
        districts: Sequence[District],
        places: Places,
        ordinary: OrdinaryRoads,
        inner: InnerRoads,
    ) -> None:
        self._law, self._districts, self._places = law, districts, places
        self._ordinary, self._inner = ordinary, inner
        self.spots = np.arange(ordinary.place.size + inner.place.size)

    def weights(self, outside: float, rng: np.random.Generator) -> Floats:
        """Return the share of the workplaces outside on every address, shape (addresses,)."""
        law, places = self._law, self._places
        weights_of = np.zeros(places.addresses.size)
        on_inner = np.zeros(self._inner.place.size)
        first = self._ordinary.place.size
        uneven = np.exp(
            law.neighbours_sd * rng.standard_normal(len(self._districts)) - law.neighbours_sd**2 / 2
        )
        inside = np.unique([place for d in self._districts for place in d.claim.places])
        of_district = np.zeros(places.addresses.size, dtype=bool)
        of_district[inside] = True
        for i, district in enumerate(self._districts):
            own = np.array(district.claim.places)
            if district.claim.is_building:
                if not district.nested:
                    weights_of[own] += law.building_neighbours * district.workplaces * uneven[i]
                continue
            count = district.workplaces * uneven[i]
            rural = places.name[int(own[0])][-1] in "읍면"
            around = np.concatenate(
                [self._ordinary.places_of(dong) for dong in district.claim.legal_dong_codes]
            )
            around = around[~of_district[around]]
            for spots, rates in ((own, law.strangers), (around, law.neighbours)):
                built_up = places.addresses[spots]
                rate = rates.rural if rural else rates.town
                weights_of[spots] += count * rate * built_up / max(built_up.sum(), 1)
            roads = self._inner.own[i]
            if roads.size:
                on_inner[roads - first] += law.strangers_on_inner_roads * district.workplaces / roads.size
        beside = (weights_of.sum() + on_inner.sum()) or 1.0
        share = min(beside / outside, law.most_beside_districts) if outside else law.most_beside_districts
        elsewhere = np.where(of_district, 0.0, places.addresses.astype(float))
        by_place = weights_of * share / beside + elsewhere * (1 - share) / elsewhere.sum()
        return np.concatenate([self._ordinary.spread(by_place), on_inner * share / beside])
