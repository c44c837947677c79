"""A town without events is unchanged across every break, and changes with any one adjustment switched off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts import addresses, matching
from sogong_pipeline.districts.registry import Registry
from sogong_pipeline.districts.template import read_registry
from sogong_pipeline.factories import evidence
from sogong_pipeline.indicators import month as month_facts
from sogong_pipeline.indicators import pay_chain
from sogong_pipeline.indicators import quarter as quarter_facts
from sogong_pipeline.indicators.month import measure_month
from sogong_pipeline.indicators.pay_chain import Chain
from sogong_pipeline.indicators.quarter import measure_quarter
from sogong_pipeline.industries.divisions import rule_table
from sogong_pipeline.nps.file.staging import stage
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.rates.contribution import Contribution, contribution_for
from sogong_pipeline.sql_engine import query
from sogong_pipeline.workplaces.trace import trace_month
from tests.districts.test_registry import ROW, write
from tests.rows import lines, row

pytestmark = pytest.mark.slow

BEFORE, JUNE, JULY, NOW = Month(2025, 3), Month(2025, 6), Month(2025, 7), Month(2026, 3)
"""On the way: the rate of 2026-01, the ceiling of 2025-07, the coverage of 2025-06, Hwaseong's four gu of 2026-02."""
BILLED = {
    BEFORE: ("270000", "555300"),
    JUNE: ("270000", "555300"),
    JULY: ("270000", "573300"),
    NOW: ("285000", "605140"),
}
"""One head's bill at 3,000,000 won and at the ceiling, by hand from the notices."""
HWASEONG, MANAN = "41591", "41171"
Tables = dict[str, dict[str, dict[str, Any]]]
Patch = Callable[[pytest.MonkeyPatch], None]


def town(month: Month) -> list[list[str]]:
    """25 firms below the ceiling (D1), 25 at it (D2), one that no code leads from; sole proprietors once covered."""
    below, at_ceiling = BILLED[month]
    is_new = month == NOW
    common = {
        "data_month": str(month),
        "subscribers": "1",
        "departed": "0",
        "industry_code": "000000" if is_new else "",
    }
    moved = {"legal_dong_code": "4159134031", "lot_address": "경기도 화성시 만세구 팔탄면"} if is_new else {}
    one = {**common, "billed_amount_krw": below, "postal_code": "18577", **moved}
    other = {
        **common,
        "billed_amount_krw": at_ceiling,
        "legal_dong_code": "4117110100",
        "lot_address": "경기도 안양시 만안구 안양동",
        "postal_code": "14000",
    }
    rows = [row(**one, workplace_name=f"가상정밀{i}") for i in range(25)]
    rows += [row(**other, workplace_name=f"가상금융{i}") for i in range(25)]
    if month < JULY:
        nowhere = {
            "legal_dong_code": "4159099900",
            "lot_address": "경기도 화성시 없는동",
            "postal_code": "18000",
        }
        rows.append(row(**{**one, **nowhere}, workplace_name="가상상사"))
    if month > BEFORE:
        rows += [row(**one, legal_form="2", workplace_name=f"가상의원{i}") for i in range(5)]
    return rows


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> dict[Month, tuple[Path, Path]]:
    measured_tables = {}
    for month in BILLED:
        folder = tmp_path_factory.mktemp(str(month))
        raw = folder / "town.csv"
        raw.write_bytes(lines(town(month)))
        workplace = stage(raw, raw.name, month, folder).files["workplace"]
        measured_tables[month] = (
            workplace,
            trace_month(workplace, month, None, folder).files["workplace_trace"],
        )
    return measured_tables


def measured(staged: dict[Month, tuple[Path, Path]], folder: Path, *chosen: Month) -> Tables:
    """Return the quarter's tables by key from the given months, under the current patches."""
    registry = write(
        folder / "registry.csv",
        {**ROW, "legal_dong_codes": "4159036031"},
        {
            **ROW,
            "district_id": "D2",
            "sigungu_code": MANAN,
            "legal_dong_codes": "4117110100",
            "postal_codes": "14000",
        },
    )
    districts = Registry.of(read_registry(registry)).on(NOW.quarter.last_day)
    months: dict[Month, Any] = {}
    for month in chosen:
        workplace, trace = staged[month]
        workspace = folder / str(month)
        workspace.mkdir()
        matched = matching.match(workplace, trace, districts, month, workspace).files
        facts = measure_month(matched["district_member"], districts, month, workspace).files
        months[month] = SimpleNamespace(
            matched=SimpleNamespace(path=matched.__getitem__),
            measured=SimpleNamespace(path=facts.__getitem__),
        )
    files = measure_quarter(months, districts.districts, NOW.quarter, "still", folder)

    def rows(table: str, *keys: str) -> dict[str, dict[str, Any]]:
        return {" ".join(one[key] for key in keys): one for one in pq.read_table(files[table]).to_pylist()}

    return {
        "district": rows("fact_district_quarter", "district_id"),
        "region": rows("fact_region_quarter", "region_code"),
        "industry": rows("fact_district_industry_quarter", "district_id", "division"),
        "chain": rows("pay_chain", "level", "area", "base"),
    }


def rate_is_taken_out(tables: Tables) -> None:
    assert tables["district"]["D1"]["payroll_change_year_pct"] == 0
    assert tables["district"]["D1"]["pay_per_worker_change_year_pct"] == 0


