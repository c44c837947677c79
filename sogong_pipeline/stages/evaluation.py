"""Performance of the rule sets on simulated countries: the table that the wheel carries."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path


def path() -> Path:
    """Return the path of the table; `python -m country evaluate stages --page` writes it."""
    return Path(__file__).parent / "data" / "rule_evaluation.csv"


@cache
def rule_evaluation() -> tuple[dict[str, str], ...]:
    """Return every figure: law, seed, rule set, measure, kind and size of loss, size of district, interval."""
    with path().open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
