"""Tax-office industry codes by sector, drawn with the weights of the real samples."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from country.resources import read_text

NO_CODE = "000000"


@dataclass(frozen=True)
class Industries:
    """The codes in use, ordered by sector, then code; arrays have one entry a code.

    Attributes:
        code: Tax-office code, six digits.
        name: Its Korean name.
        sectors: The sectors' names, in order.
        sector: Index into `sectors`.
        cumulative: Sector index plus the cumulative share of the code within its sector.
        pay_factor: Median pay per head relative to workplaces of the same size.
        turnover_factor: Heads leaving and joining relative to the country's rate.
    """

    code: list[str]
    name: list[str]
    sectors: list[str]
    sector: NDArray[np.int64]
    cumulative: NDArray[np.float64]
    pay_factor: NDArray[np.float64]
    turnover_factor: NDArray[np.float64]

    def draw(self, rng: np.random.Generator, sector: NDArray[np.int64]) -> NDArray[np.int64]:
        """Draw one code for each given sector.

        Args:
            rng: Source of randomness.
            sector: Sector indexes, shape (n,).

        Returns:
            Indexes into `code`, shape (n,).
        """
        return np.searchsorted(self.cumulative, sector + rng.random(sector.size), side="right")


@cache
def load_industries() -> Industries:
    """Read `industry.csv` and `division.csv`."""
    divisions = {row["division"]: row for row in csv.DictReader(read_text("division.csv").splitlines())}
    rows = list(csv.DictReader(read_text("industry.csv").splitlines()))
    rows.sort(key=lambda row: (row["sector"], row["industry_code"]))
    sectors = sorted({row["sector"] for row in rows})
    sector = np.array([sectors.index(row["sector"]) for row in rows])
    weight = np.array([float(row["weight"]) for row in rows])
    share = weight / np.bincount(sector, weights=weight)[sector]
    cumulative = np.cumsum(share)
    cumulative[np.flatnonzero(np.diff(sector, append=len(sectors)))] = np.arange(1, len(sectors) + 1)

    def factor(column: str) -> NDArray[np.float64]:
        return np.array(
            [
                float(divisions[d][column]) if (d := row["industry_code"][:2]) in divisions else 1.0
                for row in rows
            ]
        )

    return Industries(
        code=[row["industry_code"] for row in rows],
        name=[row["industry_name"] for row in rows],
        sectors=sectors,
        sector=sector,
        cumulative=cumulative,
        pay_factor=factor("pay_factor"),
        turnover_factor=factor("turnover_factor"),
    )
