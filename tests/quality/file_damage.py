"""The ways in which a published month is damaged: each column, in the nation or one 시도, and whole rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sogong_pipeline.nps.file.columns import COLUMNS

PLACE = {name: place for place, name in enumerate(COLUMNS)}
Rows = list[list[str]]
Column = list[str]
Change = Callable[[Column, random.Random], Column]


@dataclass(frozen=True)
class Published:
    """A published file: its header line, without the line's end, and its rows of 22 cells."""

    header: bytes
    rows: Rows

    @classmethod
    def of(cls, body: bytes) -> Published:
        """Read the bytes of a file of the simulator."""
        header, _, rest = body.partition(b"\n")
        return cls(header.rstrip(b"\r"), list(csv.reader(io.StringIO(rest.decode("cp949")))))

    def body(self, rows: Rows) -> bytes:
        """Other rows under the same header."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        return self.header + b"\r\n" + text.getvalue().encode("cp949")


@dataclass(frozen=True)
class Damage:
    """One damage of a month.

    Attributes:
        kind: What happened.
        column: To which column; `rows` where whole rows are meant.
        sido: In which 시도 as the file has it; None for the nation.
        seed: Decides between the variants of a kind.
    """

    kind: str
    column: str
    sido: str | None
    seed: int

    def __str__(self) -> str:
        return f"{self.kind} {self.column} in {self.sido or 'the nation'} (seed {self.seed})"


def _emptied(values: Column, draw: random.Random) -> Column:
    empty = draw.choice(["", " ", "-", "NULL", "#N/A"])
    return [empty] * len(values)


def _cut(values: Column, draw: random.Random) -> Column:
    """Without the last word, or the first, or without the end of what is one word."""
    at_end, length = draw.random() < 0.7, draw.choice([1, 2, 3])

    def cut(value: str) -> str:
        before, blank, after = value.rpartition(" ") if at_end else value.partition(" ")
        if blank:
            return before if at_end else after
        return value[:-length] if at_end else value[length:]

    return [cut(value) for value in values]


def _reformatted(values: Column, draw: random.Random) -> Column:
    """Another notation of the same value, as spreadsheets and databases write it."""
    numbers: list[Callable[[str], str]] = [
        lambda value: f"{float(value):.2E}",
        lambda value: f"{int(value):,}",
        lambda value: f"{int(value)}.0",
        lambda value: str(int(value)),
        lambda value: f"{value[:3]}-{value[3:]}",
        lambda value: "".join(chr(ord(digit) + 0xFEE0) for digit in value),
        lambda value: f"'{value}",
    ]
    dates: list[Callable[[dt.date], str]] = [
        lambda day: str((day - dt.date(1899, 12, 30)).days),
        lambda day: f"{day.year}.{day.month}.{day.day}",
        lambda day: f"{day:%m/%d/%Y}",
        lambda day: f"{day:%y-%m-%d}",
        lambda day: f"{day:%d/%m/%y}",
    ]
    texts: list[Callable[[str], str]] = [
        lambda value: value.replace(" ", ""),
        lambda value: value[::-1],
        lambda value: value.replace("특별", "").replace("광역", ""),
        lambda value: f"({value})",
        lambda value: f"{value} 외 1",
    ]
    number, date, text = draw.choice(numbers), draw.choice(dates), draw.choice(texts)

    def reformat(value: str) -> str:
        if value.isdigit():
            return number(value)
        try:
            return date(dt.date.fromisoformat(value))
        except ValueError:
            return text(value)

    return [reformat(value) for value in values]


def _constant(values: Column, draw: random.Random) -> Column:
    common = Counter(values).most_common(1)[0][0]
    value = draw.choice([values[0], values[-1], common, draw.choice(values), "0", "1"])
    return [value] * len(values)


def _repeated(values: Column, draw: random.Random) -> Column:
    """The value of the first of so many rows in each of them, as filling down does."""
    length = draw.choice([2, 3, 10, 100])
    return [values[place - place % length] for place in range(len(values))]


def _shifted(values: Column, draw: random.Random) -> Column:
    by = draw.choice([1, -1, 7])
    return values[by:] + values[:by]


def _scaled(values: Column, draw: random.Random) -> Column:
    """Numbers in another unit."""
    by = draw.choice([10, 1_000])
    up = draw.random() < 0.5
    return [
        value if not value.isdigit() else str(int(value) * by if up else int(value) // by) for value in values
    ]


def _sorted(values: Column, draw: random.Random) -> Column:
    """One column sorted without the others."""
    return sorted(values, reverse=draw.random() < 0.5)


def _half(change: Change) -> Change:
    """The same in the second half of the rows, as where a file was joined from two."""

    def changed(values: Column, draw: random.Random) -> Column:
        middle = len(values) // 2
        return values[:middle] + change(values[middle:], draw)

    return changed


IN_COLUMNS: Mapping[str, Change] = {
    "emptied": _emptied,
    "cut": _cut,
    "reformatted": _reformatted,
    "constant": _constant,
    "repeated": _repeated,
    "shifted": _shifted,
    "scaled": _scaled,
    "sorted": _sorted,
    "half emptied": _half(_emptied),
    "half constant": _half(_constant),
    "half repeated": _half(_repeated),
}
NAMED = ("emptied", "cut", "reformatted", "constant", "repeated")
"""The kinds that are tried twice as often as the rest."""
ROWS = "rows"
OF_ROWS = ("rows of the month before", "rows repeated", "rows lost", "rows of another sido")


def _rows_of_before(rows: Rows, before: Rows, mine: list[int], draw: random.Random) -> Rows:
    """The rows of the month before in their stead, under this month's name."""
    sidos = {rows[place][PLACE["sido_code"]] for place in mine}
    kept, month = set(mine), rows[0][0]
    old = [[month, *row[1:]] for row in before if row[PLACE["sido_code"]] in sidos]
    return [row for place, row in enumerate(rows) if place not in kept] + old


