"""Sentences agree with the table and contributions add up, over random tables."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.pages.wording import signed_change
from sogong_pipeline.trends.contributions import add_up, contributions, folded
from sogong_pipeline.trends.sentences import area_sentence, nation_sentence
from sogong_pipeline.trends.words import DOWN, UP, Moved, move_of, sides

NAMES = [f"가{chr(0xAC00 + 28 * n)}도" for n in range(17)]
pct = st.decimals(-30, 30, places=2)
areas = st.lists(
    st.tuples(st.none() | pct, st.decimals(0, 4, places=2), st.none() | st.decimals(0, 9, places=2)),
    max_size=17,
).map(
    lambda rows: [
        Moved(name, change, move_of(change, error, usual))
        for name, (change, error, usual) in zip(NAMES, rows, strict=False)
    ]
)
SIDE = r"((?:가.도\([+−\d.]+%\)(?:, )?)+)(?: 등)? (\d+)개 시도에서 "


@given(table=areas, nation=st.none() | pct)
def test_a_sentence_counts_names_and_orders_as_the_table_does(
    table: list[Moved], nation: Decimal | None
) -> None:
    sentence = nation_sentence("종사자 수", table, nation)
    expected = {
        "증가": [one for one in table if one.move in UP],
        "감소": [one for one in table if one.move in DOWN],
    }
    for word, side in expected.items():
        match = re.search(SIDE + word, sentence)
        assert (match is None) == (not side)
        if match:
            assert int(match[2]) == len(side)
            named = re.findall(r"(가.도)\(([+−\d.]+)%\)", match[1])
            assert len(named) == min(3, len(side))
            assert (" 등 " in match[0]) == (len(side) > 3)
            by_name = {one.name: one.change_pct or Decimal(0) for one in side}
            values = [by_name[name] for name, _ in named]
            assert [text for _, text in named] == [signed_change(value) for value in values]
            assert values == sorted(values, key=abs, reverse=True)
            left = [abs(change) for name, change in by_name.items() if name not in dict(named)]
            assert all(abs(values[-1]) >= size for size in left)
    flat = re.search(r"(\d+)개 시도는 보합", sentence)
    assert (int(flat[1]) if flat else 0) == sum(one.move == "flat" for one in table)
    unknown = re.search(r"(\d+)개 시도는 비교할 수 없습니다", sentence)
    if any(one.move for one in table):
        assert (int(unknown[1]) if unknown else 0) == sum(one.move is None for one in table)
    assert sentence.count("[전국: ") == 1
    assert sum(map(len, vars_of(sides(table)))) == len(table)


def vars_of(groups: object) -> list[list[Moved]]:
    return [getattr(groups, name) for name in ("up", "down", "flat", "unknown")]


@pytest.mark.parametrize(
    ("change", "error", "usual", "move"),
    [
        ("0.50", "0.50", "3", "flat"),
        ("-0.50", "0.50", "3", "flat"),
        ("0.51", "0.50", "3", "slightly_up"),
        ("-1.49", "0.50", "3", "slightly_down"),
        ("1.50", "0.50", "3", "up"),
        ("-1.50", "0.50", "3", "down"),
        ("0.10", "0.05", None, "up"),
        ("0.00", None, None, "flat"),
        ("0.01", None, "9", "slightly_up"),
    ],
)
def test_flat_and_slight_are_as_defined(change: str, error: str | None, usual: str | None, move: str) -> None:
    result = move_of(Decimal(change), Decimal(error) if error else None, Decimal(usual) if usual else None)
    assert result == move


@pytest.mark.parametrize(
    ("area", "level", "sentence"),
    [
        (
            Moved("부산", Decimal("-1.20"), "slightly_down"),
            "1,678개",
            "사업장 수는 1,678개로 1년 전 같은 분기보다 1.2% 소폭 감소하였습니다(전국 +0.1%).",
        ),
        (
            Moved("부산", Decimal("0.20"), "flat"),
            "28,265명",
            "사업장 수는 28,265명으로 1년 전 같은 분기보다 보합입니다(+0.2%, 전국 +0.1%).",
        ),
        (Moved("부산", None, None), "3개", "사업장 수는 3개이며 1년 전 같은 분기와 비교할 수 없습니다."),
    ],
)
def test_one_area_in_a_sentence(area: Moved, level: str, sentence: str) -> None:
    assert area_sentence("사업장 수", level, area, Decimal("0.13")) == sentence


parts = st.dictionaries(st.sampled_from([str(n) for n in range(10, 34)]), st.integers(0, 10**6), max_size=24)


@given(before=parts, now=parts, months=st.tuples(st.integers(1, 3), st.integers(1, 3)))
def test_contributions_add_up_to_the_last_printed_digit(
    before: dict[str, int], now: dict[str, int], months: tuple[int, int]
) -> None:
    result = contributions(before, now, *months)
    if not sum(before.values()):
        assert result is None
        return
    assert result is not None
    shared, total = result
    assert sum(one.points for one in shared) == total.points
    assert sum(one.heads for one in shared) == total.heads
    base, mean = Fraction(sum(before.values()), months[0]), Fraction(sum(now.values()), months[1])
    assert abs(Fraction(total.points) - 100 * (mean / base - 1)) <= Fraction(1, 200)
    for one in shared:
        exact = Fraction(now.get(one.part, 0), months[1]) - Fraction(before.get(one.part, 0), months[0])
        assert abs(Fraction(one.heads) - exact) < Fraction(1, 10)
        assert abs(Fraction(one.points) - 100 * exact / base) < Fraction(1, 100)
    together = folded(shared, 5, "그 밖")
    assert len(together) <= 5
    assert sum(one.points for one in together) == total.points


def test_rounding_leaves_an_exact_table_alone() -> None:
    assert add_up([Fraction(1, 2), Fraction(-1, 4)], 2) == (
        [Decimal("0.50"), Decimal("-0.25")],
        Decimal("0.25"),
    )
    assert add_up([Fraction(1, 3)] * 3, 2) == (
        [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")],
        Decimal("1.00"),
    )
    assert add_up([], 2) == ([], Decimal("0.00"))
