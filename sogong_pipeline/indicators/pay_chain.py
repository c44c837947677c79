"""Chained pay per worker: periods compared directly, and the Julys over which a link is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.rates.contribution import contribution_for, coverage_breaks
from sogong_pipeline.sql_engine import Engine


@dataclass(frozen=True)
class Chain:
    """Chain from a base quarter to the quarter judged.

    Attributes:
        base: Its name.
        scope: `all`, or `corporations` where the file's coverage changed on the way.
        segments: Pairs of periods, quarters or months, inside one July year each.
        julys: The Julys on the way.
    """

    base: str
    scope: str
    segments: tuple[tuple[str, str], ...]
    julys: tuple[Month, ...]


def chain(base: str, base_quarter: Quarter, quarter: Quarter) -> Chain:
    """Return the chain from one quarter to a later one.

    A third quarter lies wholly after its July, so the Julys in between are those after the base's last month up to
    the first month of the quarter judged.
    """
    first, last = base_quarter.months, quarter.months
    julys = tuple(
        july
        for year in range(first[0].year, last[0].year + 1)
        if first[-1] < (july := Month(year, 7)) <= last[0]
    )
    stops = [
        str(base_quarter),
        *(str(stop) for july in julys for stop in (july.shift(-1), july)),
        str(quarter),
    ]
    crosses = any(first[0] < month <= last[-1] for month in coverage_breaks())
    return Chain(
        base,
        "corporations" if crosses else "all",
        tuple(zip(stops[::2], stops[1::2], strict=True)),
        julys,
    )


def chains(quarter: Quarter) -> list[Chain]:
    """Return the chains of a quarter: from the quarter, year and two years before, and from its July year."""
    from_bases = [
        chain(base, quarter.shift(-distance), quarter)
        for base, distance in (("quarter", 1), ("year", 4), ("two_years", 8))
    ]
    since_july = (quarter.number - 3) % 4
    return (
        [*from_bases, chain("july_year", quarter.shift(-since_july), quarter)] if since_july else from_bases
    )


def register_chains(engine: Engine, quarter: Quarter, months: Sequence[Month]) -> list[Month]:
    """Register the chains of a quarter for the query of pay_chain; return the Junes and Julys whose rows it needs.

    Args:
        engine: the engine in which the views are created.
        quarter: the quarter judged.
        months: the months that are in.
    """
    all_chains = chains(quarter)
    julys = sorted(
        {july for one in all_chains for july in one.julys if {july, july.shift(-1)} <= set(months)}
    )
    needed = [month for july in julys for month in (july.shift(-1), july)]
    laws = [contribution_for(month) for month in needed]
    segments = [(one, segment) for one in all_chains for segment in one.segments]
    links = [(one, july) for one in all_chains for july in one.julys]
    views = {
        "chain": pa.table(
            {
                "base": [one.base for one in all_chains],
                "scope": [one.scope for one in all_chains],
                "steps": [len(one.segments) + len(one.julys) for one in all_chains],
            }
        ),
        "chain_segment": pa.table(
            {
                "base": [one.base for one, _ in segments],
                "scope": [one.scope for one, _ in segments],
                "from_period": [segment[0] for _, segment in segments],
                "to_period": [segment[1] for _, segment in segments],
            }
        ),
        "chain_july": pa.table(
            {
                "base": pa.array([one.base for one, _ in links], pa.string()),
                "scope": pa.array([one.scope for one, _ in links], pa.string()),
                "july": pa.array([str(july) for _, july in links], pa.string()),
            }
        ),
        "july_link": pa.table(
            {
                "june": pa.array([str(july.shift(-1)) for july in julys], pa.string()),
                "july": pa.array([str(july) for july in julys], pa.string()),
            }
        ),
        "month_law": pa.table(
            {
                "data_month": pa.array([str(month) for month in needed], pa.string()),
                "rate_bp": pa.array([law.rate_bp for law in laws], pa.int64()),
                "ceiling_krw": pa.array([law.ceiling_krw for law in laws], pa.int64()),
            }
        ),
    }
    for name, table in views.items():
        engine.connection.register(name, table)
    return needed
