"""The draw: order and bounds of a list, probabilities, workplaces that rest."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.periods import Quarter
from sogong_pipeline.surveys.design import answers_needed, design, spread
from sogong_pipeline.surveys.draw import CIRCLE, GOLDEN, Candidate, Exit, by_choice, draw, starting_point

QUARTER = Quarter(2026, 3)


def candidate(name: str, loss: int = 0, district: str = "D1", **more: bool) -> Candidate:
    return Candidate(district, name, more.get("is_here", True), loss, more.get("is_continuing", True))


def test_a_list_has_choices_then_exits_then_a_random_rest() -> None:
    candidates = [candidate(f"w{n}", loss=100 - n) for n in range(40)]
    exits = [Exit("D1", f"x{n}", heads=n) for n in range(30)]
    places = draw(candidates, exits, 25, QUARTER)
    assert [place.list for place in places] == ["certain"] * 12 + ["exit"] * 6 + ["random"] * 7
    assert [place.workplace_id for place in places[:12]] == [f"w{n}" for n in range(12)]
    assert [place.workplace_id for place in places[12:18]] == [f"x{n}" for n in range(29, 23, -1)]
    rest = places[18:]
    assert {(place.frame, place.drawn) for place in rest} == {(28, 7)}
    assert {place.probability for place in rest} == {Fraction(1, 4)}
    assert not {place.workplace_id for place in rest} & {place.workplace_id for place in places[:12]}


def test_choices_explain_the_share_of_the_fall_and_no_more() -> None:
    losing = [candidate("a", 50), candidate("b", 30), candidate("c", 15), candidate("d", 5)]
    assert [one.workplace_id for one in by_choice(losing, 100)] == ["a", "b"]  # 80 of 100
    gaining = candidate("e", -20)
    assert [one.workplace_id for one in by_choice([*losing, gaining], 100)] == ["a", "b"]  # 64 of 80
    assert by_choice([*losing, candidate("e", -200)], 100) == []  # the district did not fall
    gone = candidate("f", 900, is_here=False, is_continuing=False)
    chosen = by_choice(
        [*losing, gone], 100
    )  # continuing ones lost 100 of 1,000: all of them, the largest first
    assert [one.workplace_id for one in chosen] == ["a", "b", "c", "d"]


def test_who_finds_no_place_by_choice_stays_in_the_frame() -> None:
    candidates = [candidate(f"w{n}", 10) for n in range(20)]
    places = draw(candidates, [], 8, QUARTER)
    assert Counter(place.list for place in places) == {"certain": 4, "random": 4}
    assert {place.frame for place in places if place.list == "random"} == {16}


def test_a_small_frame_is_taken_whole() -> None:
    places = draw([candidate("a"), candidate("b")], [Exit("D1", "x", 3)], 25, QUARTER)
    assert sorted(place.workplace_id for place in places) == ["a", "b", "x"]
    assert {place.probability for place in places} == {Fraction(1)}
    assert draw([], [], 25, QUARTER) == []


def test_over_ten_thousand_seeds_everybody_is_drawn_as_often_as_stated() -> None:
    candidates = [candidate(f"w{n}") for n in range(24)]
    seen: Counter[str] = Counter()
    pairs: Counter[bool] = Counter()
    draws = 10_000
    for seed in range(draws):
        places = draw(candidates, [], 6, QUARTER, seed=str(seed))
        names = {place.workplace_id for place in places}
        seen.update(names)
        pairs[{"w0", "w1"} <= names] += 1
        assert {place.probability for place in places} == {Fraction(6, 24)}
    within = 4.5 * math.sqrt(draws * 0.25 * 0.75)
    assert len(seen) == 24
    assert all(abs(count - draws * 0.25) < within for count in seen.values()), seen
    both = 6 * 5 / (24 * 23)  # two at once, as in a simple random sample
    assert abs(pairs[True] - draws * both) < 4.5 * math.sqrt(draws * both * (1 - both))


def test_who_was_drawn_rests_and_comes_back() -> None:
    candidates = [candidate(f"w{n}") for n in range(1_000)]
    quarters = [QUARTER.shift(ahead) for ahead in range(60)]
    drawn = [{place.workplace_id for place in draw(candidates, [], 40, quarter)} for quarter in quarters]
    for ahead in range(1, 8):  # 4 % of the circle: no workplace twice within two years
        assert not drawn[0] & drawn[ahead], ahead
    assert len(set().union(*drawn)) > 950
    assert drawn[0] == {place.workplace_id for place in draw(candidates, [], 40, QUARTER)}


def test_the_starting_points_are_golden() -> None:
    assert abs(GOLDEN / CIRCLE - (math.sqrt(5) - 1) / 2) < 1e-12
    step = (starting_point(QUARTER.shift(1)) - starting_point(QUARTER)) % CIRCLE
    assert step == GOLDEN


@given(
    losses=st.lists(st.integers(-30, 60), max_size=60),
    exits=st.lists(st.integers(1, 50), max_size=40),
    visits=st.integers(4, 60),
)
def test_bounds_hold_for_any_list(losses: list[int], exits: list[int], visits: int) -> None:
    candidates = [candidate(f"w{n}", loss, f"D{n % 3}") for n, loss in enumerate(losses)]
    places = draw(candidates, [Exit("D0", f"x{n}", heads) for n, heads in enumerate(exits)], visits, QUARTER)
    counts = Counter(place.list for place in places)
    assert len(places) <= visits
    assert len({place.workplace_id for place in places}) == len(places)
    assert counts["certain"] <= visits // 2
    free = len(candidates) - counts["certain"]
    assert counts["random"] >= min(math.ceil(visits / 4), free)
    if len(places) < visits:  # only where no workplace is left
        assert counts["random"] == free


@pytest.mark.parametrize(("workplaces", "needed"), [(0, 0), (1, 1), (60, 38), (200, 66), (100_000, 96)])
def test_answers_needed_are_those_of_the_usual_formula(workplaces: int, needed: int) -> None:
    assert answers_needed(workplaces) == needed
    if workplaces > 1:
        endless = 1.96**2 * 0.25 / 0.1**2
        assert needed == min(workplaces, math.ceil(endless / (1 + (endless - 1) / workplaces)))


@given(bands=st.lists(st.integers(0, 80), min_size=6, max_size=6))
def test_answers_are_spread_whole_over_size_bands(bands: list[int]) -> None:
    counts = {str(n): count for n, count in enumerate(bands)}
    needed = answers_needed(sum(bands))
    shares = spread(needed, counts)
    assert sum(shares.values()) == (needed if sum(bands) else 0)
    for band, share in shares.items():
        assert 0 <= share <= counts[band]
        if sum(bands):
            assert abs(share - needed * counts[band] / sum(bands)) < 1


def test_the_numbers_are_those_of_the_documents() -> None:
    numbers = design()
    assert (numbers.explained, numbers.places_by_choice(25), numbers.places_random(25)) == (
        Fraction(4, 5),
        12,
        7,
    )
    assert numbers.fewest_for_interval == 30
    assert np.isclose(float(numbers.z), 1.96)
