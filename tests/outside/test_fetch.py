"""Fetching: every value, pages and windows, areas by name, revisions as vintages with their date of knowledge."""

from __future__ import annotations

import logging
import zipfile
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.cli.main import app
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.outside.areas import area_called
from sogong_pipeline.outside.fetching import fetch
from sogong_pipeline.outside.indicator import fetched, indicators
from sogong_pipeline.outside.values import TABLE, in_force, vintages
from sogong_pipeline.periods import Month
from sogong_pipeline.warehouse.tables import metadata, schemas, tables_of
from tests.conftest import NOW
from tests.outside.services import KEY, SIDOS, Services, ecos_row, months


def frame(catalogue: Catalogue, indicator: str) -> pd.DataFrame:
    """Return all rows of an indicator in the lake, every vintage."""
    parts = [pd.read_parquet(one.path(TABLE)) for one in vintages(catalogue, indicator)]
    return pd.concat(parts, ignore_index=True)


def test_every_value_of_every_page_arrives(catalogue: Catalogue, services: Services) -> None:
    (added,) = fetch(catalogue, "sme_loan_delinquency").added
    asked = [path.split("/")[6:8] for path, _ in services.asked]
    assert asked == [
        ["1", "1000"],
        ["1001", "2000"],
    ]  # 24 months of 18 areas and 3 groups of banks: 1,296 rows
    rows = frame(catalogue, "sme_loan_delinquency")
    expected = {
        (area, str(month)): Decimal(services.value(area, month))
        for area in services.areas
        for month in months("202410", "202609")
    }
    values = {(row.area_name, row.data_month): row.value for row in rows.itertuples()}
    assert values == expected
    assert (added.values, added.new, added.vintage, added.newest) == (
        len(expected),
        len(expected),
        1,
        "2026-09",
    )
    nation = rows[rows.level == "nation"]
    assert set(nation.area_code) == {"00"}
    assert rows.groupby("data_month").area_code.nunique().eq(18).all()
    assert set(rows.source) == {"한국은행 ECOS 141Y005"}
    assert set(rows.retrieved_at) == {NOW}
    assert list(rows.columns) == [column["name"] for column in schemas()["outside_indicator"]["columns"]]


def test_a_revision_is_a_vintage_and_what_is_gone_stays(catalogue: Catalogue, services: Services) -> None:
    fetch(catalogue, "employment_rate")
    (again,) = fetch(catalogue, "employment_rate").added
    assert (again.vintage, again.new, again.revised) == (None, 0, 0)
    old = services.value
    services.value = lambda area, month: "-" if area == "제주" and month.month == 8 else (
        "61.5" if (area, month) == ("강원", Month(2026, 7)) else old(area, month)
    )  # fmt: skip
    services.last_month = "202610"
    outcome = fetch(catalogue, "employment_rate")
    (third,) = outcome.added
    assert (third.vintage, third.new, third.revised, third.absent) == (2, 18, 1, 2)
    assert outcome.messages == ["employment_rate: 2 values without a number, stored as unknown, not as zero"]
    revised = in_force(catalogue, "employment_rate")["sido", "51", "2026-07"]
    assert (revised.value.value, revised.vintage, revised.replaces) == (Decimal("61.5"), 2, 1)
    assert in_force(catalogue, "employment_rate")["sido", "50", "2026-08"].vintage == 1
    rows = frame(catalogue, "employment_rate")
    assert len(rows) == 24 * 18 + 18 + 1  # nothing was overwritten
    counting = rows.sort_values("vintage").groupby(["level", "area_code", "data_month"]).last()
    assert len(counting) == len(in_force(catalogue, "employment_rate")) == 25 * 18
    first, second = vintages(catalogue, "employment_rate")
    assert zipfile.ZipFile(first.path("answers")).read("answer-001.txt").decode().startswith('[{"ORG_ID"')
    assert second.facts["rows"] == 19


def test_too_many_cells_are_asked_for_in_halves(catalogue: Catalogue, services: Services) -> None:
    def little(path: str, fields: dict[str, str]) -> tuple[int, str] | None:
        span = months(fields["startPrdDe"], fields["endPrdDe"])
        return (200, '{err:"31",errMsg:"조회결과 초과"}') if len(span) > 8 else None

    services.override = little
    (added,) = fetch(catalogue, "manufacturing_stocks").added
    assert added.values == 24 * 18
    spans = [(fields["startPrdDe"], fields["endPrdDe"]) for _, fields in services.asked]
    assert spans[0] == ("202410", "202610")
    answered = [span for span in spans if len(months(*span)) <= 8]
    assert [month for span in answered for month in months(*span)] == months("202410", "202610")


