"""Tabulate the newest values of outside indicators per area; counts values of areas without a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.outside.indicator import Indicator, indicators
from sogong_pipeline.outside.values import Row as Held
from sogong_pipeline.outside.values import in_force
from sogong_pipeline.pages.geography import region_name
from sogong_pipeline.pages.parts import Cell, Column, Row, Table
from sogong_pipeline.pages.wording import NONE, clean, month_ko, number, texts
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.regions.reference import current_code
from sogong_pipeline.trends.texts import words
from sogong_pipeline.vocabulary import NATION

SHOWN_DECIMALS = 2
LEVELS = ("nation", "sido", "sigungu", "district")


def outside_tables(catalogue: Catalogue, quarter: Quarter) -> dict[str, Sequence[Table]]:
    """Return the tables of newest values up to the end of a quarter, by area of the trend.

    Areas without values have no entry.

    Args:
        catalogue: the installation.
        quarter: the quarter; later months are not shown.
    """
    last, rows = str(quarter.months[-1]), defaultdict[str, list[Row]](list)
    for indicator in indicators().values():
        by_page: dict[str, list[Held]] = defaultdict(list)
        for one in in_force(catalogue, indicator.id).values():
            if one.value.data_month <= last:
                by_page[_page(one.value.sido_code)].append(one)
        for area, values in by_page.items():
            rows[area] += _rows(indicator, values)
    return {area: (_table(lines),) for area, lines in rows.items()}


def _page(sido_code: str) -> str:
    """Return the area whose page shows values of a 시도: the current one, also for the view of seventeen."""
    return NATION if sido_code == NATION else current_code(sido_code) or sido_code


def _rows(indicator: Indicator, values: Iterable[Held]) -> list[Row]:
    """Return the newest value of the nation or of each 시도; for smaller areas the number with a value."""
    rows = []
    ordered = sorted(values, key=lambda one: (LEVELS.index(one.value.level), one.value.key))
    for level, group in groupby(ordered, key=lambda one: one.value.level):
        newest: Mapping[str, Held] = {one.value.area_code: one for one in group}
        if level in {"nation", "sido"}:
            rows += [_row(indicator, one, _name(one), one.value) for one in newest.values()]
        else:
            latest = max(newest.values(), key=lambda one: one.value.data_month)
            name = words()["outside"][level].format(count=number(len(newest)))
            rows.append(_row(indicator, latest, name, None))
    return rows


def _row(indicator: Indicator, stored: Held, area: str, shown: object) -> Row:
    value = stored.value
    digits = min(SHOWN_DECIMALS, max(0, -int(value.value.normalize().as_tuple().exponent)))
    figure = Cell(number(value.value, digits), value.value) if shown else Cell(NONE)
    return Row(
        (
            Cell(indicator.title_ko),
            Cell(area),
            Cell(month_ko(Month.parse(value.data_month))),
            figure,
            Cell(clean(value.unit)),
            Cell(clean(value.source)),
            Cell(stored.retrieved_at[:10]),
        )
    )


def _name(stored: Held) -> str:
    code = stored.value.area_code
    return texts().report["nation"] if code == NATION else region_name(code)


def _table(rows: Sequence[Row]) -> Table:
    wording = words()["outside"]
    labels = wording["columns"]
    columns = tuple(Column(label, "number" if key == "value" else "text") for key, label in labels.items())
    return Table("outside", wording["caption"], columns, tuple(rows), (wording["note"],))
