"""The only rounding there is, against exact fractions."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

from sogong_pipeline.sql_engine import Engine


def test_division_rounds_half_to_even_exactly(tmp_path: Path) -> None:
    rng = random.Random(3)  # noqa: S311 - numbers to try, no secrets
    pairs = [(n, d) for n in range(-13, 14) for d in range(-1, 9)]
    for _ in range(2_000):
        denominator = rng.randint(1, 10 ** rng.randint(1, 18))
        size = 10 ** rng.randint(1, 29)
        pairs.append((rng.randint(-size, size), denominator))
        pairs.append((rng.randint(-(10**6), 10**6) * 2 * denominator + denominator, 2 * denominator))  # ties
    pairs.append((10**37, 10**18))
    values = ", ".join(f"({n}::HUGEINT, {d}::HUGEINT)" for n, d in pairs)
    with Engine(tmp_path) as engine:
        found = engine.rows(f"SELECT n, d, divide_half_even(n, d) AS q FROM (VALUES {values}) AS t(n, d)")
        (unknown,) = engine.rows("SELECT divide_half_even(NULL, 3) AS a, divide_half_even(3, NULL) AS b")
    assert unknown == {"a": None, "b": None}
    assert [row["q"] for row in found] == [round(Fraction(n, d)) if d > 0 else None for n, d in pairs]
