"""The column profile's judgement in plain Python: one damaged column after the other, without DuckDB."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sogong_pipeline.quality.bounds import bounds
from tests.quality.damage import Row

NATION = "00"
LEAST_ROWS, LEAST_NATION, LEAST_SIDO_FOUND = 30, 1_000, 500


def _full(pattern: str, *, but: Sequence[str] = ()) -> Callable[[Any], bool]:
    form = re.compile(pattern)
    return lambda value: value is not None and form.fullmatch(value) is not None and value not in but


def _holds(pattern: str) -> Callable[[Any], bool]:
    form = re.compile(pattern)
    return lambda value: value is not None and form.search(value) is not None


USABLE: Mapping[str, Callable[[Any], bool]] = {
    "workplace_name": lambda value: value is not None and len(value) >= 2,
    "business_number_prefix": _full(r"\d{6}", but=("000000",)),
    "legal_dong_code": lambda value: (
        value is not None and re.fullmatch(r"\d{10}", value) is not None and value[5:8] != "000"
    ),
    "postal_code": _full(r"\d{5}|\d{3}-\d{3}"),
    "lot_address": _holds("(읍|면|동|리|가|로)( |$)"),
    "road_address": _holds("(로|길)( |$)"),
    "industry_code": _full(r"\d{6}", but=("000000", "999999")),
    "legal_form": lambda value: value is not None,
    "enrolled_on": lambda value: value is not None,
}
LAST_WORD = {"lot_address", "road_address"}
IDENTITY = {"workplace_name", "business_number_prefix"}


class Judge:
    """Judges months that differ from a good one in a single column.

    Args:
        before: rows of the month before.
        expectations: the entries of `column_profile.yaml`.
    """

    def __init__(self, before: Sequence[Row], expectations: Sequence[Mapping[str, Any]]) -> None:
        self._before = {self._identity(row): row for row in before}
        self._least = {entry["check"]: entry.get("min_value") for entry in expectations}
        self._bounds = {
            one["column_name"]: one["least_usable_share"] for one in bounds("column_bounds")["columns"]
        }
        self._usable_before = {column: self._usable(before, column) for column in USABLE}

    def broken(self, rows: Sequence[Row], column: str) -> set[str]:
        """The expectations about a column, and about finding workplaces again, that rows break."""
        found: set[str] = set()
        now, then = self._usable(rows, column), self._usable_before[column]
        for area, (usable, of) in now.items():
            level = "nation" if area == NATION else "sido"
            if level == "nation" and of >= LEAST_NATION and usable / of < self._bounds[column]:
                found.add("column_usable_least")
            if min(of, then[area][1]) >= LEAST_ROWS:
                kept = 1 - then[area][0] / then[area][1] + usable / of
                self._hold(found, f"{level}_usable_kept", kept)
        pairs, again, same = (defaultdict[str, int](int) for _ in range(3))
        by_identity: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            by_identity[self._identity(row)].append(row)
        for identity, old in self._before.items():
            new = by_identity.get(identity, [])
            for area in (NATION, old["sido_code"]):
                pairs[area] += 1
                if len(new) == 1:
                    again[area] += 1
                    same[area] += self._said(old[column], column) == self._said(new[0][column], column)
        for area, count in pairs.items():
            level = "nation" if area == NATION else "sido"
            if column not in IDENTITY and again[area] >= LEAST_ROWS:
                self._hold(found, f"{level}_same_share", same[area] / again[area])
            if level == "nation" or count >= LEAST_SIDO_FOUND:
                self._hold(found, f"{level}_found_share", again[area] / count)
            if level == "sido" and count >= LEAST_ROWS:
                self._hold(found, "sido_found_least", again[area] / count)
        return found

    def _hold(self, found: set[str], check: str, share: float) -> None:
        if share < self._least[check]:
            found.add(check)

    @staticmethod
    def _identity(row: Row) -> tuple[str, str]:
        return str(row["workplace_name"]), str(row["business_number_prefix"])

    @staticmethod
    def _said(value: Any, column: str) -> Any:
        if value is None:
            return None
        return value.rpartition(" ")[2] if column in LAST_WORD else value

    @staticmethod
    def _usable(rows: Sequence[Row], column: str) -> dict[str, tuple[int, int]]:
        usable, of, can_use = defaultdict[str, int](int), defaultdict[str, int](int), USABLE[column]
        for row in rows:
            can = can_use(row[column])
            for area in (NATION, row["sido_code"]):
                of[area] += 1
                usable[area] += can
        return {area: (usable[area], of[area]) for area in of}
