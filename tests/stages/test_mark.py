from __future__ import annotations

import pytest

from sogong_pipeline.stages.mark import Large, mark_sentence, raise_mark, replay_mark


@pytest.mark.parametrize(
    ("now", "workplaces", "named"),
    [
        (80.0, [("a", 60, 40)], ["a"]),  # exactly a fifth below, all of it in one workplace
        (80.1, [("a", 60, 40)], None),  # less than a fifth
        (80.0, [("a", 60, 50)], ["a"]),  # exactly half of the loss
        (80.0, [("a", 60, 51)], None),  # less than half
        (70.0, [("a", 4, 0), ("b", 3, 0)], None),  # under 30 heads and under 5 % each
        (
            70.0,
            [("a", 5, 0), ("b", 5, 0), ("c", 5, 0)],
            ["a", "b", "c"],
        ),  # 5 % each, half of the loss together
        (70.0, [("a", 30, 22), ("b", 30, 20)], ["b", "a"]),  # largest loss first
        (70.0, [(name, 6, 2) for name in "abcd"], None),  # four would be needed
    ],
)
def test_a_mark_by_hand(
    now: float, workplaces: list[tuple[str, float, float]], named: list[str] | None
) -> None:
    mark = raise_mark(0, 100.0, now, [Large(*one) for one in workplaces])
    assert (mark and [one.workplace for one in mark.workplaces]) == named


def test_a_mark_is_kept_with_its_base_until_a_tenth_below() -> None:
    workers = {0: 100.0, 1: 70.0, 2: 75.0, 3: 90.0, 4: 91.0}
    heads = {quarter: {"a": 60.0 - (100.0 - total)} for quarter, total in workers.items()}
    marks = {last: replay_mark(range(last + 1), workers, heads) for last in range(5)}
    assert [marks[last] is not None for last in range(5)] == [False, True, True, True, False]
    carried = marks[3]
    assert carried is not None
    assert (carried.base, carried.workers_now, carried.workplaces[0].now) == (0, 90.0, 50.0)


def test_the_sentence_names_the_firms() -> None:
    assert mark_sentence(["가상중공업", "가상조선"]) == (
        "종사자 감소의 절반 이상이 가상중공업 등 2개 사업장에서 일어났습니다. "
        "이전하거나 번호가 바뀐 것인지 확인이 필요합니다."
    )
    assert "가상중공업 1개 사업장에서" in mark_sentence(["가상중공업"])
