"""`legal_dong_validity.csv.gz`, `admin_dong.csv.gz`: every code since 2000 with its days and what followed it.

Three lists of different days are laid over each other: dated codes to 2022-09, living ones of 2026-03 with the
days they began, and today's. What a code became is found among the codes that began on the day it ended, by the
rules of `_Successors`, surest first; what fits none stays without a successor, with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from tools.reference_tables.region import Reform, RegionRow
from tools.reference_tables.sources import DatedDong

KEPT_SINCE = dt.date(2000, 1, 1)
"""Codes that ended before are left out: the oldest in 25,000 real rows of 2022 ended in 2007."""
LIVING_ON, SEEN_ON = dt.date(2026, 3, 1), dt.date(2026, 10, 8)
"""The days of the two newer lists: a change that nothing dates is taken to be of the day it is first seen."""


@dataclass(frozen=True)
class Validity:
    """A code, its days (`valid_to` is the last one, None while living), what followed it and how that is known."""

    code: str
    name: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    successors: tuple[str, ...] = ()
    rule: str = ""

    def as_csv(self, code_column: str) -> dict[str, str]:
        """The row as it is written."""
        return {
            code_column: self.code,
            "name": self.name,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else "",
            "successor_codes": "|".join(self.successors),
            "rule": self.rule,
        }


def build_validity(
    dated: Iterable[DatedDong],
    living: Iterable[DatedDong],
    today: Mapping[str, str],
    reforms: Sequence[Reform],
) -> list[Validity]:
    """Every dong code, by code, with its validity and successors; codes of sido and sigungu are left out.

    Args:
        dated: Codes with both days, to 2022-09.
        living: Codes living in 2026-03.
        today: Names of the codes living today.
        reforms: Changes of sido and sigungu codes.
    """
    spans = {
        dong.code: Validity(dong.code, dong.name, dong.created, _day_before(dong.abolished))
        for dong in dated
        if not dong.code.endswith("00000")
    }
    listed = {dong.code: dong for dong in living if not dong.code.endswith("00000")}
    _lay_over(
        spans, {code: (dong.name, dong.created) for code, dong in listed.items()}, reforms, seen_on=LIVING_ON
    )
    began = {
        code: (name, listed[code].created if code in listed else _born(code, reforms))
        for code, name in today.items()
    }
    _lay_over(spans, began, reforms, seen_on=SEEN_ON)
    current_spans = {
        code: span for code, span in spans.items() if span.valid_to is None or span.valid_to >= KEPT_SINCE
    }
    finder = _Successors(current_spans.values(), reforms)
    rows = {code: finder.of(span) if span.valid_to else span for code, span in current_spans.items()}
    return [_as_its_ri(rows[code], rows) for code in sorted(rows)]


def carried_over(living: Iterable[DatedDong], regions: Iterable[RegionRow]) -> dict[str, str]:
    """Return names of today's administrative dongs, as far as they are known.

    No list is newer than 2026-03. A sigungu that only got another code takes its dongs along, last digits kept, as
    legal dongs did; those of a sigungu that was divided since are not known and left out.
    """
    by_code = {row.region_code: row for row in regions}
    today = {}
    for dong in living:
        old = by_code.get(dong.code[:5])
        if old is None or dong.code.endswith("00000") or len(old.today) != 1:
            continue
        (new,) = old.today
        if new == old.region_code:
            today[dong.code] = dong.name
        elif new[:2] != old.region_code[:2]:
            today[new + dong.code[5:]] = by_code[new].name + dong.name.removeprefix(old.name)
    return today


@cache
def renamed() -> dict[str, str]:
    """Return renamed dongs that no rule detects; see renamed.yaml."""
    text = Path(__file__).with_name("renamed.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _day_before(day: dt.date | None) -> dt.date | None:
    return day - dt.timedelta(days=1) if day else None


def _born(code: str, reforms: Iterable[Reform]) -> dt.date:
    """Return the first day of a code younger than every dated list."""
    days = [r.effective for r in reforms if code[:5] in r.born or code[:2] in r.sido.values()]
    return days[-1] if days else SEEN_ON


def _lay_over(
    spans: dict[str, Validity],
    newer: Mapping[str, tuple[str, dt.date]],
    reforms: Iterable[Reform],
    *,
    seen_on: dt.date,
) -> None:
    """Take a newer list over an older one: missing codes ended, on the day of their sigungu or namesake."""
    born = defaultdict(list)
    for code, (name, day) in newer.items():
        if code not in spans:
            born[code[:5], name.split()[-1]].append(day)
    ended = {code: r.effective for r in reforms for code in (*r.gone, *r.sido)}
    for code, span in list(spans.items()):
        if span.valid_to is None and code not in newer:
            namesakes = born[code[:5], span.name.split()[-1]]
            if code in renamed() and renamed()[code] in newer:
                namesakes = [newer[renamed()[code]][1]]
            first_without = ended.get(code[:5]) or ended.get(code[:2]) or max(namesakes, default=seen_on)
            spans[code] = replace(span, valid_to=_day_before(first_without))
    for code, (name, day) in newer.items():
        if code not in spans:
            spans[code] = Validity(code, name, day)
        elif spans[code].valid_to is None:
            spans[code] = replace(spans[code], name=name)


class _Successors:
    """Finder of the successors of a code."""

    def __init__(self, spans: Iterable[Validity], reforms: Iterable[Reform]) -> None:
        self._born_on: dict[dt.date, list[Validity]] = defaultdict(list)
        self._of_sigungu: dict[str, list[Validity]] = defaultdict(list)
        for span in spans:
            self._born_on[span.valid_from].append(span)
            self._of_sigungu[span.code[:5]].append(span)
        self._reforms = list(reforms)
        self._cities = {  # 경상남도 창원시 of 경상남도 창원시 의창구
            code: " ".join(spans[0].name.split()[:2]) for code, spans in self._of_sigungu.items()
        }

    def of(self, span: Validity) -> Validity:
        """Return the span with its successors and the rule that found them."""
        assert span.valid_to is not None  # noqa: S101 - only ended codes have successors
        if span.code in renamed():
            return replace(span, successors=(renamed()[span.code],), rule="renamed")
        day = span.valid_to + dt.timedelta(days=1)
        sigungu = self._sigungu_after(span.code, day)
        near = [born for born in self._born_on[day] if born.code[:5] in sigungu]
        there = [
            other
            for code in sigungu
            for other in self._of_sigungu[code]
            if other.valid_from <= day and (other.valid_to is None or other.valid_to >= day)
        ]
        for rule, pool in (("born", near), ("there", there)):
            for how, candidates in _by_names(span.name, pool):
                if candidates:
                    return replace(span, successors=tuple(sorted(candidates)), rule=f"{how} {rule}")
        digits = {born.code for born in near if born.code[5:] == span.code[5:]}
        if len(digits) == 1:
            return replace(span, successors=tuple(digits), rule="digits born")
        if len(near) == 1:
            return replace(span, successors=(near[0].code,), rule="only one born")
        return replace(span, rule=f"unknown: no namesake among {len(near)} born and {len(there)} there")

    def _sigungu_after(self, code: str, day: dt.date) -> set[str]:
        """Return the sigungu codes that a code's area may lie in from a day on."""
        sigungu = {code[:5]}
        for reform in self._reforms:
            if reform.effective == day:
                if code[:5] in reform.gone:
                    sigungu = set(reform.gone[code[:5]]) & set(reform.born) or set(reform.born)
                elif code[:2] in reform.sido:
                    new = reform.sido[code[:2]]
                    sigungu = {born for born in self._of_sigungu if born.startswith(new)}
        if sigungu == {
            code[:5]
        }:  # no reform names it: look in the rest of its city, or, where all of it ended, farther
            alive = any(o.valid_to is None or o.valid_to >= day for o in self._of_sigungu[code[:5]])
            born = {born.code[:5] for born in self._born_on[day]}
            sigungu |= {other for other in born if not alive or self._cities[other] == self._cities[code[:5]]}
        return sigungu


