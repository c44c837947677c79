from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from country.industries import load_industries
from sogong_pipeline.industries.divisions import UNKNOWN, classify, divisions, rules


@pytest.mark.parametrize(
    ("code", "division", "quality"),
    [
        ("292903", "29", "layout"),
        ("289201", "25", "layout"),
        ("155102", "11", "exact"),
        ("242301", "21", "exact"),
        ("221100", "58", "exact"),
        ("371000", "38", "exact"),
        ("402001", "35", "exact"),
        ("722002", "58", "layout"),
        ("722005", "62", "exact"),
        ("940926", UNKNOWN, UNKNOWN),
        ("000000", UNKNOWN, UNKNOWN),
        ("999999", UNKNOWN, UNKNOWN),
        (None, UNKNOWN, UNKNOWN),
    ],
)
def test_the_longest_prefix_gives_the_division(code: str | None, division: str, quality: str) -> None:
    assert classify(code) == (division, quality)


def test_every_rule_leads_to_a_division_and_says_how_sure_it_is() -> None:
    assert {rule.division for rule in rules()} <= set(divisions())
    assert {rule.quality for rule in rules()} == {"exact", "layout"}
    assert len({rule.code_prefix for rule in rules()}) == len(rules())


def is_manufacturing_by_code(code: str) -> bool:
    return 15 <= int(code[:2]) <= 36 and not code.startswith("221")


def check_flag(codes: list[str]) -> None:
    for code in codes:
        division, _ = classify(code)
        assert (division in divisions() and divisions()[division].is_manufacturing) == (
            is_manufacturing_by_code(code)
        ), code


def test_manufacturing_is_15_to_36_less_publishing() -> None:
    check_flag(load_industries().code)
    check_flag([f"{number:06d}" for number in range(0, 1_000_000, 101)])


def test_real_codes_are_placed(test_data: Path) -> None:
    with (test_data / "nps" / "industry_codes_seen.csv").open(encoding="utf-8") as file:
        seen = {row["code"]: row for row in csv.DictReader(file)}
    check_flag(list(seen))
    unplaced = {code for code in seen if classify(code)[0] == UNKNOWN}
    assert all(re.match("94|000000|999999|3810", code) for code in unplaced), unplaced
    weight = sum(int(row["n"]) for code, row in seen.items() if code not in unplaced)
    assert weight > 0.94 * sum(int(row["n"]) for row in seen.values())
