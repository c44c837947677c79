"""Events in the life of workplaces of law 2: moves, new names and new numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from country.law import LifeLaw
from country.names import load_name_book
from country.settlement import Settlement
from country.workplaces import Flags, Floats, Integers, Workplaces
from sogong_pipeline.periods import Month

CLOSED, MOVED, RENAMED, RE_REGISTERED, RESPELLED = "closed", "moved", "renamed", "re_registered", "respelled"


@dataclass(frozen=True)
class Event:
    """An event of some workplaces in a month, by serial number."""

    month: Month
    kind: str
    serial: Integers


@dataclass
class Standing:
    """Further state of every slot; all arrays have shape (slots,).

    Attributes:
        alive: Flags of occupied slots.
        open_to_movers: Flags of slots that accept a mover when vacant.
        visible: Flags of workplaces in the month's file as enrolled.
        leaving: Heads that leave at the end of the month.
        target_kept: Share of the target that shocks have left.
        hidden_until: Number of the month in which its workplace is in the file again.
        joined: Heads that joined this month.
        left: Heads that left this month.
    """

    alive: Flags
    open_to_movers: Flags
    visible: Flags
    leaving: Integers
    target_kept: Floats
    hidden_until: Integers
    joined: Integers
    left: Integers


class Lives:
    """The events of every month.

    Args:
        law: The law on lives.
        settlement: Source of addresses, names and numbers.
    """

    def __init__(self, law: LifeLaw, settlement: Settlement) -> None:
        self._law = law
        self._settlement = settlement
        self._respelt = load_name_book().respelt()
        self.events: list[Event] = []

    def happen(
        self, month: Month, who: Workplaces, standing: Standing, candidates: Flags, rng: np.random.Generator
    ) -> Workplaces:
        """Apply events to workplaces that stay in sight.

        Args:
            month: The month.
            who: All slots; changed in place.
            standing: The same slots; changed in place.
            candidates: Flags of eligible workplaces, shape (slots,).
            rng: Source of randomness.

        Returns:
            The workplaces whose number ends this month, as they were.
        """
        law, slots = self._law, np.flatnonzero(candidates)
        rates = [law.renames, law.re_registers, law.respells, law.moves]
        fate = np.searchsorted(np.cumsum(rates), rng.random(slots.size), side="right")
        renamed, re_registered, respelled, moved = (slots[fate == i] for i in range(len(rates)))
        who.name[renamed] = self._settlement.names_of_their_own(renamed.size)
        respelled = respelled[self._respelt[who.style[respelled]] != who.style[respelled]]
        who.style[respelled] = self._respelt[who.style[respelled]]
        before = self._re_register(month, who, standing, re_registered, rng)
        for kind, struck in ((RENAMED, renamed), (RE_REGISTERED, re_registered), (RESPELLED, respelled)):
            self._note(month, kind, who.serial[struck])
        self._move(month, who, standing, moved, rng)
        return before

    def close(self, month: Month, serial: Integers) -> None:
        """Record closures."""
        self._note(month, CLOSED, serial)

    def _note(self, month: Month, kind: str, serial: Integers) -> None:
        self.events.append(Event(month, kind, serial))

    def _re_register(
        self, month: Month, who: Workplaces, standing: Standing, slots: Integers, rng: np.random.Generator
    ) -> Workplaces:
        """Register the same workplace under another number, in the file again after some months."""
        before = who.take(slots)
        who.prefix[slots] = self._settlement.numbers(rng, who.take(slots))
        after = np.searchsorted(np.cumsum(self._law.returns_after), rng.random(slots.size), side="right")
        begin = np.array(
            [
                np.datetime64(month.shift(i).first_day).astype(np.int64)
                for i in range(len(self._law.returns_after))
            ]
        )
        who.enrolled[slots] = begin[after]
        who.re_enrolled[slots] = 0
        standing.hidden_until[slots] = month.year * 12 + month.month + after
        standing.visible[slots[after > 0]] = False
        return before

    def _move(
        self, month: Month, who: Workplaces, standing: Standing, slots: Integers, rng: np.random.Generator
    ) -> None:
        """Move to another address in the same district, or to a vacant slot of another one."""
        far = rng.random(slots.size) < self._law.moves_far
        near, leaving = slots[~far], slots[far]
        before = who.address[near]
        who.address[near] = self._settlement.addresses_for(rng, who.district[near])
        self._note(month, MOVED, who.serial[near[who.address[near] != before]])
        vacant = rng.permutation(np.flatnonzero(~standing.alive & standing.open_to_movers))
        count = min(leaving.size, vacant.size)
        old, new = leaving[:count], vacant[:count]
        fits = who.form[old] == who.form[new]
        old, new = old[fits], new[fits]
        district = who.district[new]
        moving = who.take(old)
        moving.district = district
        moving.address = self._settlement.addresses_for(rng, district)
        moving.target = np.minimum(moving.target, self._settlement.most_heads[district])
        who.put(new, moving)
        self._note(month, MOVED, moving.serial)
        for column in (standing.target_kept, standing.hidden_until, standing.visible, standing.leaving):
            column[new] = column[old]
        for column in (standing.joined, standing.left):
            column[new] = column[old]
        standing.visible[old] = False
        standing.leaving[old] = 0
        standing.alive[old], standing.alive[new] = False, True
        who.heads[old] = 0
