"""The templates: an invalid row is reported with row, column and value, and the whole file is rejected."""

from __future__ import annotations

from pathlib import Path

import pytest

from sogong_pipeline.clusters.counts import COUNT_COLUMNS, is_owner_file, read_counts, write_rows
from sogong_pipeline.clusters.loads import Load, differences, in_force
from sogong_pipeline.errors import RefusedError
from tests.clusters.rows import count

GOOD = {
    "reference_year": "2023", "sido": "강원특별자치도", "sigungu": "강릉시", "dong": "주문진읍", "dong_code": "",
    "dong_code_system": "name", "division": "10", "ksic_revision": "10", "size_class": "1-4", "establishments": "100",
    "workers": "197", "workers_status": "ok", "scope": "all_locations", "source": "census", "source_id": "a.csv",
    "retrieved": "2026-11-30", "licence": "unknown",
}  # fmt: skip


def write(path: Path, *rows: dict[str, str], columns: tuple[str, ...] = COUNT_COLUMNS) -> Path:
    lines = [",".join(columns), *(",".join(row[name] for name in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.real_data
def test_the_documented_template_reads(test_data: Path) -> None:
    first, _, hidden = read_counts(test_data / "clusters" / "counts_template.csv")
    assert (first.establishments, first.workers) == (100, 197)
    assert (hidden.establishments, hidden.workers, hidden.workers_status) == (1, None, "suppressed")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reference_year": "23"}, "row 2: reference_year '23'"),
        ({"sido": ""}, "row 2: sido is empty"),
        ({"division": "35"}, "row 2: division '35'"),
        ({"division": "9"}, "row 2: division '9'"),
        ({"size_class": "10-19"}, "row 2: size_class '10-19' is not one of 1-4, 5-9, 1-9, all"),
        ({"ksic_revision": "12"}, "ksic_revision '12'"),
        ({"establishments": "1.5"}, "establishments '1.5' is not a whole number"),
        ({"establishments": "-1"}, "establishments '-1'"),
        ({"workers": "", "workers_status": "ok"}, "workers '' does not go with workers_status 'ok'"),
        (
            {"workers": "0", "workers_status": "suppressed"},
            "workers '0' does not go with workers_status 'suppressed'",
        ),
        ({"workers_status": "hidden"}, "workers_status 'hidden'"),
        ({"establishments": "0"}, "workers '197' without an establishment"),
        ({"dong_code_system": "mois"}, "dong_code_system 'mois'"),
        (
            {"dong_code_system": "kostat7", "dong_code": "110105"},
            "dong_code '110105' is not 7 characters long",
        ),
        ({"dong_code": "1"}, "dong_code '1' is not empty"),
        ({"scope": "everywhere"}, "scope 'everywhere'"),
        ({"retrieved": "30.11.2026"}, "retrieved '30.11.2026' is not a date"),
        ({"source_id": ""}, "source_id is empty"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, changes: dict[str, str], message: str) -> None:
    path = write(tmp_path / "counts.csv", {**GOOD, **changes})
    with pytest.raises(RefusedError) as refused:
        read_counts(path)
    assert message in str(refused.value)
    assert str(refused.value).startswith("counts.csv: row 2: ")


def test_many_problems_are_one_line_with_their_number(tmp_path: Path) -> None:
    path = write(tmp_path / "counts.csv", *({**GOOD, "division": str(40 + at)} for at in range(20)))
    with pytest.raises(RefusedError) as refused:
        read_counts(path)
    assert "20 problems in all" in str(refused.value)
    assert len(str(refused.value)) < 700


def test_files_that_are_no_template_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "counts.csv", GOOD, columns=COUNT_COLUMNS[1:])
    with pytest.raises(RefusedError, match="missing columns: reference_year"):
        read_counts(path)
    path.write_bytes(write(path, GOOD).read_bytes().decode().encode("cp949"))
    with pytest.raises(RefusedError, match="not UTF-8"):
        read_counts(path)
    write(path)
    with pytest.raises(RefusedError, match="it has no rows"):
        read_counts(path)
    write(path, GOOD, GOOD)
    with pytest.raises(RefusedError, match="row 3: the same area, division and class as row 2"):
        read_counts(path)
    path.write_text(path.read_text(encoding="utf-8").replace("2023,", "2023,,", 1), encoding="utf-8")
    with pytest.raises(RefusedError, match="18 cells under 17 columns"):
        read_counts(path)
    assert not is_owner_file(path)


def test_a_file_is_written_the_same_whatever_the_order(tmp_path: Path) -> None:
    rows = [count("강원특별자치도 강릉시 주문진읍", division, 3) for division in ("25", "10", "34")]
    assert write_rows(rows, COUNT_COLUMNS) == write_rows(reversed(rows), COUNT_COLUMNS)


def test_a_load_replaces_a_sigungu_of_a_year_and_source_as_a_whole() -> None:
    town, other, elsewhere = (
        "강원특별자치도 강릉시 주문진읍",
        "강원특별자치도 강릉시 사천면",
        "강원특별자치도 원주시 문막읍",
    )
    first = Load(
        (
            count(town, "10", 5),
            count(other, "10", 6),
            count(elsewhere, "10", 7),
            count(town, "10", 1, year=2022),
        )
    )
    second = Load((count(town, "10", 9),))
    both = in_force([first, second])
    assert {(row.dong, row.reference_year, row.establishments) for row in both.counts} == {
        ("주문진읍", 2023, 9),
        ("문막읍", 2023, 7),
        ("주문진읍", 2022, 1),
    }
    lines = [one.line for one in differences(in_force([first]), both)]
    assert lines == [
        "removed  2023 census 강원특별자치도 강릉시 사천면 10 1-9 establishments  6 -> -",
        "removed  2023 census 강원특별자치도 강릉시 사천면 10 1-9 workers  - -> -",
        "changed  2023 census 강원특별자치도 강릉시 주문진읍 10 1-9 establishments  5 -> 9",
    ]
    assert differences(both, both) == []
