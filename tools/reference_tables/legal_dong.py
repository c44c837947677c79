"""`legal_dong.csv.gz`: legal dongs and ri of today, with the code that a workplace row carries.

The list of codes ends in 2026-03, the list of names is of 2026-10-08. Changes between the two are carried over by
name, by the rules of `_number`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from sogong_pipeline.errors import RefusedError
from tools.reference_tables.region import RegionRow
from tools.reference_tables.sources import CurrentSigungu

RENUMBERED = frozenset({"28125", "28155", "28275", "28290"})
"""Incheon's new gu of 2026-07; two of the old ones had used the same numbers."""

PROMOTED = {"27710 구지읍": ("구지면", "268")}
"""Myeon that became eup after 2026-03: the old name, and the number that eups, three apart, would come to."""


@dataclass(frozen=True)
class LegalDong:
    """A legal dong, an eup or myeon, or a ri; `sigungu` is blank in Sejong, `ri` outside eup and myeon."""

    legal_dong_code: str
    sigungu_code: str
    sido: str
    sigungu: str
    dong: str
    ri: str

    def as_csv(self) -> dict[str, str]:
        """Return the row in the form of the file."""
        return asdict(self)


def build_legal_dongs(
    current: Iterable[CurrentSigungu], living: Mapping[str, str], regions: Sequence[RegionRow]
) -> list[LegalDong]:
    """Return every legal dong of `current`, ordered by code.

    Args:
        current: The sigungu living today with their dong names.
        living: Full names of the ten-digit codes living in 2026-03.
        regions: Old and new sigungu with their codes of today.

    Raises:
        RefusedError: when a dong has no code or two have the same one.
    """
    suffixes = _suffixes_by_today(living, regions)
    rows = [
        _row(sigungu, dong, sigungu.code + suffix)
        for sigungu in current
        for dong, suffix in _number(sigungu, suffixes[sigungu.code])
    ]
    rows.sort(key=lambda row: row.legal_dong_code)
    for row, following in pairwise(rows):
        if row.legal_dong_code == following.legal_dong_code:
            raise RefusedError(f"one code for two legal dongs: {row} and {following}; correct the rules")
    return rows


def _suffixes_by_today(living: Mapping[str, str], regions: Sequence[RegionRow]) -> dict[str, dict[str, str]]:
    """Dong name -> last five digits of its code in 2026-03, for each of today's sigungu."""
    names = {row.region_code: row.name for row in regions if row.level == "sigungu"}
    dongs: dict[str, dict[str, str]] = defaultdict(dict)
    for code, name in living.items():
        sigungu_code = code[:5]
        if sigungu_code in names and not code.endswith("00000"):
            dongs[sigungu_code][name.removeprefix(names[sigungu_code]).strip()] = code[5:]
    suffixes: dict[str, dict[str, str]] = defaultdict(dict)
    for row in sorted(regions, key=lambda row: row.valid_to is None):  # a code's own dongs come last and win
        for today in row.today:
            suffixes[today] |= dongs[row.region_code]
    return suffixes


def _number(sigungu: CurrentSigungu, suffixes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each dong with the last five digits of its code.

    They are those of 2026-03, under a new sigungu code too. A renumbered gu counts from 101 in the order of the list.
    A promoted eup gets a number of eups; its ri keep their own two digits.

    Raises:
        RefusedError: when a dong is new since 2026-03 and no rule numbers it.
    """
    if sigungu.code in RENUMBERED:
        return [(dong, f"{100 + place}00") for place, dong in enumerate(sigungu.dongs, start=1)]
    numbered = []
    for dong in sigungu.dongs:
        eup, _, ri = dong.partition(" ")
        old_name, number = PROMOTED.get(f"{sigungu.code} {eup}", (eup, ""))
        suffix = suffixes.get(f"{old_name} {ri}".strip())
        if suffix is None:
            raise RefusedError(f"{sigungu.name} {dong} has no code in the list of 2026-03; give it a rule")
        numbered.append((dong, (number or suffix[:3]) + suffix[3:]))
    return numbered


def _row(sigungu: CurrentSigungu, dong: str, code: str) -> LegalDong:
    sido, _, below = sigungu.name.partition(" ")
    name, _, ri = dong.partition(" ")
    return LegalDong(code, sigungu.code, sido, below, name, ri)
