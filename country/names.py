"""Invented workplace names: a style, three syllables unique to one workplace, a trade."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from country.resources import read_yaml

_SCRAMBLE = 1_290_797  # odd, so serial numbers and syllables map one to one


@dataclass(frozen=True)
class NameBook:
    """The parts that names are made of.

    Attributes:
        syllables: 128 syllables; a workplace has three.
        styles: (before, between, after) of every style of every group, in one list.
        style_groups: For each group the first style in the list and the cumulative shares.
        trades: All trades in one list.
        trade_spans: For each sector the first trade in the list and their number.
        building_site_share: Share of construction corporations that are building sites.
    """

    syllables: list[str]
    styles: list[tuple[str, str, str]]
    style_groups: dict[str, tuple[int, NDArray[np.float64]]]
    trades: list[str]
    trade_spans: dict[str, tuple[int, int]]
    building_site_share: float

    @property
    def capacity(self) -> int:
        """Return the number of distinct names."""
        return len(self.syllables) ** 3

    def draw_style(self, rng: np.random.Generator, group: str, count: int) -> NDArray[np.int64]:
        """Style indexes for workplaces of one group, shape (count,)."""
        first, cumulative = self.style_groups[group]
        return first + np.searchsorted(cumulative, rng.random(count), side="right")

    def draw_trade(self, rng: np.random.Generator, sector: str, count: int) -> NDArray[np.int64]:
        """Trade indexes for workplaces of one sector, shape (count,)."""
        first, span = self.trade_spans[sector]
        return rng.integers(first, first + span, count)

    def respelt(self) -> NDArray[np.int64]:
        """Return for each style another one with the same name and a different corporate form, or itself."""
        spoken = [re.sub(r"\(주\)|（주）|주식회사|\s", "", "|".join(style)) for style in self.styles]
        same = [[i for i, other in enumerate(spoken) if other == one] for one in spoken]
        return np.array([group[(group.index(i) + 1) % len(group)] for i, group in enumerate(same)])

    def names(
        self,
        number: NDArray[np.int64],
        style: NDArray[np.int64],
        trade: NDArray[np.int64],
        *,
        quoted: bool,
    ) -> pa.BinaryArray:
        """The names of workplaces as CP949 bytes.

        Args:
            number: Numbers of the syllables, each below `capacity`, shape (n,).
            style: Style indexes, shape (n,).
            trade: Trade indexes, shape (n,).
            quoted: As a cell of a CSV file, quoted where a name holds a quote.

        Returns:
            Names, length n.
        """
        base = len(self.syllables)
        mixed = number * _SCRAMBLE % self.capacity
        before, between, after = (
            _encoded(parts)
            for parts in zip(*(_as_cell(s) if quoted else s for s in self.styles), strict=True)
        )
        syllables = _encoded(self.syllables)
        parts = [
            before.take(pa.array(style)),
            *(syllables.take(pa.array(mixed // base**place % base)) for place in (2, 1, 0)),
            between.take(pa.array(style)),
            _encoded(self.trades).take(pa.array(trade)),
            after.take(pa.array(style)),
        ]
        return pc.binary_join_element_wise(*parts, b"")


def _as_cell(style: tuple[str, str, str]) -> tuple[str, str, str]:
    before, between, after = (part.replace('"', '""') for part in style)
    return (f'"{before}', between, f'{after}"') if '"' in "".join(style) else style


def _encoded(parts: list[str] | tuple[str, ...]) -> pa.BinaryArray:
    return pa.array([part.encode("cp949") for part in parts], pa.binary())


@cache
def load_name_book() -> NameBook:
    """Read `names.yaml`."""
    content = read_yaml("names.yaml")
    styles: list[tuple[str, str, str]] = []
    groups: dict[str, tuple[int, NDArray[np.float64]]] = {}
    for group, entries in content["styles"].items():
        weights = np.cumsum([entry[3] for entry in entries])
        groups[group] = (len(styles), weights / weights[-1])
        styles += [(entry[0], entry[1], entry[2]) for entry in entries]
    trades: list[str] = []
    spans: dict[str, tuple[int, int]] = {}
    for sector, words in content["trades"].items():
        spans[sector] = (len(trades), len(words))
        trades += words
    return NameBook(
        syllables=content["syllables"].split(),
        styles=styles,
        style_groups=groups,
        trades=trades,
        trade_spans=spans,
        building_site_share=content["building_site_share"],
    )
