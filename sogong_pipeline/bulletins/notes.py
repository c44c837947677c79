"""What a reader of a bulletin has to know: what is counted, which breaks lie in between, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from sogong_pipeline.bulletins.collect import YEAR, BulletinSource, spans_of
from sogong_pipeline.bulletins.words import words
from sogong_pipeline.pages.wording import month_ko, number
from sogong_pipeline.periods import Month
from sogong_pipeline.rates.contribution import contribution_for, coverage_breaks

JULY = 7


def notes(source: BulletinSource) -> tuple[str, ...]:
    """The notes of a month: what is special to it first, then what always holds."""
    fixed, spans = words()["notes"], words()["spans"]
    return tuple(
        " ".join(note.split())
        for note in (
            *_missing(source, fixed, spans),
            *_coverage(source.month, fixed, spans),
            *_rate(source.month, fixed),
            *([fixed["july"].format(month=month_ko(source.month))] if source.month.month == JULY else []),
            fixed["small"],
            fixed["sums"],
            fixed["definitions"],
        )
    )


def _missing(source: BulletinSource, fixed: Mapping[str, str], spans: Mapping[str, str]) -> Iterator[str]:
    """The months that are not in, and what cannot be told without them."""
    needed: dict[str, list[Month]] = {}
    for span, _, _, month in spans_of(source.month):
        if month in source.missing:
            needed.setdefault(span, []).append(month)
    if needed:
        months = sorted({month for found in needed.values() for month in found})
        yield fixed["missing"].format(months=_listed(months), spans="·".join(spans[span] for span in needed))


def _coverage(month: Month, fixed: Mapping[str, str], spans: Mapping[str, str]) -> Iterator[str]:
    entries = spans_of(month)
    only = dict.fromkeys(spans[span] for span, scope, _, _ in entries if scope == "corporations")
    breaks = [each for each in coverage_breaks() if each <= month]
    if only:
        yield fixed["coverage"].format(month=month_ko(breaks[-1]), spans="·".join(only))
    if not any(span == "mean" for span, *_ in entries):
        yield fixed["coverage_mean"].format(month=month_ko(breaks[-1]))


def _rate(month: Month, fixed: Mapping[str, str]) -> Iterator[str]:
    """Every change of the contribution rate between the year before and now."""
    for back in range(YEAR):
        now, before = (
            contribution_for(each).rate_bp for each in (month.shift(-back), month.shift(-back - 1))
        )
        if now != before:
            yield fixed["rate"].format(
                month=month_ko(month.shift(-back)),
                before=number(Decimal(before) / 100, 1),
                after=number(Decimal(now) / 100, 1),
            )


def _listed(months: Sequence[Month]) -> str:
    """Months as a list; several of them as a span where they follow each other."""
    runs: list[list[Month]] = []
    for month in months:
        if runs and runs[-1][-1].shift(1) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join("~".join(month_ko(end) for end in dict.fromkeys([run[0], run[-1]])) for run in runs)
