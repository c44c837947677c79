"""Administrative dongs over time: codes by name within a 시군구, and codes on any other day.

Sources and gaps of the table are described in docs/reference-tables.md.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sogong_pipeline.regions.reference import data_path

TABLE = "admin_dong.csv.gz"


@dataclass(frozen=True, slots=True)
class AdminDong:
    """An administrative dong's code over its days: `valid_to` is the last, `successor_codes` those of the day after."""

    admin_dong_code: str
    name: str
    valid_from: dt.date
    valid_to: dt.date | None
    successor_codes: tuple[str, ...]

    def valid_on(self, day: dt.date) -> bool:
        """Return True when the code was in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@cache
def admin_dongs() -> Mapping[str, AdminDong]:
    """Return every code that was valid on some day since 2000."""
    with gzip.open(data_path(TABLE), "rt", encoding="utf-8", newline="") as file:
        return {
            row["admin_dong_code"]: AdminDong(
                admin_dong_code=row["admin_dong_code"],
                name=row["name"],
                valid_from=dt.date.fromisoformat(row["valid_from"]),
                valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                successor_codes=tuple(filter(None, row["successor_codes"].split("|"))),
            )
            for row in csv.DictReader(file)
        }


def plain_name(name: str) -> str:
    """Normalise a dong's name: 창신제1동 and 창신1동 are one, as are 종로1·2·3·4가동 and 종로1.2.3.4가동."""
    return re.sub(r"제(?=\d)", "", re.sub(r"[·ㆍ・,‧∙•]", ".", "".join(name.split())))


@cache
def admin_dongs_of(sigungu_code: str, day: dt.date) -> Mapping[str, str]:
    """Return the dongs, eups and myeons of a 시군구 on a day: code by `plain_name`."""
    return {
        plain_name(dong.name.split()[-1]): code
        for code, dong in admin_dongs().items()
        if code.startswith(sigungu_code) and dong.valid_on(day)
    }


@cache
def _predecessors() -> Mapping[str, list[str]]:
    before: dict[str, list[str]] = defaultdict(list)
    for code, dong in admin_dongs().items():
        for successor in dong.successor_codes:
            before[successor].append(code)
    return before
