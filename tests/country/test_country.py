"""The simulated country as files: in the form of the real source, byte for byte reproducible."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from country.country import CountrySummary, write_country
from sogong_pipeline.districts.template import read_registry
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.columns import COLUMNS, V3_HEADER
from sogong_pipeline.periods import Month, parse_months
from sogong_pipeline.rates.contribution import contribution_for
from sogong_pipeline.regions.reference import regions

MONTHS = parse_months("2025-04..2025-08")
Row = dict[str, str]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CountrySummary]:
    folder = tmp_path_factory.mktemp("small")
    return folder, write_country(folder, seed=3, months=MONTHS, districts=40)


@pytest.fixture(scope="module")
def rows(small: tuple[Path, CountrySummary]) -> dict[Month, list[Row]]:
    return {month: list(_rows(small[0], month)) for month in MONTHS}


def _path(folder: Path, month: Month) -> Path:
    after = str(month.shift(1)).replace("-", "")
    (path,) = [path for path in (folder / "files").iterdir() if f"_{after}" in path.name]
    return path


def _rows(folder: Path, month: Month) -> Iterator[Row]:
    text = _path(folder, month).read_bytes().decode("cp949")  # strict: every byte must be CP949
    lines = csv.reader(text.splitlines())
    assert tuple(next(lines)) == V3_HEADER
    for cells in lines:
        assert len(cells) == 22
        yield dict(zip(COLUMNS, cells, strict=True))


@pytest.mark.slow
def test_the_same_arguments_write_the_same_bytes_on_any_number_of_cores(
    small: tuple[Path, CountrySummary], tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    program = (
        "import os, sys; from pathlib import Path; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from sogong_pipeline.periods import parse_months\n"
        "from country.country import write_country\n"
        "write_country(Path(sys.argv[1]), seed=3, months=parse_months('2025-04..2025-08'), districts=40)\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "5"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env=environment)
    assert digest_tree(tmp_path) == digest_tree(small[0])


def test_a_longer_series_holds_the_shorter_one(small: tuple[Path, CountrySummary], tmp_path: Path) -> None:
    write_country(tmp_path, seed=3, months=parse_months("2025-03..2025-09"), districts=40)
    for month in MONTHS:
        assert _path(tmp_path, month).read_bytes() == _path(small[0], month).read_bytes()
    assert (tmp_path / "registry.csv").read_bytes() == (small[0] / "registry.csv").read_bytes()


def test_another_seed_is_another_country(small: tuple[Path, CountrySummary], tmp_path: Path) -> None:
    write_country(tmp_path, seed=4, months=MONTHS[:1], districts=40)
    assert _path(tmp_path, MONTHS[0]).read_bytes() != _path(small[0], MONTHS[0]).read_bytes()


def test_the_label_is_a_day_of_extraction_and_the_month_stands_inside(
    small: tuple[Path, CountrySummary], rows: dict[Month, list[Row]]
) -> None:
    for month in MONTHS:
        label = dt.datetime.strptime(_path(small[0], month).stem[-8:], "%Y%m%d").replace(tzinfo=dt.UTC)
        assert (label.year, label.month) == (month.shift(1).year, month.shift(1).month)
        assert 17 <= label.day <= 26
        assert {row["data_month"] for row in rows[month]} == {str(month)}


def test_lines_end_as_published_and_cells_hold_none(small: tuple[Path, CountrySummary]) -> None:
    content = _path(small[0], MONTHS[0]).read_bytes()
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_amounts_are_what_the_month_bills(rows: dict[Month, list[Row]]) -> None:
    for month, held in rows.items():
        terms = contribution_for(month)
        lowest = 2 * (terms.floor_krw * terms.rate_bp // 20_000 // 10 * 10)
        at_ceiling = 0
        for row in held:
            amount, heads = int(row["billed_amount_krw"]), int(row["subscribers"])
            assert amount % 20 == 0
            assert lowest * heads <= amount <= terms.billed_at_ceiling_krw * heads
            at_ceiling += amount == terms.billed_at_ceiling_krw * heads > 0
        assert 0 < at_ceiling < 0.02 * len(held)


def test_coverage_widens_to_sole_proprietors_in_2025_06(rows: dict[Month, list[Row]]) -> None:
    for month, held in rows.items():
        enrolled = [row for row in held if row["status"] == "1"]
        corporations = [int(row["subscribers"]) for row in enrolled if row["legal_form"] == "1"]
        sole = [int(row["subscribers"]) for row in enrolled if row["legal_form"] == "2"]
        assert min(corporations) == 3
        if month < Month(2025, 6):
            assert not sole
        else:
            assert min(sole) == 10
            assert 0.03 < len(sole) / len(corporations) < 0.08


def test_withdrawn_rows_follow_enrolled_ones_once(rows: dict[Month, list[Row]]) -> None:
    key = ("workplace_name", "business_number_prefix")
    previous: set[tuple[str, ...]] = set()
    withdrawn_so_far: set[tuple[str, ...]] = set()
    withdrawn = billed = 0
    for month, held in rows.items():
        names = [tuple(row[column] for column in key) for row in held]
        assert len(set(names)) == len(names)
        assert not withdrawn_so_far.intersection(names)
        for row, name in zip(held, names, strict=True):
            if row["status"] == "1":
                assert row["withdrawn_on"] == ""
                continue
            assert not previous or name in previous
            assert row["withdrawn_on"][:7] == str(month)
            withdrawn_so_far.add(name)
            withdrawn += 1
            billed += int(row["subscribers"]) > 0
        previous = {name for row, name in zip(held, names, strict=True) if row["status"] == "1"}
    assert 0.002 < withdrawn / sum(len(held) for held in rows.values()) < 0.015
    assert billed < 0.1 * withdrawn


def test_july_resets_base_incomes(rows: dict[Month, list[Row]]) -> None:
    def per_head(month: Month) -> dict[str, float]:
        return {
            row["workplace_name"]: int(row["billed_amount_krw"]) / int(row["subscribers"])
            for row in rows[month]
            if row["status"] == "1"
        }

    def unchanged(before: Month, after: Month) -> float:
        old, new = per_head(before), per_head(after)
        same = [abs(new[name] / old[name] - 1) < 0.002 for name in old.keys() & new.keys()]
        return sum(same) / len(same)

    assert unchanged(Month(2025, 5), Month(2025, 6)) > 0.5
    assert unchanged(Month(2025, 6), Month(2025, 7)) < 0.15


def test_cells_look_as_published(rows: dict[Month, list[Row]]) -> None:
    month_rows = rows[MONTHS[0]]
    for row in month_rows:
        assert len(row["postal_code"]) == 5
        assert row["legal_dong_code"] == (
            f"{row['sido_code']}{row['sigungu_code']}{row['emd_code']}{row['legal_dong_code'][8:]}"
        )
        assert row["road_address"] == " " or row["road_address"].startswith(row["lot_address"].split(" ")[0])
        assert dt.date(1988, 1, 1) <= dt.date.fromisoformat(row["enrolled_on"]) <= MONTHS[0].last_day
        assert row["re_enrolled_on"] == "" or row["re_enrolled_on"] >= row["enrolled_on"]
        assert "가상" in row["workplace_name"] or "시연" in row["workplace_name"]
    assert 0.01 < sum(row["road_address"] == " " for row in month_rows) / len(month_rows) < 0.03
    assert any("/일용/" in row["workplace_name"] for row in month_rows)
    assert any('"' in row["workplace_name"] for row in month_rows)
    no_code = {month: [r for r in rows[month] if r["industry_code"] in {"", "000000"}] for month in MONTHS}
    assert {(r["industry_code"], r["industry_name"]) for r in no_code[MONTHS[0]]} == {("", "")}
    assert {(r["industry_code"], r["industry_name"]) for r in no_code[MONTHS[-1]]} == {("000000", "해당없음")}


def test_places_are_real_ones_of_today(
    small: tuple[Path, CountrySummary], rows: dict[Month, list[Row]]
) -> None:
    living = {region.region_code for region in regions() if region.valid_to is None}
    assert {row["legal_dong_code"][:5] for row in rows[MONTHS[0]]} <= living
    assert {district.sigungu_code for district in read_registry(small[0] / "registry.csv")} <= living


def test_members_tell_where_every_workplace_lies(
    small: tuple[Path, CountrySummary], rows: dict[Month, list[Row]]
) -> None:
    folder, summary = small
    members = {
        (member["workplace_name"], member["business_number_prefix"]): member
        for member in pq.read_table(folder / "truth_members.parquet").to_pylist()
    }
    assert len(members) == summary.workplaces
    districts = {district.district_id: district for district in read_registry(folder / "registry.csv")}
    inside: Counter[str] = Counter()
    for row in rows[MONTHS[0]]:
        member = members[row["workplace_name"], row["business_number_prefix"]]
        assert member["legal_dong_code"] == row["legal_dong_code"]
        assert member["postal_code"] == row["postal_code"]
        if member["district_id"] is not None:
            district = districts[member["district_id"]]
            assert row["legal_dong_code"] in district.legal_dong_codes
            assert not district.postal_codes or row["postal_code"] in district.postal_codes
            inside[member["district_id"]] += row["status"] == "1"
    assert len(inside) == 40
    assert 0.9 < sum(inside.values()) / (40 * 59.5) < 1.1
    assert 0.70 < sum(inside.values()) / len(rows[MONTHS[0]]) < 0.80


def test_no_workplace_dominates_a_district(
    small: tuple[Path, CountrySummary], rows: dict[Month, list[Row]]
) -> None:
    heads: dict[str, list[int]] = {}
    members = pq.read_table(small[0] / "truth_members.parquet").to_pylist()
    where = {(m["workplace_name"], m["business_number_prefix"]): m["district_id"] for m in members}
    for row in rows[MONTHS[0]]:
        district = where[row["workplace_name"], row["business_number_prefix"]]
        if district and row["status"] == "1":
            heads.setdefault(district, []).append(int(row["subscribers"]))
    assert not [
        d for d, monthly in heads.items() if len(monthly) >= 15 and max(monthly) > 0.42 * sum(monthly)
    ]


def test_what_is_told_is_what_was_written(
    small: tuple[Path, CountrySummary], rows: dict[Month, list[Row]]
) -> None:
    folder, summary = small
    assert summary.rows == sum(len(held) for held in rows.values())
    assert summary.months == len(MONTHS) == len(list((folder / "files").iterdir()))
    assert summary.districts == 40 == len(read_registry(folder / "registry.csv"))
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert (truth["law"], truth["seed"], truth["districts"]) == (1, 3, 40)
    assert len(truth["shocks"]) == summary.shocks > 0


def test_progress_is_told_after_every_file(tmp_path: Path) -> None:
    reports: list[tuple[Month, int]] = []
    write_country(
        tmp_path, months=MONTHS[:2], districts=5, progress=lambda month, rows: reports.append((month, rows))
    )
    assert [month for month, _ in reports] == MONTHS[:2]
    assert [rows for _, rows in reports] == [len(list(_rows(tmp_path, month))) for month in MONTHS[:2]]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"months": []}, "without gaps"),
        ({"months": [Month(2025, 1), Month(2025, 3)]}, "without gaps"),
        ({"outside": -0.1}, "outside is -0.1; give 0 or more"),
        ({"outside": float("nan")}, "outside is nan"),
        ({"districts": 0}, "districts is 0; give 1 or more"),
        ({"seed": -1}, "seed is -1"),
        ({"districts": 5, "outside": 8_000.0}, "names for 2,097,152 workplaces"),
    ],
)
def test_a_country_that_cannot_be_is_refused(
    tmp_path: Path, arguments: dict[str, object], complaint: str
) -> None:
    with pytest.raises(RefusedError, match=complaint):
        write_country(tmp_path, **arguments)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_two_countries_are_never_mixed_in_one_folder(tmp_path: Path) -> None:
    write_country(tmp_path, seed=1, months=MONTHS[:1], districts=5)
    before = sorted(path.name for path in (tmp_path / "files").iterdir())
    with pytest.raises(RefusedError, match="give an empty folder"):
        write_country(tmp_path, seed=2, months=MONTHS[1:2], districts=5)
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == before