def test_exports_come_month_by_month_or_sido_by_sido(catalogue: Catalogue, services: Services) -> None:
    (sido,) = fetch(catalogue, "exports_sido", Month(2026, 5)).added
    spans = [(fields["strtYymm"], fields["endYymm"]) for _, fields in services.asked]
    assert spans == [(f"2026{month:02d}",) * 2 for month in range(5, 11)]
    assert sido.values == 2 * 18 + 3 * 17  # the nation, 17 시도, from 2026-07 on 16
    rows = in_force(catalogue, "exports_sido")
    assert rows["sido", "48", "2026-06"].value.value == Decimal(1_234_567)
    assert rows["nation", "00", "2026-06"].value.value == Decimal(99_999_999)
    assert {key[1] for key in rows if key[2] == "2026-06"} >= {"29", "46"}
    assert {key[1] for key in rows if key[2] == "2026-07"} >= {"12"}

    services.asked.clear()
    (sigungu,) = fetch(catalogue, "exports_sigungu", Month(2026, 6)).added
    codes = {fields["sidoCd"]: (fields["strtYymm"], fields["endYymm"]) for _, fields in services.asked}
    assert codes["29"] == codes["46"] == ("202606", "202606")
    assert codes["12"] == ("202607", "202610")
    assert len(codes) == 18
    months_of = pd.Series([key[2] for key in in_force(catalogue, "exports_sigungu")]).value_counts()
    assert months_of["2026-09"] == sum(
        len(services.sigungus(code)) for code in codes if code not in {"29", "46"}
    )
    assert sigungu.newest == "2026-09"


@pytest.mark.parametrize(
    ("name", "level", "code", "sido"),
    [
        ("전국", "sido", "00", "00"), ("계", "sido", "00", "00"), ("강원도", "sido", "51", "51"),
        ("강원", "sido", "51", "51"), ("전북특별자치도", "sido", "52", "52"), ("제주도", "sido", "50", "50"),
        ("광주", "sido", "29", "29"), ("전남광주통합특별시", "sido", "12", "12"),
        ("경상남도 창원시 성산구", "sigungu", "48123", "48"), ("경기도 고양시", "sigungu", "41280", "41"),
        ("강원도  춘천시", "sigungu", "51110", "51"), ("세종특별자치시", "sigungu", "36110", "36"),
        ("광주광역시 북구", "sigungu", "12300", "29"),
    ],
)  # fmt: skip
def test_areas_are_matched_by_names_of_any_day(name: str, level: str, code: str, sido: str) -> None:
    area = area_called(name, level)
    assert area is not None
    assert (area.code, area.sido_code) == (code, sido)


def test_what_has_no_area_is_said_and_the_rest_is_kept(catalogue: Catalogue, services: Services) -> None:
    services.areas = [*services.areas, "수도권", "<b>기타\n\x1b[31m"]
    outcome = fetch(catalogue, "sme_loan_delinquency")
    assert outcome.added[0].values == 24 * 18
    (line,) = outcome.messages
    assert "48 values of 2 areas skipped" in line
    assert "'수도권'" in line
    assert "\x1b" not in line
    assert "\n" not in line


def test_the_key_is_in_no_file_line_or_log(
    catalogue: Catalogue, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    outcome = fetch(catalogue, since=Month(2026, 9))
    assert {one.indicator for one in outcome.added} == {one.id for one in fetched()}
    assert (outcome.refused, outcome.without_key) == ({}, [])
    assert len(services.asked) > 20
    hidden = [KEY, "key%2Bof%2Fthe%3Dtests", "key%2Bof/the%3Dtests"]
    assert "GET /api/StatisticSearch/" in caplog.text
    assert not any(form in caplog.text for form in hidden)
    for file in catalogue.settings.home.rglob("*"):
        if file.is_file():
            assert not any(form.encode() in file.read_bytes() for form in hidden), file


def test_without_keys_a_line_names_each_variable_and_where_to_get_it(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOGONG_NOW", NOW)
    monkeypatch.setenv("SOGONG_KOSIS_URL", services.address)
    none = CliRunner().invoke(app, ["outside", "fetch", "employment_rate"])
    assert (none.exit_code, none.output.count("\n")) == (1, 1)
    assert (
        "there is no key for KOSIS; get one at https://kosis.kr/openapi/ and set SOGONG_KOSIS_KEY"
        in none.output
    )
    every = CliRunner().invoke(app, ["outside", "fetch"])
    assert every.exit_code == 1
    assert all(f"set SOGONG_{name}_KEY" in every.output for name in ("ECOS", "KOSIS", "API"))
    assert services.asked == []
    monkeypatch.setenv("SOGONG_KOSIS_KEY", KEY)
    some = CliRunner().invoke(app, ["outside", "fetch"])
    assert some.exit_code == 0
    assert "employment_rate: 432 values to 2026-09, 432 new, 0 revised; vintage 1" in some.output
    assert some.output.count("there is no key for") == 2
    wrong = CliRunner().invoke(app, ["outside", "fetch", "employment"])
    assert wrong.exit_code == 1
    assert "'employment' is not an indicator; known are employment_rate, " in wrong.output


def test_nothing_of_it_leaves_the_lake() -> None:
    assert schemas()["outside_indicator"]["lake_only"]
    assert tables_of("outside") == ()
    assert "outside_indicator" not in metadata().tables


def test_an_indicator_says_all_that_is_needed() -> None:
    for one in indicators().values():
        assert one.title_ko
        assert one.unit
        if one.service != "file":
            assert one.source
            assert one.months_a_call >= 1
            assert one.least_areas >= 16
    assert {one.service for one in indicators().values()} == {"ecos", "kosis", "customs", "file"}
    assert len(SIDOS) == 17
    assert ecos_row("서울", Month(2026, 9), "1")["TIME"] == "202609"


def test_a_month_that_has_not_come_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(RefusedError, match="2026-11 is in the future"):
        fetch(catalogue, "employment_rate", Month(2026, 11))
