"""Memory by hand: a flag stays, recovers, or grows old; nothing else ends or moves it."""

from __future__ import annotations

import numpy as np

from sogong_pipeline.stages.likelihood.memory import NO_BASE, Memory
from sogong_pipeline.stages.likelihood.parameters import Parameters

YES, NO = np.array([True]), np.array([False])
UNKNOWN = np.array([np.nan])


def advance(
    memory: Memory, quarter: int, rule: Parameters, *, enters: bool, since_base: float = np.nan
) -> Memory:
    return memory.advance(quarter, YES if enters else NO, np.array([2]), np.array([since_base]), rule)


def test_a_flag_stays_on_its_frozen_base_until_the_evidence_is_gone(rule: Parameters) -> None:
    memory = advance(Memory.empty(1), 10, rule, enters=True)
    assert (memory.state[0], memory.base[0], memory.since[0]) == ("new", 8, 10)
    memory = advance(memory, 11, rule, enters=True, since_base=5.0)
    assert (memory.state[0], memory.base[0], memory.since[0]) == ("stays", 8, 10), "no second base"
    memory = advance(memory, 12, rule, enters=False, since_base=1.0)
    assert memory.state[0] == "stays", "at the limit it stays"
    memory = advance(memory, 13, rule, enters=False, since_base=0.999)
    assert (memory.state[0], memory.base[0], memory.since[0]) == ("recovered", 8, 10)
    assert not memory.is_flagged[0]
    memory = advance(memory, 14, rule, enters=False)
    assert (memory.state[0], memory.base[0], memory.since[0]) == ("quiet", NO_BASE, NO_BASE)


def test_a_flag_whose_base_is_older_than_three_years_is_lasting(rule: Parameters) -> None:
    memory = advance(Memory.empty(1), 10, rule, enters=True)  # base 8
    for quarter in range(11, 21):
        memory = advance(memory, quarter, rule, enters=False, since_base=9.0)
        assert memory.state[0] == "stays"
    memory = advance(memory, 21, rule, enters=False, since_base=9.0)
    assert memory.state[0] == "lasting"
    memory = advance(memory, 22, rule, enters=True)
    assert (memory.state[0], memory.base[0]) == ("new", 20), "a further fall is flagged against the new level"
