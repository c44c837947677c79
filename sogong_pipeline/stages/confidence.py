"""Confidence of proposals: how often a district gets the same stage when its workplaces are resampled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sogong_pipeline.indicators.bootstrap import INDICATORS, Draws, draw
from sogong_pipeline.indicators.shrinkage import percentile, shrink
from sogong_pipeline.stages.rules import RuleSet

FEWEST_TO_SHRINK = 5
"""Fewest workplaces whose draws measure the noise; with fewer, changes are not shrunken."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Odds:
    """Results of the bootstrap draws of one district.

    Attributes:
        reaching_pct: By stage, the share of draws that reach it or a worse one under the rule set, in percent.
        at_or_below_pct: By stage, base and indicator, the share of draws at or below its threshold, in percent.
        standard_error: By base and indicator, in percentage points.
        workplaces: Number of distinct workplaces drawn from.
    """

    reaching_pct: Mapping[str, Decimal]
    at_or_below_pct: Mapping[str, Floats]
    standard_error: Floats
    workplaces: int


def odds_of_districts(pairs: Path, rules: RuleSet) -> dict[str, Odds]:
    """Return the odds of every district that has workplaces, by district.

    Args:
        pairs: rows of `sql/editions/paired_workplace`.
        rules: the rule set, which says how often and with which seed to draw.
    """
    return {
        drawn.district_id: _odds(drawn, rules)
        for drawn in draw(pairs, rules.bases, draws=rules.draws, seed=rules.seed)
    }


def errors_of_districts(pairs: Path, rules: RuleSet) -> dict[str, dict[tuple[str, str], Decimal]]:
    """Return standard errors of changes over workplaces, in points, by district, indicator and base.

    First-order errors of a ratio of two sums over resampled workplaces; computed without drawing.

    Args:
        pairs: file written by `bootstrap.pair_workplaces` for the bases of the rule set.
        rules: the rule set.
    """
    table = pq.read_table(pairs)
    names = table.column("district_id").combine_chunks().dictionary_encode()
    owner, count = names.indices.to_numpy(), len(names.dictionary)
    errors_by_district: dict[str, dict[tuple[str, str], Decimal]] = {
        str(name): {} for name in names.dictionary
    }
    for indicator in rules.indicators:
        for base in rules.bases:
            now, before = (
                table.column(f"{base}_{side}_{indicator}").to_numpy() for side in ("now", "before")
            )
            total, then = (np.bincount(owner, values, count) for values in (now, before))
            known = then > 0
            ratio = np.where(known, total / np.where(known, then, 1.0), np.nan)
            squares = np.bincount(owner, (now - ratio[owner] * before) ** 2, count)
            errors = 100 * np.sqrt(squares) / np.where(known, then, np.nan)
            for district, error in zip(errors_by_district, errors.tolist(), strict=True):
                if not np.isnan(error):
                    errors_by_district[district][indicator, base] = _rounded(error, "0.0001")
    return errors_by_district


def _odds(drawn: Draws, rules: RuleSet) -> Odds:
    change = 100 * (drawn.factor - 1)
    which = [INDICATORS.index(indicator) for indicator in rules.indicators]
    at_or_below: dict[str, Floats] = {}
    reaching: dict[str, Decimal] = {}
    for stage, threshold in rules.thresholds_pct.items():
        breaches = change <= float(threshold)  # NaN breaches no limit
        at_or_below[stage] = 100 * breaches.mean(axis=0)
        enough = breaches[:, :, which].all(axis=1).sum(axis=1) >= rules.at_least
        reaching[stage] = _rounded(100 * enough.mean(), "0.1")
    with np.errstate(invalid="ignore"):
        return Odds(reaching, at_or_below, change.std(axis=0, ddof=1), drawn.workplaces)


def confidence_table(
    facts: Sequence[Mapping[str, Any]], odds: Mapping[str, Odds], rules: RuleSet, edition: str
) -> Iterator[dict[str, Any]]:
    """Yield the rows of change_confidence, by indicator and base, each over all districts."""
    unknown = np.nan
    for b, base in enumerate(rules.bases):
        for indicator in rules.indicators:
            i = INDICATORS.index(indicator)
            column = f"{indicator}_change_{base}_pct"
            changes = np.array([unknown if row[column] is None else float(row[column]) for row in facts])
            odds_by_row = [odds.get(row["district_id"]) for row in facts]
            errors = np.array([one.standard_error[b, i] if one else unknown for one in odds_by_row])
            enough = np.array([one is not None and one.workplaces >= FEWEST_TO_SHRINK for one in odds_by_row])
            shrunken = shrink(changes, np.where(enough, errors, unknown))
            places = percentile(changes)
            for row, one, error, small, place in zip(
                facts, odds_by_row, errors, shrunken, places, strict=True
            ):
                is_known = row[column] is not None and one is not None
                yield {
                    "district_id": row["district_id"],
                    "indicator": indicator,
                    "base": base,
                    "quarter": row["quarter"],
                    "edition": edition,
                    "rule_set": rules.rule_set,
                    "change_pct": row[column],
                    "standard_error_points": _decimal(error, "0.01") if is_known else None,
                    **{
                        f"probability_{stage}_pct": _decimal(one.at_or_below_pct[stage][b, i], "0.1")
                        if one and is_known
                        else None
                        for stage in ("caution", "severe")
                    },
                    "shrunken_change_pct": _decimal(small, "0.01"),
                    "percentile": _decimal(place, "0.1"),
                    "status": row[f"payroll_{base}_status" if indicator == "payroll" else f"{base}_status"],
                }


def _decimal(value: float, places: str) -> Decimal | None:
    """Round half to even; None for NaN."""
    return None if np.isnan(value) else _rounded(value, places)


def _rounded(value: float, places: str) -> Decimal:
    return Decimal(repr(float(value))).quantize(Decimal(places), ROUND_HALF_EVEN)
