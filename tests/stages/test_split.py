from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.stages.split import split_changes


def test_a_split_by_hand() -> None:
    # the nation: 1,000 -> 1,020 (+2 %); division 0: 500 -> 480 (-4 %), division 1: 500 -> 540 (+8 %)
    # the district: 80 of division 0 and 20 of division 1 -> 85 in all (-15 %)
    # industry: 0.8 x (-4 - 2) + 0.2 x (8 - 2) = -3.6; local: -15 - 2 + 3.6 = -13.4
    (split, nothing) = split_changes(
        np.array([[70, 15], [5, 5]]), np.array([[80, 20], [0, 0]]), np.array([480, 540]), np.array([500, 500])
    )
    assert nothing is None
    assert split is not None
    parts = (split.change, split.nation, split.industry, split.local)
    assert parts == tuple(map(Decimal, ("-15.00", "2.00", "-3.60", "-13.40")))


HEADS = st.lists(st.integers(0, 500), min_size=3, max_size=3)


@given(HEADS, HEADS, HEADS, HEADS)
def test_the_parts_add_up_to_the_change(
    now: list[int], before: list[int], more: list[int], nation: list[int]
) -> None:
    then = np.array(nation) + np.array(before) + 1
    (split,) = split_changes(np.array([now]), np.array([before]), np.array(more) + np.array(now), then)
    if split is None:
        assert not sum(before)
    else:
        assert split.nation + split.industry + split.local == split.change
        assert abs(float(split.change) - 100 * (sum(now) / sum(before) - 1)) <= 0.00501
