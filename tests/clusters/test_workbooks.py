"""The municipal workbooks: the real ones against plain Python, others of the series, and refused layouts."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sogong_pipeline.clusters.counts import COUNT_COLUMNS, OWNER_COLUMNS, read_counts, read_owners, write_rows
from sogong_pipeline.clusters.workbooks import (
    age_class,
    convert_table3,
    convert_table9,
    disagreements,
    size_class,
)
from sogong_pipeline.errors import RefusedError
from tests.clusters.workbooks import SECTIONS, SIZES, write_table3

DAY = "2026-11-30"
WONJU = ["문막읍", "소초면", "단계동"]
FOOD, METAL, REPAIR = SECTIONS["C.제조업(10~34)"]
COUNTS = {
    FOOD: {"문막읍": {"1-4명": 30, "5-9명": 12, "10-19명": 3}, "단계동": {"1-4명": 2}},
    METAL: {"문막읍": {"1-4명": 9, "20-49명": 1}, "소초면": {"5-9명": 1}},
    REPAIR: {"단계동": {"1-4명": 41}},
    "58.출판업": {"단계동": {"1-4명": 5}},
}


def refusal(path: Path, **options: str) -> str:
    with pytest.raises(RefusedError) as refused:
        convert_table3(path, DAY, **options)
    line = str(refused.value)
    assert "\n" not in line
    assert path.name in line
    return line


@pytest.mark.real_data
def test_the_real_workbook_gives_what_plain_python_counts(test_data: Path) -> None:
    path = test_data / "clusters" / "gangneung_2023_table3.xlsx"
    converted = convert_table3(path, DAY)
    assert converted.messages == ()  # every sum agrees and the labels identify the revision
    rows = list(load_workbook(path, read_only=True).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert converted.cells == 44 * sum(cells[3] is not None for cells in rows[4:])
    names = {name: at for at, name in enumerate(rows[2]) if name and at >= 3}
    plain: dict[tuple[str, str, str], tuple[object, object]] = {}
    division = ""
    for cells in rows[4:]:
        label = str(cells[2]).strip()
        if cells[0] or cells[1]:
            division = (
                "C" if cells[0] == "C" else str(cells[1]) if cells[1] not in {None, "**", "zErr"} else ""
            )
        size = "all" if cells[0] or cells[1] else label.removesuffix("명")
        if division == "C" or (division.isdigit() and 10 <= int(division) <= 34):
            for name, at in names.items():
                plain[name, division, size] = (cells[at], cells[at + 1])
    by_cell = {
        (row.dong or "강릉시", row.division, row.size_class): (
            row.establishments,
            "*" if row.workers_status == "suppressed" else row.workers,
        )
        for row in converted.rows
    }  # type: ignore[union-attr]
    assert by_cell == {key: value for key, value in plain.items() if key[2] in {"1-4", "5-9", "all"}}
    whole = {size: by_cell["강릉시", "C", size] for size in ("1-4", "5-9", "all")}
    assert whole["all"] == (1492, 7208)
    assert whole["1-4"][0] + whole["5-9"][0] == 1355  # type: ignore[operator]
    assert whole["1-4"][1] + whole["5-9"][1] == 3179  # type: ignore[operator]
    small: dict[tuple[str, str], int] = defaultdict(int)
    for (name, code, size), (count, _) in by_cell.items():
        if name != "강릉시" and code != "C" and size != "all":
            small[name, code] += int(count or 0)
    assert sorted(count for count in small.values() if count >= 40) == [52, 54, 125]
    assert sum(small.values()) == 1355
    assert all(row.workers is None for row in converted.rows if row.workers_status == "suppressed")


@pytest.mark.real_data
def test_cells_of_the_real_workbook_agree_with_those_computed_elsewhere(test_data: Path) -> None:
    converted = convert_table3(test_data / "clusters" / "gangneung_2023_table3.xlsx", DAY)
    by_cell = {(row.dong, row.division, row.size_class): row for row in converted.rows}  # type: ignore[union-attr]
    with (test_data / "clusters" / "gangneung_2023_cells.csv").open(encoding="utf-8") as file:
        elsewhere = list(csv.DictReader(file))
    assert len(elsewhere) > 250
    for cell in elsewhere:
        key = (cell["dong"], cell["division"])
        assert by_cell[*key, "1-4"].establishments == int(cell["establishments_1_4"])
        assert by_cell[*key, "5-9"].establishments == int(cell["establishments_5_9"])
        assert by_cell[*key, "all"].establishments == int(cell["establishments_all"])
        for size, column in (("1-4", "workers_1_4"), ("5-9", "workers_5_9")):
            assert by_cell[*key, size].workers == (int(cell[column]) if cell[column] else None)


@pytest.mark.real_data
def test_owners_by_age_agree_with_the_table_by_size(test_data: Path) -> None:
    by_size = convert_table3(test_data / "clusters" / "gangneung_2023_table3.xlsx", DAY)
    by_age = convert_table9(test_data / "clusters" / "gangneung_2023_table9.xlsx", DAY)
    assert by_age.messages == ()
    assert list(disagreements(by_size.rows, by_age.rows)) == []  # type: ignore[arg-type]
    whole = {row.age_class: row.establishments for row in by_age.rows if not row.dong and row.division == "C"}  # type: ignore[union-attr]
    assert whole == {"all": 1492, "0-29": 37, "30-39": 138, "40-49": 310, "50-59": 541, "60+": 466}
    broken = tuple(
        row
        if (row.dong, row.division, row.size_class) != ("사천면", "10", "all")
        else _with(row, establishments=64)
        for row in by_size.rows
    )
    (line,) = disagreements(broken, by_age.rows)  # type: ignore[arg-type]
    assert "사천면 10" in line


def _with(row: object, **changes: object) -> object:
    import dataclasses

    return dataclasses.replace(row, **changes)  # type: ignore[type-var]


@pytest.mark.real_data
def test_each_real_table_is_refused_as_the_other(test_data: Path) -> None:
    folder = test_data / "clusters"
    for path, convert in (
        (folder / "gangneung_2023_table9.xlsx", convert_table3),
        (folder / "gangneung_2023_table3.xlsx", convert_table9),
    ):
        with pytest.raises(RefusedError, match="cell A1: the title is"):
            convert(path, DAY)


@pytest.mark.parametrize("stub", [3, 1])
def test_another_city_goes_in(tmp_path: Path, stub: int) -> None:
    path = write_table3(
        tmp_path / "원주시.xlsx",
        "강원특별자치도 원주시",
        WONJU,
        COUNTS,
        stub=stub,
        notes=["주) 자료: 원주시"],
    )
    converted = convert_table3(path, DAY)
    assert converted.messages == ()
    by_cell = {(row.dong, row.division, row.size_class): row for row in converted.rows}  # type: ignore[union-attr]
    assert by_cell["문막읍", "10", "1-4"].establishments == 30
    assert by_cell["문막읍", "10", "1-4"].workers == 60
    assert (by_cell["단계동", "10", "1-4"].workers, by_cell["단계동", "10", "1-4"].workers_status) == (
        None,
        "suppressed",
    )
    assert (by_cell["소초면", "10", "1-4"].establishments, by_cell["소초면", "10", "1-4"].workers) == (0, 0)
    assert by_cell["", "C", "all"].establishments == 99
    assert {row.ksic_revision for row in converted.rows} == {"10"}
    assert {row.division for row in converted.rows} == {"C", "10", "25", "34"}


def test_the_template_gives_back_what_was_converted(tmp_path: Path) -> None:
    path = write_table3(tmp_path / "book.xlsx", "강원특별자치도 원주시", WONJU, COUNTS)
    converted = convert_table3(path, DAY)
    target = tmp_path / "counts.csv"
    target.write_text(write_rows(converted.rows, COUNT_COLUMNS), encoding="utf-8")
    assert set(read_counts(target)) == set(converted.rows)
    assert write_rows(read_counts(target), COUNT_COLUMNS) == target.read_text(encoding="utf-8")


@pytest.mark.real_data
def test_owners_read_back_as_they_were_written(test_data: Path, tmp_path: Path) -> None:
    rows = convert_table9(test_data / "clusters" / "gangneung_2023_table9.xlsx", DAY).rows
    target = tmp_path / "owners.csv"
    target.write_text(write_rows(rows, OWNER_COLUMNS), encoding="utf-8")
    assert set(read_owners(target)) == set(rows)


def test_revision_11_is_read_off_the_labels_the_notes_or_the_year(tmp_path: Path) -> None:
    labels = {**SECTIONS, "J.정보통신업(58~63)": ["58.출판업", "60.방송 및 영상ㆍ오디오물 제공 서비스업"]}
    place = "강원특별자치도 원주시"
    by_label = write_table3(tmp_path / "a.xlsx", place, WONJU, COUNTS, sections=labels)
    bare = {"C.제조업(10~34)": [FOOD, METAL]}
    by_note = write_table3(
        tmp_path / "b.xlsx", place, WONJU, COUNTS, sections=bare, notes=["주) 제11차 한국표준산업분류 기준"]
    )
    by_year = write_table3(tmp_path / "c.xlsx", place, WONJU, COUNTS, sections=bare, year=2024)
    assert {
        row.ksic_revision for path in (by_label, by_note, by_year) for row in convert_table3(path, DAY).rows
    } == {"11"}
    assert convert_table3(by_note, DAY).messages == ()
    assert "KSIC 11 assumed from the year 2024" in convert_table3(by_year, DAY).messages[0]
    assert {row.ksic_revision for row in convert_table3(by_year, DAY, "10").rows} == {"10"}


def test_a_city_above_gu_is_read_gu_by_gu(tmp_path: Path) -> None:
    gu = {"처인구": ["포곡읍", "중앙동"], "기흥구": ["영덕1동", "서농동"]}
    counts = {FOOD: {"포곡읍": {"1-4명": 50}, "영덕1동": {"1-4명": 44, "5-9명": 3}}}
    areas = [dong for dongs in gu.values() for dong in dongs]
    path = write_table3(tmp_path / "용인시.xlsx", "경기도 용인시", areas, counts, gu=gu)
    converted = convert_table3(path, DAY)
    assert converted.messages == ()
    small = {
        (row.sigungu, row.dong): row.establishments
        for row in converted.rows
        if row.division == "10" and row.size_class == "1-4"
    }  # type: ignore[union-attr]
    assert small["용인시 처인구", ""] == 50
    assert small["용인시 기흥구", "영덕1동"] == 44
    assert ("용인시", "") not in small


def test_sejong_has_no_sigungu(tmp_path: Path) -> None:
    path = write_table3(
        tmp_path / "세종.xlsx", "세종특별자치시", ["조치원읍", "연서면"], {FOOD: {"조치원읍": {"1-4명": 40}}}
    )
    assert {row.sigungu for row in convert_table3(path, DAY).rows} == {""}


def test_areas_of_another_city_are_refused_with_the_cell(tmp_path: Path) -> None:
    path = write_table3(tmp_path / "book.xlsx", "강원특별자치도 강릉시", WONJU, COUNTS)
    line = refusal(path)
    assert "cell F3" in line
    assert "'문막읍' is not an 읍면동 of 강원특별자치도 강릉시" in line
    other = write_table3(
        tmp_path / "total.xlsx", "강원특별자치도 강릉시", ["주문진읍"], COUNTS, total="원주시"
    )
    assert "the first area is '원주시', but the title names 강릉시" in refusal(other)


@pytest.mark.parametrize("size", ["1-4명", "5-9명"])
def test_a_missing_small_row_is_refused_with_its_industry(tmp_path: Path, size: str) -> None:
    path = write_table3(
        tmp_path / "book.xlsx", "강원특별자치도 원주시", WONJU, COUNTS, missing=[(f"  {METAL}", size)]
    )
    line = refusal(path)
    assert "25.금속가공제품" in line
    assert f"no row for {size.removesuffix('명')}" in line


def test_a_missing_larger_row_goes_in_and_is_reported(tmp_path: Path) -> None:
    path = write_table3(
        tmp_path / "book.xlsx", "강원특별자치도 원주시", WONJU, COUNTS, missing=[(f"  {FOOD}", "10-19명")]
    )
    converted = convert_table3(path, DAY)
    assert any("has no row for 10-19" in line for line in converted.messages)
    assert any(
        "10.식료품 제조업, 문막읍: its classes add up to 42 establishments, but the total is 45" in line
        for line in converted.messages
    )


def test_sums_that_differ_are_reported_and_lose_nothing(tmp_path: Path) -> None:
    path = write_table3(tmp_path / "book.xlsx", "강원특별자치도 원주시", WONJU, COUNTS)
    book = load_workbook(path)
    sheet = book["데이터"]
    row = next(cells[0].row for cells in sheet.iter_rows() if str(cells[2].value).strip() == FOOD)
    sheet.cell(row, 6).value = 46  # 문막읍, all sizes
    book.save(path)
    messages = convert_table3(path, DAY).messages
    assert any("its classes add up to 45 establishments, but the total is 46" in line for line in messages)
    assert any(
        f"{FOOD}, 원주시: its areas add up to 48 establishments, but the total is 47" in line
        for line in messages
    )
    assert any("C.제조업(10~34), 문막읍: its divisions add up to" in line for line in messages)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"title": "1. 산업대분류, 종사자규모 및 읍면동별 사업체수, 종사자수"},
            "cell A1: the title is '1. 산업대분류",
        ),
        ({"title": "5. 산업중분류, 조직형태 및 읍면동별 사업체수, 종사자수"}, "cell A1: the title is"),
        ({"place": "강원특별자치도"}, "is not a 시군구"),
        ({"place": "강원특별자치도 부산시"}, "is not a 시군구"),
        ({"sections": {"G.도매 및 소매업(45~47)": ["47.소매업; 자동차 제외"]}}, "no row of manufacturing"),
        (
            {"sections": {"C.제조업(10~34)": [FOOD, "35.전기업"]}},
            "'35.전기업' is not a division of manufacturing",
        ),
        ({"sizes": {"1-4명": 2, "5-19명": 9, "20-49명": 30}}, "no row for 5-9"),
        ({"areas": ["문막읍", "문막읍"]}, "occurs twice"),
    ],
)
def test_other_layouts_are_refused_in_one_line(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    layout = {"place": "강원특별자치도 원주시", "areas": WONJU, "counts": COUNTS, **change}
    path = write_table3(tmp_path / "book.xlsx", **layout)  # type: ignore[arg-type]
    assert message in refusal(path)


@pytest.mark.parametrize("value", ["많음", -3, 2.5, True])
def test_a_cell_that_is_no_count_is_refused_with_its_place(tmp_path: Path, value: object) -> None:
    path = write_table3(tmp_path / "book.xlsx", "강원특별자치도 원주시", WONJU, COUNTS)
    book = load_workbook(path)
    book["데이터"]["F20"].value = value  # type: ignore[assignment]
    book.save(path)
    assert "cell F20" in refusal(path)


def test_texts_of_numbers_blanks_and_dashes_are_read(tmp_path: Path) -> None:
    path = write_table3(
        tmp_path / "book.xlsx", "강원특별자치도 원주시", WONJU, {FOOD: {"문막읍": {"1-4명": 1200}}}
    )
    book = load_workbook(path)
    sheet = book["데이터"]
    row = next(cells[0].row for cells in sheet.iter_rows() if str(cells[2].value).strip() == FOOD)
    sheet.cell(row + 1, 6).value, sheet.cell(row + 1, 7).value = "1,200", None
    sheet.cell(row + 2, 6).value = "-"
    book.save(path)
    by_cell = {(row.dong, row.division, row.size_class): row for row in convert_table3(path, DAY).rows}  # type: ignore[union-attr]
    small = by_cell["문막읍", "10", "1-4"]
    assert (small.establishments, small.workers, small.workers_status) == (1200, None, "absent")
    assert by_cell["문막읍", "10", "5-9"].establishments == 0


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04nothing")
    assert "not a readable workbook" in refusal(path)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("         1-4명", "1-4"),
        ("5 ~ 9명", "5-9"),
        ("1,000명 이상", "1000-"),
        ("10.식료품 제조업", None),
        ("29세 이하", None),
    ],
)
def test_size_labels(label: str, name: str | None) -> None:
    assert size_class(label) == name


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("29세 이하", "0-29"),
        ("30세 미만", "0-29"),
        ("30 ~ 39세", "30-39"),
        ("60세 이상", "60+"),
        ("1-4명", None),
    ],
)
def test_age_labels(label: str, name: str | None) -> None:
    assert age_class(label) == name


def test_sizes_of_the_builder_are_the_real_ones() -> None:
    assert [size_class(label) for label in SIZES] == ["1-4", "5-9", "10-19", "20-49"]
