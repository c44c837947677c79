"""Workplaces of the country as columns.

A slot holds one workplace. When its workplace closes, the slot stays vacant for some months and is then taken by
another workplace with a serial number, a name and figures of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

CORPORATION, SOLE_PROPRIETOR = 1, 2


@dataclass
class Workplaces:
    """One entry a slot; all arrays have shape (slots,).

    Attributes:
        district: Index of the district; one past the last for a slot outside.
        form: 1 corporation, 2 sole proprietor.
        serial: Number of the workplace, in order of enrolment.
        industry: Index into the industries.
        target: Heads it tends to.
        wander: Log deviation from the target.
        separation: Share of heads leaving in a month.
        pay: Base income of the average employee in the reference income year, won a month.
        address: Index into the address book.
        prefix: First six digits of the business number.
        style: Style of the name.
        trade: Trade in the name.
        enrolled: Days since 1970.
        re_enrolled: Days since 1970, or 0.
        heads: Heads this month.
        name: Number of the syllables in the name: the serial number, until it takes another name.
    """

    district: Integers
    form: Integers
    serial: Integers
    industry: Integers
    target: Floats
    wander: Floats
    separation: Floats
    pay: Floats
    address: Integers
    prefix: Integers
    style: Integers
    trade: Integers
    enrolled: Integers
    re_enrolled: Integers
    heads: Integers
    name: Integers

    def take(self, slots: Integers) -> Workplaces:
        """The workplaces of some slots."""
        return Workplaces(*(getattr(self, field.name)[slots] for field in fields(self)))

    def with_others(self, others: Workplaces) -> Workplaces:
        """These workplaces and after them some others."""
        return Workplaces(
            *(
                np.concatenate([getattr(self, field.name), getattr(others, field.name)])
                for field in fields(self)
            )
        )

    def put(self, slots: Integers, newcomers: Workplaces) -> None:
        """Put newcomers into some slots."""
        for field in fields(self):
            getattr(self, field.name)[slots] = getattr(newcomers, field.name)
