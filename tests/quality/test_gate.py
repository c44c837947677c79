"""Each expectation is tripped by a month that only it objects to, and by no good one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month, parse_months
from sogong_pipeline.quality import suite
from sogong_pipeline.quality.gate import CHECKED
from sogong_pipeline.steps.installation import Installation
from tests.conftest import COUNTRY_MONTHS
from tests.quality.months import (
    MONTH,
    Staged,
    changed,
    check,
    month,
    results,
    staged,
    staged_rows,
)
from tests.quality.spoilt import LARGE, SPOILT, moved
from tests.rows import lines

pytestmark = pytest.mark.slow

ENTRIES = [entry for table in CHECKED for entry in suite.entries(table)]
SEVERITY = {entry["check"]: entry["severity"] for entry in ENTRIES}
Kept = Callable[[int, Month], Staged]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Good months, staged once each."""
    made: dict[tuple[int, Month], Staged] = {}

    def of(count: int, data_month: Month) -> Staged:
        key = count, data_month
        if key not in made:
            folder = tmp_path_factory.mktemp("months") / "good"
            made[key] = staged_rows(folder, month(count, data_month), data_month)
        return made[key]

    return of


def failed(built: Built) -> dict[str, str]:
    """The checks that failed, with their severity."""
    return {name: found["severity"] for name, found in results(built).items() if not found["passed"]}


@pytest.mark.parametrize("count", [1_000, LARGE])
def test_a_good_month_passes_every_check(kept: Kept, tmp_path: Path, count: int) -> None:
    built = check(tmp_path / "checked", kept(count, MONTH), kept(count, MONTH.shift(-1)))
    assert failed(built) == {}
    assert list(results(built)) == list(SEVERITY)
    unknown = {name for name, found in results(built).items() if found["figure"] is None}
    by_sido = {name for name in SEVERITY if name.startswith("sido_") and "before" in name}
    # nothing is said about a first month here, and little about few rows
    still = {"withdrawn_to_month_before", "newly_enrolled_to_month_before"}  # the month before has none
    assert unknown == {"rows_of_a_first_month", *still} | (
        set() if count == LARGE else {"at_ceiling_share", "sido_found_share", "sido_changed_share", *by_sido}
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["check"])
def test_each_expectation_is_tripped_by_its_fault_alone(
    kept: Kept, tmp_path: Path, entry: dict[str, str]
) -> None:
    spoilt = SPOILT[entry["check"]]  # who adds an expectation adds the month that breaks it
    body = lines(spoilt.rows(month(spoilt.count)))
    now = staged(tmp_path / "now", spoilt.body(body) if spoilt.body else body)
    if spoilt.columns:
        pq.write_table(spoilt.columns(pq.read_table(now.rows)), now.rows)
    last = MONTH.shift(-1)
    before = None if spoilt.alone else kept(spoilt.count, last)
    if spoilt.before:
        before = staged_rows(tmp_path / "before", spoilt.before(month(spoilt.count, last)), last)
    built = check(tmp_path / "checked", now, before)
    assert failed(built) == {name: SEVERITY[name] for name in (entry["check"], *spoilt.also)}
    found = results(built)[entry["check"]]
    within = [
        found["least"] is None or found["figure"] >= found["least"],
        found["most"] is None or found["figure"] <= found["most"],
    ]
    assert not all(within), found
    told = [text.split(": ")[0] for text in built.facts[f"failed_{entry['severity']}"]]
    assert entry["check"] in told


def test_no_month_is_spoilt_for_an_expectation_that_is_gone() -> None:
    assert set(SPOILT) == set(SEVERITY)
    assert len(ENTRIES) == len(SEVERITY)


def test_every_expectation_says_why_in_both_languages() -> None:
    for entry in ENTRIES:
        assert entry["severity"] in {"critical", "warning"}
        assert len(entry["reason"]) > 20
        assert len(entry["title_ko"]) >= 5
        assert entry["reason_ko"].endswith(("다.", "음).")), entry["reason_ko"]


def test_a_month_of_which_nothing_could_be_typed_is_stopped(kept: Kept, tmp_path: Path) -> None:
    now = staged_rows(tmp_path / "now", changed(1_000, joined="x")(month()))
    stopped = failed(check(tmp_path / "checked", now, kept(1_000, MONTH.shift(-1))))
    assert {"counted_workplaces", "quarantined_share", "corporations_to_month_before"} <= {
        name for name, severity in stopped.items() if severity == "critical"
    }


