"""Large-workplace mark: most of a district's loss lies in one to three large workplaces. Never changes a stage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LAGS = (1, 2, 4)
RAISE_FALL, KEEP_FALL = 0.20, 0.10
LOSS_SHARE = 0.5
MOST_WORKPLACES = 3
LARGE_HEADS, LARGE_SHARE = 30, 0.05


@dataclass(frozen=True)
class Large:
    """One large workplace at the base and now.

    Attributes:
        workplace: Its identifier.
        before: Heads at the base.
        now: Heads now, 0 where it left.
    """

    workplace: str
    before: float
    now: float

    @property
    def lost(self) -> float:
        """Return the heads lost."""
        return max(self.before - self.now, 0.0)


@dataclass(frozen=True)
class Mark:
    """A mark on a district.

    Attributes:
        base: Number of the quarter against which it was raised.
        workers_before: Workers at the base.
        workers_now: Workers now.
        workplaces: The large workplaces that lost most, at most three, largest loss first; as few as hold half of it.
    """

    base: int
    workers_before: float
    workers_now: float
    workplaces: tuple[Large, ...]


def raise_mark(
    base: int, workers_before: float, workers_now: float, workplaces: Iterable[Large]
) -> Mark | None:
    """Mark a district whose workers fell by a fifth when large workplaces account for half of the loss.

    Args:
        base: Number of the base quarter.
        workers_before: Workers of the district at the base.
        workers_now: Its workers now.
        workplaces: Its workplaces at the base.
    """
    if not workers_before or workers_now > (1 - RAISE_FALL) * workers_before:
        return None
    loss = workers_before - workers_now
    large = sorted(
        (
            one
            for one in workplaces
            if one.lost and (one.before >= LARGE_HEADS or one.before >= LARGE_SHARE * workers_before)
        ),
        key=lambda one: (-one.lost, one.workplace),
    )[:MOST_WORKPLACES]
    for count in range(1, len(large) + 1):
        if sum(one.lost for one in large[:count]) >= LOSS_SHARE * loss:
            return Mark(base, workers_before, workers_now, tuple(large[:count]))
    return None


def replay_mark(
    quarters: Sequence[int],
    workers: Mapping[int, float],
    workplaces: Mapping[int, Mapping[str, float]],
) -> Mark | None:
    """Raise and carry forward the mark of one district through some quarters.

    It is kept, with its base, until workers are less than a tenth below those of the base.

    Args:
        quarters: Their numbers, the judged one last.
        workers: Workers of the district by quarter.
        workplaces: Heads by workplace and quarter.
    """
    mark: Mark | None = None
    for quarter in quarters:
        now = workers.get(quarter, 0.0)
        if mark and now <= (1 - KEEP_FALL) * mark.workers_before:
            heads = workplaces.get(quarter, {})
            updated = tuple(
                Large(one.workplace, one.before, heads.get(one.workplace, 0.0)) for one in mark.workplaces
            )
            mark = Mark(mark.base, mark.workers_before, now, updated)
            continue
        mark = None
        for lag in LAGS:
            base = quarter - lag
            if base not in workers:
                continue
            heads = workplaces.get(quarter, {})
            then = workplaces.get(base, {})
            raised = raise_mark(
                base,
                workers[base],
                now,
                [Large(name, before, heads.get(name, 0.0)) for name, before in then.items()],
            )
            if raised:
                mark = raised
                break
    return mark


def mark_sentence(names: Sequence[str]) -> str:
    """Name the firms behind the mark in a sentence; for the office's own report only.

    Args:
        names: Names of the firms, largest loss first.
    """
    named = f"{names[0]} 등 {len(names)}개 사업장" if len(names) > 1 else f"{names[0]} 1개 사업장"
    return f"종사자 감소의 절반 이상이 {named}에서 일어났습니다. 이전하거나 번호가 바뀐 것인지 확인이 필요합니다."
