"""Memory of flags: a flag stays until its base is reached again; recomputed for every judged quarter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sogong_pipeline.stages.likelihood.parameters import Flags, Floats, Integers, Parameters

QUIET, NEW, STAYS, RECOVERED, LASTING = "quiet", "new", "stays", "recovered", "lasting"
NO_BASE = -1


@dataclass
class Memory:
    """Remembered state of every district; arrays have shape (districts,).

    Attributes:
        state: One of the states above, after the last quarter replayed.
        base: Number of the base quarter of the flag, of the one that just ended too, `NO_BASE` without one.
        since: Number of the quarter in which the flag was raised, `NO_BASE` without one.
    """

    state: np.ndarray[tuple[int], np.dtype[np.str_]]
    base: Integers
    since: Integers

    @classmethod
    def empty(cls, districts: int) -> Memory:
        """Return an empty memory."""
        unknown = np.full(districts, NO_BASE, dtype=np.int64)
        return cls(np.full(districts, QUIET, dtype="<U9"), unknown, unknown.copy())

    @property
    def is_flagged(self) -> Flags:
        """Return the districts whose flag is up."""
        return np.asarray((self.state == NEW) | (self.state == STAYS))

    def advance(
        self, quarter: int, enters: Flags, lag: Integers, since_base: Floats, rule: Parameters
    ) -> Memory:
        """Return the memory after one more quarter.

        Args:
            quarter: Number of the quarter.
            enters: Districts that meet the conditions of a new flag.
            lag: Lag on whose base a new flag rests.
            since_base: Log Bayes factor against the base of the flag; of any value where there is none.
            rule: When a flag ends, and when it ends as lasting.
        """
        was = self.is_flagged
        is_old = was & (quarter - self.base > rule.lasting_quarters)
        stays = was & ~is_old & (since_base >= rule.leave_log_bf)
        is_new = enters & ~was
        state = np.full(was.size, QUIET, dtype="<U9")
        state[was & ~stays] = RECOVERED
        state[is_old] = LASTING
        state[stays] = STAYS
        state[is_new] = NEW
        keeps = was
        return Memory(
            state=state,
            base=np.where(is_new, quarter - lag, np.where(keeps, self.base, NO_BASE)),
            since=np.where(is_new, quarter, np.where(keeps, self.since, NO_BASE)),
        )