def test_a_file_cut_at_a_line_end_is_stopped_by_the_month_before(kept: Kept, tmp_path: Path) -> None:
    now = staged_rows(tmp_path / "now", month()[:500])
    assert failed(check(tmp_path / "checked", now, kept(1_000, MONTH.shift(-1)))) == {
        "corporations_to_month_before": "critical",
        "corporate_subscribers_to_month_before": "critical",
        "nation_found_share": "critical",
        "sido_found_least": "critical",
    }


def test_a_sido_that_is_gone_stops_the_month_and_is_named(kept: Kept, tmp_path: Path) -> None:
    rows = moved(LARGE, "41", where="48")(month(LARGE))
    built = check(tmp_path / "checked", staged_rows(tmp_path / "now", rows), kept(LARGE, MONTH.shift(-1)))
    found = results(built)["sido_corporations_to_month_before"]
    assert not found["passed"]
    assert found["figure"] == 0
    assert found["observed"] == "경기 1.278, 경남 0"


def test_new_coverage_is_no_alarm(kept: Kept, tmp_path: Path) -> None:
    proprietors = changed(400, legal_form="2")(month()[:400])
    for index, cells in enumerate(proprietors):
        cells[1] = f"개인{index}"
    now = staged_rows(tmp_path / "now", month() + proprietors)
    assert failed(check(tmp_path / "checked", now, kept(1_000, MONTH.shift(-1)))) == {}


def test_a_reform_of_codes_is_no_alarm(kept: Kept, tmp_path: Path) -> None:
    """전북 takes its new code from one month to the next: 45 -> 52, as in 2024-01."""
    reform = changed(LARGE, "45", sido_code="52", legal_dong_code="5211110100")
    now = staged_rows(tmp_path / "now", reform(month(LARGE)))
    assert failed(check(tmp_path / "checked", now, kept(LARGE, MONTH.shift(-1)))) == {}


def test_a_january_without_its_new_rate_shows_at_once(kept: Kept, tmp_path: Path) -> None:
    """Bills of 2026-01 at 9.0 %, where the table says 9.5 %."""
    january = Month(2026, 1)
    rows = changed(LARGE, "29", sido_code="29")(month(LARGE, january))
    ceiling = changed(LARGE, billed_amount_krw="2500000")
    now = staged_rows(tmp_path / "now", ceiling(rows), january)
    before = staged_rows(tmp_path / "before", ceiling(month(LARGE, january.shift(-1))), january.shift(-1))
    found = results(check(tmp_path / "checked", now, before, january))
    assert found["pay_to_month_before"]["figure"] == Decimal("0.947368")
    assert not found["pay_to_month_before"]["passed"]
    assert not found["at_ceiling_share"]["passed"]


def test_examples_of_bad_values_cannot_act(kept: Kept, tmp_path: Path) -> None:
    hostile = """<script>'",""" + "9" * 100
    now = staged_rows(tmp_path / "now", changed(20, business_number_prefix=hostile)(month()))
    found = results(check(tmp_path / "checked", now, kept(1_000, MONTH.shift(-1))))
    told = found["business_number_prefix_form"]["observed"]
    assert told == "20 of 1,000 rows, such as '<script>\\'\",999999999'"


def test_a_check_that_cannot_run_does_not_pass_for_one_that_failed(tmp_path: Path) -> None:
    (entry,) = (one for one in ENTRIES if one["check"] == "sido_subscriber_share_most")
    broken = [{**entry, "column_A": "no_such_column"}]
    with pytest.raises(RuntimeError, match=r"^sido_subscriber_share_most: "):
        suite.of_regions(broken, [{"name": "서울", "subscriber_share": 0.1}])


def test_the_simulated_country_is_never_stopped(ingested: Installation) -> None:
    """It is warned of for its size, once, and for shocks that move a 시도 of some 500 corporations."""
    told: dict[str, list[str]] = {}
    for data_month in ingested.passed():
        vintage = ingested.vintage_of(data_month)
        facts = ingested.lake.require("checked", str(data_month), str(vintage)).facts
        assert facts["failed_critical"] == []
        for text in facts["failed_warning"]:
            told.setdefault(text.split(": ")[0], []).append(str(data_month))
    assert len(ingested.passed()) == len(parse_months(COUNTRY_MONTHS))
    assert told.pop("rows_of_a_first_month") == ["2024-01"]
    assert set(told) <= {"sido_corporations_to_month_before_small", "sido_subscribers_to_month_before_small"}
    assert sum(map(len, told.values())) <= 5
