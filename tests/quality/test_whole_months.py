"""No damaged month that the gates pass makes good districts alarming; no undamaged month is stopped or held.

`make test` tries thirty damaged months, `make soak` 1,500 (or SOGONG_SOAK_MONTHS) and writes what became of each kind
to `.soak/damaged_months_<part>.txt`. The months are those of a small country; a damage is drawn by its number.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from country.country import write_country
from sogong_pipeline.periods import Month, parse_months
from sogong_pipeline.quality.standing import standing
from sogong_pipeline.settings import Settings
from sogong_pipeline.stages.rules import DEFAULT, names
from sogong_pipeline.steps import quarters
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW, Country
from tests.quality.file_damage import draw_damage
from tests.quality.whole_months import Trial, Tried, account

pytestmark = pytest.mark.slow
IS_SOAK = bool(os.environ.get("SOGONG_SOAK"))
MONTH = Month(2026, 9)
QUARTER_MONTHS = (7, 8, 9) if IS_SOAK else (9,)
"""The months of the years before that are in: in `make test` those that a comparison cannot do without."""
TRIED = int(os.environ.get("SOGONG_SOAK_MONTHS", "1500")) if IS_SOAK else 30
PARTS = 6 if IS_SOAK else 1
ONE_IN = 1_000
REPORT = Path(__file__).parents[2] / ".soak" / "damaged_months.txt"
SEEDS = {1: 1, 2: 2}
"""The law of each undamaged country, with its seed."""


@pytest.fixture(scope="module")
def small(made_once: Callable[[str, Callable[[Path], object]], Path]) -> Country:
    """Forty districts and their surroundings, 3,200 rows a month."""
    months = parse_months("2024-07..2026-09")
    return Country(
        made_once("small", lambda folder: write_country(folder, seed=1, months=months, districts=40))
    )


@pytest.fixture(scope="module")
def base(small: Country, made_once: Callable[[str, Callable[[Path], object]], Path]) -> Installation:
    """Its months before the one that is damaged, as far as the month's quarter is compared with them."""
    earlier = [Month(year, month) for year in (2024, 2025) for month in QUARTER_MONTHS]
    earlier += [MONTH.shift(-back) for back in ((2, 1) if IS_SOAK else (1,))]

    def fill(home: Path) -> None:
        pipeline = Installation(Settings(home=home, now=NOW))
        pipeline.registry.load(small.registry)
        for month in earlier:
            pipeline.months.ingest(month, str(small.file_of(month)))

    return Installation(Settings(home=made_once("small_lake", fill), now=NOW))


def tried(base: Installation, small: Country, numbers: range, folder: Path) -> list[Tried]:
    """What becomes of the damaged months of some numbers."""
    files = small.file_of(MONTH), small.file_of(MONTH.shift(-1))
    trial = Trial(base, MONTH, *files, names() if IS_SOAK else [DEFAULT], folder)
    return [trial.run(draw_damage(number, trial.sidos)) for number in numbers]


@pytest.mark.parametrize("part", range(PARTS))
def test_what_the_gates_pass_turns_no_good_district(
    base: Installation, small: Country, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    if not IS_SOAK:  # one rule set tells, and costs a third
        monkeypatch.setattr(quarters, "names", lambda: [DEFAULT])
    length = TRIED // PARTS
    found = tried(base, small, range(part * length, (part + 1) * length), tmp_path)
    text = account(found)
    logging.info("%s", text)
    if IS_SOAK:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.with_stem(f"{REPORT.stem}_{part}").write_text(text, encoding="utf-8")
    proposals, turned = (sum(getattr(each, name) for each in found) for name in ("proposals", "turned"))
    assert sum(each.outcome == "stopped" for each in found) > len(found) / 4, text
    assert proposals > 0, text
    assert turned * ONE_IN <= proposals, text
    assert not any(each.severe for each in found), text
    assert not any(each.sure for each in found), text


@pytest.mark.parametrize("law", SEEDS)
def test_no_undamaged_month_is_stopped_or_held(tmp_path: Path, law: int) -> None:
    """In `make soak` all 131 with every break and reform, in `make test` the last reform, 29 and 46 to 12."""
    months = parse_months("2015-11..2026-09" if IS_SOAK else "2026-06..2026-07")
    folder = tmp_path / "country"
    write_country(folder, seed=SEEDS[law], law_version=law, months=months, districts=40)  # type: ignore[arg-type]
    country, pipeline = Country(folder), Installation(Settings(home=tmp_path / "home", now=NOW))
    pipeline.registry.load(country.registry)
    for month in months:
        (state,) = pipeline.months.ingest(month, str(country.file_of(month)))
        found = standing(pipeline, month, state.vintage)
        assert (found.stopping, found.holding) == ([], []), month
    assert pipeline.passed() == months
