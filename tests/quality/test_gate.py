"""Each expectation is tripped by a month that only it objects to, and by no good one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.nps.staging import stage
from sogong_pipeline.periods import Month
from sogong_pipeline.quality.gate import CHECKED, check_month
from sogong_pipeline.quality.suite import suite
from tests.rows import lines, row

MONTH = Month(2022, 4)
SIDOS = ["11", "26", "27", "28", "29", "30", "31", "36", "41", "42", "43", "44", "45", "46", "47", "48", "50"]
Rows = list[list[str]]


def good(month: Month = MONTH, count: int = 1_000) -> Rows:
    """A small month nobody can object to."""
    return [
        row(
            data_month=str(month),
            workplace_name=f"가상상사{index}",
            sido_code=SIDOS[index % len(SIDOS)],
            subscribers="10",
            billed_amount_krw="2500000",
        )
        for index in range(count)
    ]


def changed(count: int, **changes: str) -> Callable[[Rows], Rows]:
    """The same month with some values changed in its first rows."""

    def change(rows: Rows) -> Rows:
        base = good()
        names = list(dict(zip(row_names(), base[0], strict=True)))
        for cells in rows[:count]:
            for name, value in changes.items():
                cells[names.index(name)] = value
        return rows

    return change


def row_names() -> list[str]:
    from tests.rows import ROW

    return list(ROW)


def failures(folder: Path, rows: Rows, before: Rows | None = None) -> dict[str, str]:
    """The expectations that fail on a month, with their severity."""
    paths = []
    for name, month, content in (("now", MONTH, rows), ("before", MONTH.shift(-1), before)):
        if content is None:
            continue
        workspace = folder / name
        workspace.mkdir()
        (workspace / "raw.csv").write_bytes(lines(content))
        built = stage(workspace / "raw.csv", "raw.csv", month, workspace)
        paths.append((built.files["workplace"], built.facts["quarantined_rows"]))
    checks = folder / "checks"
    checks.mkdir()
    built = check_month(
        paths[0][0], paths[1][0] if before else None, MONTH, "abc", paths[0][1], workspace=checks
    )
    results = pq.read_table(built.files["quality_check"]).to_pylist()
    assert len(results) == sum(len(suite(table)) for table in CHECKED)
    failed = {result["check"]: result["severity"] for result in results if not result["passed"]}
    told = {text.split(": ")[0] for text in (*built.facts["failed_critical"], *built.facts["failed_warning"])}
    assert told == set(failed)
    return failed


def test_a_good_month_passes_alone_and_beside_the_month_before(tmp_path: Path) -> None:
    assert failures(tmp_path, good(), good(MONTH.shift(-1))) == {}


@pytest.mark.parametrize(
    ("change", "check", "severity"),
    [
        (changed(1, workplace_name=""), "not_be_null(workplace_name)", "critical"),
        (changed(20, business_number_prefix="12-345"), "match_regex(business_number_prefix)", "warning"),
        (changed(1, legal_dong_code="41590360311"), "match_regex(legal_dong_code)", "critical"),
        (changed(30, legal_dong_code="0"), "not_be_null(legal_dong_code)", "critical"),
        (changed(30, postal_code="12-34"), "match_regex(postal_code)", "warning"),
        (changed(60, industry_code="ABCDEF"), "match_regex(industry_code)", "warning"),
        (
            changed(1, subscribers="400000", billed_amount_krw="100000000000"),
            "be_between(subscribers)",
            "critical",
        ),
        (changed(20, subscribers="x"), "be_between(quarantined_share)", "critical"),
        (changed(5, billed_amount_krw="2500010"), "be_between(odd_amount_share)", "critical"),
        (changed(5, billed_amount_krw="9000000"), "be_between(above_ceiling_share)", "warning"),
        (changed(20, billed_amount_krw="20000"), "be_between(below_floor_share)", "warning"),
        (changed(1_000, sido_code="41"), "be_between(sidos)", "warning"),
        (changed(1_000, status="2"), "be_between(counted_workplaces)", "critical"),
    ],
)
def test_each_expectation_is_tripped_by_its_fault_alone(
    tmp_path: Path, change: Callable[[Rows], Rows], check: str, severity: str
) -> None:
    assert failures(tmp_path, change(good())) == {check: severity}


def test_a_month_of_which_nothing_could_be_typed_is_stopped(tmp_path: Path) -> None:
    failed = failures(tmp_path, changed(1_000, subscribers="x")(good()))
    assert {check for check, severity in failed.items() if severity == "critical"} == {
        "be_between(counted_workplaces)",
        "be_between(quarantined_share)",
    }


def test_unreadable_bytes_are_a_warning(tmp_path: Path) -> None:
    workspace = tmp_path / "now"
    workspace.mkdir()
    (workspace / "raw.csv").write_bytes(lines(good()).replace("가상상사1".encode("cp949"), b"A\xffB", 5))
    built = stage(workspace / "raw.csv", "raw.csv", MONTH, workspace)
    checked = check_month(built.files["workplace"], None, MONTH, "abc", 0, workspace=tmp_path)
    assert checked.facts["failed_critical"] == []
    (told,) = checked.facts["failed_warning"]
    assert told.startswith(
        "be_between(unreadable_share): 0.005, expected at most 0.001 (Bytes that are no CP949"
    )


def test_a_file_cut_at_a_line_end_is_stopped_by_the_month_before(tmp_path: Path) -> None:
    assert failures(tmp_path, good()[:500], good(MONTH.shift(-1))) == {
        "be_between(corporations_to_month_before)": "critical",
        "be_between(corporate_subscribers_to_month_before)": "critical",
    }


def test_new_coverage_is_no_alarm(tmp_path: Path) -> None:
    proprietors = [[*cells[:12], "2", *cells[13:]] for cells in good()[:400]]
    for index, cells in enumerate(proprietors):
        cells[1] = f"개인{index}"
    assert failures(tmp_path, good() + proprietors, good(MONTH.shift(-1))) == {}


def test_every_expectation_has_a_reason_and_a_severity() -> None:
    for table in CHECKED:
        for expectation in suite(table):
            assert expectation["severity"] in {"critical", "warning"}
            assert len(expectation["reason"]) > 20