def ceiling_is_bounded_and_flagged(tables: Tables) -> None:
    facts = tables["district"]["D2"]
    rise = facts["payroll_change_year_pct"]
    assert rise > 3  # nobody earns more, the ceiling rose from 6,170,000 to 6,370,000
    assert facts["payroll_year_ceiling_bound_points"] >= rise
    assert facts["payroll_year_status"] == "unadjusted_break"


def ceiling_share_is_of_the_month(tables: Tables) -> None:
    assert tables["district"]["D2"]["ceiling_share_pct"] == 100


def the_chain_is_linked_below_the_ceiling(tables: Tables) -> None:
    """Over July only by who was below the ceiling then: neither its rise nor a firm that closed is a rise of pay."""
    assert tables["region"]["00"]["pay_per_worker_change_year_pct"] > 1
    chained = tables["chain"]["nation 00 year"]
    assert (chained["pay_per_worker_change_pct"], chained["linked_workplaces"], chained["status"]) == (
        0,
        25,
        "ok",
    )
    assert tables["chain"]["district D1 year"]["pay_per_worker_change_pct"] == 0
    assert (
        tables["chain"]["district D2 year"]["status"] == "not_computable"
    )  # none of its workplaces is below


def coverage_is_left_out(tables: Tables) -> None:
    facts = tables["district"]["D1"]
    assert facts["year_scope"] == "corporations"
    assert facts["workplaces"] == 30
    assert facts["workplaces_change_year_pct"] == facts["workers_change_year_pct"] == 0


def regions_are_followed(tables: Tables) -> None:
    facts = tables["region"][HWASEONG]
    assert facts["workplaces_change_year_pct"] == 0
    assert tables["district"]["D1"]["workplaces_change_year_pct"] == 0


def what_cannot_be_followed_is_flagged(tables: Tables) -> None:
    assert tables["region"][HWASEONG]["year_status"] == "unadjusted_break"


def missing_industries_are_one(tables: Tables) -> None:
    assert tables["industry"]["D1 unknown"]["workers_change_year_pct"] == 0


def _law(**frozen: int) -> Callable[[Month], Contribution]:
    return lambda month: replace(contribution_for(month), **frozen)


def no_rate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(month_facts, "contribution_for", _law(rate_bp=900))


def no_ceiling_rise(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(quarter_facts, "contribution_for", _law(ceiling_krw=6_170_000))


def ceiling_of_later(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(month_facts, "contribution_for", _law(ceiling_krw=6_590_000))


def no_july_link(patch: pytest.MonkeyPatch) -> None:
    def direct(base: str, base_quarter: Quarter, quarter: Quarter) -> Chain:
        return Chain(base, "corporations", ((str(base_quarter), str(quarter)),), ())

    patch.setattr(pay_chain, "chain", direct)


def link_by_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pay_chain, "contribution_for", _law(ceiling_krw=100_000_000))


def no_coverage(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(quarter_facts, "coverage_breaks", lambda: ())


def no_successors(patch: pytest.MonkeyPatch) -> None:
    known = evidence.today_of_codes()
    patch.setattr(evidence, "today_of_codes", lambda: known.slice(0, 0))
    names = evidence.today_of_names()
    patch.setattr(evidence, "today_of_names", lambda: names.slice(0, 0))


def zeros_are_a_code(patch: pytest.MonkeyPatch) -> None:
    zeros = pa.concat_tables([rule_table(), pa.table({"code_prefix": ["000000"], "division": ["00"]})])
    text = query("addresses", "row_trade").replace("NOT IN ('000000', '999999')", "<> '999999'")
    patch.setattr(addresses, "rule_table", lambda: zeros)
    patch.setattr(
        addresses, "query", lambda layer, table: text if table == "row_trade" else query(layer, table)
    )


def no_reforms(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(quarter_facts, "area_breaks", lambda _: [("nowhere", "2026-02", ["nowhere"])])


CASES = [
    (rate_is_taken_out, no_rate),
    (ceiling_is_bounded_and_flagged, no_ceiling_rise),
    (ceiling_share_is_of_the_month, ceiling_of_later),
    (the_chain_is_linked_below_the_ceiling, no_july_link),
    (the_chain_is_linked_below_the_ceiling, link_by_all),
    (coverage_is_left_out, no_coverage),
    (regions_are_followed, no_successors),
    (what_cannot_be_followed_is_flagged, no_reforms),
    (missing_industries_are_one, zeros_are_a_code),
]


def test_nothing_moves_across_the_breaks(staged: dict[Month, tuple[Path, Path]], tmp_path: Path) -> None:
    tables = measured(staged, tmp_path, *BILLED)
    for holds, _ in CASES:
        holds(tables)


@pytest.mark.parametrize(("holds", "off"), CASES, ids=lambda case: case.__name__)
def test_it_moves_with_the_adjustment_off(
    holds: Callable[[Tables], None],
    off: Patch,
    staged: dict[Month, tuple[Path, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    off(monkeypatch)
    names = BILLED if holds is the_chain_is_linked_below_the_ceiling else (BEFORE, NOW)
    with pytest.raises((AssertionError, KeyError)):
        holds(measured(staged, tmp_path, *names))