def _rows_repeated(rows: Rows, before: Rows, mine: list[int], draw: random.Random) -> Rows:
    """Each row also in the place of those below it, or all of them twice."""
    if draw.random() < 0.5:
        return rows + [list(rows[place]) for place in mine]
    result, length = list(rows), draw.choice([2, 3, 10])
    for number, place in enumerate(mine):
        result[place] = rows[mine[number - number % length]]
    return result


def _rows_lost(rows: Rows, before: Rows, mine: list[int], draw: random.Random) -> Rows:
    """A third, a half or all of them are not there."""
    lost = set(mine[:: draw.choice([1, 2, 3])])
    return [row for place, row in enumerate(rows) if place not in lost]


def _rows_of_another(rows: Rows, before: Rows, mine: list[int], draw: random.Random) -> Rows:
    """Other rows of the file in their stead."""
    others = [place for place in range(len(rows)) if place not in set(mine)] or mine
    result = list(rows)
    for place in mine:
        result[place] = rows[draw.choice(others)]
    return result


IN_ROWS: Mapping[str, Callable[[Rows, Rows, list[int], random.Random], Rows]] = dict(
    zip(OF_ROWS, (_rows_of_before, _rows_repeated, _rows_lost, _rows_of_another), strict=True)
)


def draw_damage(number: int, sidos: list[str]) -> Damage:
    """The damage of a number; the kinds that are named come twice as often, the nation as often as three 시도."""
    draw = random.Random(number)  # noqa: S311 - invented damage
    kind = draw.choice([*IN_COLUMNS, *NAMED, *OF_ROWS])
    column = ROWS if kind in IN_ROWS else draw.choice(COLUMNS)
    return Damage(kind, column, draw.choice([None, None, None, *sidos]), number)


def damaged(rows: Rows, before: Rows, damage: Damage) -> Rows:
    """Rows of a month with a damage; those of the month before are what some kinds take from."""
    draw = random.Random(damage.seed)  # noqa: S311 - invented damage
    mine = [place for place, row in enumerate(rows) if damage.sido in (None, row[PLACE["sido_code"]])]
    if damage.kind in IN_ROWS:
        return IN_ROWS[damage.kind](rows, before, mine, draw)
    cell = PLACE[damage.column]
    values = IN_COLUMNS[damage.kind]([rows[place][cell] for place in mine], draw)
    result = list(rows)
    for place, value in zip(mine, values, strict=True):
        result[place] = [*rows[place][:cell], value, *rows[place][cell + 1 :]]
    return result
