"""Each month is written in the form of its time, which does not affect the identity of workplaces."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from country.country import write_country
from sogong_pipeline.nps.file.columns import vintage_for
from sogong_pipeline.nps.file.staging import stage
from sogong_pipeline.periods import Month, parse_months

DAY = r"(198[89]|199\d|20[012]\d)"
WRITTEN = {
    "2015-11": ("V1", "201511", rf"{DAY}\d{{4}}", "00010101", b"\n", ","),
    "2020-02": ("V1", "202002", rf"{DAY}\d{{4}}", "00010101", b"\n", ","),
    "2020-03": ("V2", "202003", rf"{DAY}\d{{4}}", "00010101", b"\r\n", ","),
    "2021-03": ("V2", "2021-03", rf"{DAY}-\d\d-\d\d", "0001-01-01", b"\r\n", ","),
    "2021-09": ("V2", "2021-09", rf"{DAY}-\d\d-\d\d", "0001-01-01", b"\n", ", "),
    "2021-10": ("V3", "2021-10", rf"{DAY}-\d\d-\d\d", "", b"\r\n", ","),
    "2022-12": ("V3", "2022-12", rf"{DAY}-\d\d-\d\d", "", b"\r\n", ", "),
    "2023-01": ("V3", "2023-01", rf"{DAY}-\d\d-\d\d", "", b"\r\n", ","),
}
"""Header, month, dates, no date, line end, and what stands between names."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of a country that begins with the source, by month."""
    folder = tmp_path_factory.mktemp("since_2015")
    months = parse_months("2015-11..2023-01")
    write_country(folder, seed=3, months=months, districts=5)
    paths = sorted((folder / "files").iterdir(), key=lambda path: path.stem[-8:])
    return dict(zip(map(str, months), paths, strict=True))


@pytest.mark.parametrize("month", WRITTEN)
def test_a_month_is_written_as_its_time_wrote_it(files: dict[str, Path], month: str) -> None:
    vintage, data_month, date, no_date, line_end, between = WRITTEN[month]
    header, *rows = files[month].read_bytes().decode("cp949").split(line_end.decode())
    assert rows.pop() == ""
    assert not any("\r" in row for row in rows)
    published = vintage_for(Month.parse(month))
    assert published.name == vintage
    assert header.replace('"', "") == between.join(published.header)
    assert header.count('"') == 2 * sum("\t" in name for name in published.header)
    days = set()
    for row in rows:
        cells = row.rsplit(",", 7)
        assert row.startswith(f"{data_month},")
        assert all(re.fullmatch(rf"{date}|{re.escape(no_date)}", day) for day in cells[1:4]), row
        days |= set(cells[1:4])
    assert no_date in days
    assert len(days) > 50


def test_a_workplace_reads_the_same_however_it_was_written(files: dict[str, Path], tmp_path: Path) -> None:
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    met = old = 0
    for month in WRITTEN:
        folder = tmp_path / month
        folder.mkdir()
        built = stage(files[month], month, Month.parse(month), folder)
        assert built.facts["header_vintage"] == WRITTEN[month][0]
        assert (built.facts["header_differences"], built.facts["quarantined_rows"]) == ([], 0)
        for row in pq.read_table(built.files["workplace"]).to_pylist():
            assert (row["withdrawn_on"] is None) == (row["status"] == 1)
            steady = {name: row[name] for name in ("enrolled_on", "re_enrolled_on", "legal_dong_code")}
            met += seen.setdefault((row["workplace_name"], row["business_number_prefix"]), steady) == steady
            assert seen[row["workplace_name"], row["business_number_prefix"]] == steady
            if re.fullmatch(r"\d{3}-\d{3}", row["postal_code"]):
                old += 1
                assert row["road_address"] is None
                assert month < "2023-01"
            else:
                assert re.fullmatch(r"\d{5}", row["postal_code"])
    assert met > 2 * len(seen)
    assert old > 0
