"""Address books: possible locations of a district's workplaces, and the form of an address in a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from country.districts import District
from country.places import ROADS, VARIANTS, Places
from country.workplaces import Floats, Integers, Workplaces


class AddressBook(Protocol):
    """Interface of address books; addresses are numbers."""

    def draw(self, rng: np.random.Generator, district: Integers) -> Integers:
        """Draw provisional locations of workplaces in districts, shape (n,); `settle` turns them into addresses."""

    def settle(self, rng: np.random.Generator, drawn: Integers) -> Integers:
        """Return the addresses of drawn locations, shape (n,)."""

    def place_of(self, address: Integers) -> Integers:
        """Return the indexes of the places of addresses, shape (n,)."""

    def cells(self, who: Workplaces, day: dt.date) -> pa.BinaryArray:
        """Return the cells of some workplaces from postal code to emd code as written on a day, CP949."""


class PlainAddresses:
    """Law 1: three roads a place that no other place has, and a blank one; codes of today whatever the day.

    Args:
        districts: The districts.
        places: The ground.
        strangers: Share of the workplaces outside that lie in places of districts.
        blank_road: Share of workplaces without a road.
        rng: Source of randomness.
    """

    def __init__(
        self,
        districts: Sequence[District],
        places: Places,
        *,
        strangers: float,
        blank_road: float,
        rng: np.random.Generator,
    ) -> None:
        self._blank_road = blank_road
        inside = np.unique([place for d in districts for place in d.claim.places])
        built_up = places.addresses.astype(float)
        built_up[inside] *= strangers / built_up[inside].sum()
        free = np.setdiff1d(np.arange(built_up.size), inside)
        built_up[free] *= (1 - strangers) / built_up[free].sum()
        weights = [rng.gamma(2.0, size=len(d.claim.places)) for d in districts] + [built_up]
        self._places = np.concatenate(
            [*(np.array(d.claim.places) for d in districts), np.arange(built_up.size)]
        )
        self._cumulative = cumulative_by_district(weights)
        self._cells = places.addresses_in(self._places)

    def draw(self, rng: np.random.Generator, district: Integers) -> Integers:
        """See `AddressBook`; an address whose road is not chosen yet is the first of its place."""
        blank_road = rng.random(district.size) < self._blank_road
        place = np.searchsorted(self._cumulative, district + rng.random(district.size), side="right")
        return np.asarray(place * VARIANTS + np.where(blank_road, ROADS, 0))

    def settle(self, rng: np.random.Generator, drawn: Integers) -> Integers:
        """See `AddressBook`."""
        road = rng.integers(0, ROADS, drawn.size)
        return drawn + np.where(drawn % VARIANTS == ROADS, 0, road)

    def place_of(self, address: Integers) -> Integers:
        """See `AddressBook`."""
        return np.asarray(self._places[address // VARIANTS])

    def cells(self, who: Workplaces, day: dt.date) -> pa.BinaryArray:  # noqa: ARG002 - the codes are those of today
        """See `AddressBook`."""
        return self._cells.take(pa.array(who.address))


def cumulative_by_district(weights: Sequence[Floats]) -> Floats:
    """Return cumulative shares of each district's entries, offset by the district's index, for binary search."""
    shares = [np.cumsum(weight) / weight.sum() for weight in weights]
    return np.concatenate([i + np.append(s[:-1], 1.0) for i, s in enumerate(shares)])