def _by_names(name: str, pool: Sequence[Validity]) -> Iterable[tuple[str, set[str]]]:
    """Yield candidates for the same place by name, the most reliable rule first."""
    words = name.split()
    below = words[1:]
    yield "name", {other.code for other in pool if other.name.split()[1:] == below}
    dong = [word for word in below if not word.endswith(("시", "군", "구"))] or below[-1:]
    tail = tuple(dong)
    yield (
        "dong",
        {
            o.code
            for o in pool
            if tuple(o.name.split()[-len(tail) :]) == tail and len(o.name.split()) > len(tail)
        },
    )
    if len(dong) == 2:
        eup, ri = dong
        promoted = (eup[:-1] + "읍", ri)
        yield "eup", {o.code for o in pool if tuple(o.name.split()[-2:]) == promoted}
        same_ri = {
            o.code for o in pool if o.name.split()[-1] == ri and o.name.split()[-2].endswith(("읍", "면"))
        }
        yield "ri", same_ri if len(same_ri) == 1 else set()
        became = {o.code for o in pool if o.name.split()[-1] == ri.removesuffix("리") + "동"}
        yield "dong of ri", became if len(became) == 1 else set()
    elif dong[-1].endswith("면"):
        yield "eup", {o.code for o in pool if o.name.split()[-1] == dong[-1][:-1] + "읍"}


def _as_its_ri(row: Validity, rows: Mapping[str, Validity]) -> Validity:
    """Assign an eup or myeon that matches no rule to the successor of its ri."""
    if row.successors or row.valid_to is None or not row.code.endswith("00"):
        return row
    successors = {
        successor[:8] + "00"
        for code, other in rows.items()
        if code[:8] == row.code[:8] and code != row.code
        for successor in other.successors
        if successor[:8] != row.code[:8]
    }
    return replace(row, successors=tuple(sorted(successors)), rule="its ri") if successors else row
