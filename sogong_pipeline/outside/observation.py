"""An observation of a service for one area and month, before validation."""

from __future__ import annotations

from dataclasses import dataclass

NATION_NAMES = frozenset({"전국", "계", "합계", "총계"})


@dataclass(frozen=True, slots=True)
class Observation:
    """One value as received.

    Attributes:
        area: The area's name, `전국` for the nation.
        month: `202609`.
        value: The number as text; commas and blanks are allowed.
        unit: As named in the response; empty if it names none.
        where: The place in the response, for messages.
    """

    area: str
    month: str
    value: str
    unit: str
    where: str
