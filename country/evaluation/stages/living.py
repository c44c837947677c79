"""A simulated country as columns of workplaces by month, with true membership and without any files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from country.country import found
from country.industries import load_industries
from country.law import Law
from country.workplaces import CORPORATION, Flags, Integers
from sogong_pipeline.periods import Month, parse_months
from sogong_pipeline.rates.contribution import contribution_for, coverage_breaks
from sogong_pipeline.stages.likelihood.panel import ABSENT, Amounts, Counts, Panel, panel_of_months

MONTHS = "2021-04..2026-09"
ENROLLED = 1
BASIS_POINTS = 10_000


@dataclass(frozen=True)
class Lived:
    """Workplaces x months; arrays of months have shape (workplaces, months).

    Attributes:
        months: The months; the first begins a quarter, the last ends one.
        subscribers: Heads billed, 0 where a workplace is out of the file.
        payroll: Pay, won.
        area: District, numbers from `districts` on outside, `ABSENT` where it is out of the file.
        division: Two digits of the industry code, shape (workplaces,).
        sector: Sector of the industry, shape (workplaces,).
        corporate: Flags of corporations, shape (workplaces,).
        districts: Number of districts.
    """

    months: list[Month]
    subscribers: Counts
    payroll: Amounts
    area: Counts
    division: Integers
    sector: Integers
    corporate: Flags
    districts: int

    def panel(self, subscribers: Counts | None = None, payroll: Amounts | None = None) -> Panel:
        """Return the columns by quarter, with other figures where given."""
        covered = coverage_breaks()[0]
        quarter = [str(month.quarter) for month in self.months[::3]].index(str(covered.quarter))
        return panel_of_months(
            self.subscribers if subscribers is None else subscribers,
            self.area,
            division=self.division,
            sector=self.sector,
            districts=self.districts,
            payroll=self.payroll if payroll is None else payroll,
            corporate=self.corporate,
            coverage_quarter=quarter,
        )


def live(law: Law, seed: int, districts: int, *, months: str = MONTHS, outside: float = 0.05) -> Lived:
    """Simulate a country without shocks.

    Args:
        law: The law it follows.
        seed: Seed of the country.
        districts: Number of districts.
        months: First and last month.
        outside: Workplaces outside districts as a share of those inside.
    """
    all_months = parse_months(months)
    country = found(seed, law, all_months, outside, districts, is_quiet=True)
    seen = [
        (rows.who.serial[there], rows.subscribers[there], rows.who.district[there], paid, rows.who, there)
        for month, rows, _ in country.live(all_months)
        for there in [np.flatnonzero((rows.status == ENROLLED) & (rows.subscribers > 0))]
        for paid in [rows.billed_krw[there] / (contribution_for(month).rate_bp / BASIS_POINTS)]
    ]
    serials = np.unique(np.concatenate([month[0] for month in seen]))
    shape = serials.size, len(all_months)
    subscribers, payroll = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.float32)
    area = np.full(shape, ABSENT, dtype=np.int32)
    industry, form = np.zeros(serials.size, dtype=np.int64), np.zeros(serials.size, dtype=np.int64)
    for number, (serial, heads, district, paid, who, there) in enumerate(seen):
        row = np.searchsorted(serials, serial)
        subscribers[row, number], payroll[row, number], area[row, number] = heads, paid, district
        industry[row], form[row] = who.industry[there], who.form[there]
    codes = load_industries()
    division = np.array([int(code[:2]) for code in codes.code])
    return Lived(
        months=all_months,
        subscribers=subscribers,
        payroll=payroll,
        area=area,
        division=division[industry],
        sector=codes.sector[industry],
        corporate=form == CORPORATION,
        districts=districts,
    )
