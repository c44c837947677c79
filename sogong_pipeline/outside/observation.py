"""What a service says of one area and month, before areas and numbers are checked."""

from __future__ import annotations

from dataclasses import dataclass

NATION_NAMES = frozenset({"전국", "계", "합계", "총계"})


@dataclass(frozen=True, slots=True)
class Observation:
    """One value as it came.

    Attributes:
        area: The area's name, `전국` for the nation.
        month: `202609`.
        value: The number as text; commas and blanks are allowed.
        unit: As the answer names it; empty where it does not.
        where: The place in the answer, for messages.
    """

    area: str
    month: str
    value: str
    unit: str
    where: str
