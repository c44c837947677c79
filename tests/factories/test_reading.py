"""Register files: forms, encodings, stored and dropped columns."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.factories.forms import forms
from sogong_pipeline.factories.reading import read_register
from tests.factories import registers as made

ROW = {
    "회사명": "(주)가나정밀",
    "업체명": "(주)가나정밀",
    "단지명": "남동국가산업단지",
    "지식산업센터명": "가나지식산업센터",
    "창업보육센터명": "가나창업보육센터",
    "공장주소": "인천광역시 남동구 남동서로 123",
    "공장대표주소(도로명)": "인천광역시 남동구 남동서로 123",
    "소재지": "인천광역시 남동구 남동서로 123",
    "생산품": "UNMISTAKABLE-PRODUCT",
    "전화번호": "032-555-7788",
    "대표자": "홍길동",
    "대표자명": "홍길동",
    "최초등록일": "2019.5.1",
    "계약일자": "20240301",
    "데이터기준일자": "2024-06-30",
}
FORMS = {
    "A": made.FORM_A,
    "B": made.FORM_B,
    "C": made.FORM_C,
    "D": made.FORM_D,
    "E": made.FORM_E,
    "F": made.FORM_F,
    "G": made.FORM_G,
    "M": made.FORM_M,
}


def row_of(header: tuple[str, ...]) -> dict[str, str]:
    return {column: ROW[column] for column in header if column in ROW}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["cp949", "utf-8", "utf-8-sig"])
def test_each_form_is_recognised_in_any_encoding(tmp_path: Path, form: str, encoding: str) -> None:
    header = FORMS[form]
    file = made.write(tmp_path / "공장_20241231.csv", header, [row_of(header)], encoding)
    register = read_register(file)
    assert register.form.form_id == form
    assert register.as_of == dt.date(2024, 12, 31)
    assert register.rows.num_rows == 1
    first = register.rows.to_pylist()[0]
    assert "UNMISTAKABLE" not in str(first)
    assert "555-7788" not in str(first)
    assert "홍길동" not in str(first)
    assert ("firm_name" in first) == (form != "E")  # in a list of centres it is the builder
    assert {"전화번호", "대표자", "대표자명", "생산품"} & set(header) <= set(register.dropped)


def test_every_form_of_the_table_is_tried_here() -> None:
    assert {form.form_id for form in forms()} == set(FORMS)


@pytest.mark.parametrize("form", ["B", "C"])
def test_a_workbook_reads_as_the_same_register(tmp_path: Path, form: str) -> None:
    header = FORMS[form]
    text = made.write(tmp_path / "a_20241231.csv", header, [row_of(header)])
    path = tmp_path / "(2024.12월말기준)_전국등록공장현황.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("안내").write(0, 0, "이 파일은")
        sheet = book.add_worksheet("현황")
        sheet.write(0, 0, "전국등록공장현황")
        for column, name in enumerate(header):
            sheet.write(2, column, name)
            sheet.write(3, column, row_of(header).get(name, ""))
    one, other = read_register(text), read_register(path)
    assert one.version == other.version
    assert other.as_of == dt.date(2024, 12, 31)
    assert other.rows.column("row_number").to_pylist() == [4]


def test_days_come_from_the_name_a_column_or_the_user(tmp_path: Path) -> None:
    municipal = made.write(tmp_path / "구로구.csv", made.FORM_M, [row_of(made.FORM_M)])
    assert read_register(municipal).as_of == dt.date(2024, 6, 30)
    plain = made.write(tmp_path / "factories.csv", made.FORM_A, [row_of(made.FORM_A)])
    assert read_register(plain, dt.date(2023, 1, 31)).as_of == dt.date(2023, 1, 31)
    with pytest.raises(RefusedError, match=r"factories\.csv: neither its name nor a column says which day"):
        read_register(plain)


def test_dates_and_blanks_are_read(tmp_path: Path) -> None:
    file = made.write(
        tmp_path / "c_20241231.csv", made.FORM_C, [row_of(made.FORM_C) | {"종업원합계": "  7 "}]
    )
    row = read_register(file).rows.to_pylist()[0]
    assert row["first_registered_on"] == dt.date(2019, 5, 1)
    assert row["declared_workers"] == "7"
    assert row["registration"] is None


def test_an_unknown_form_is_refused_with_what_differs(tmp_path: Path) -> None:
    file = made.write(tmp_path / "x_20241231.csv", ("순번", "상호", "단지명", "생산품"), [{"순번": "1"}])
    with pytest.raises(RefusedError) as refused:
        read_register(file)
    message = str(refused.value)
    assert "nearest is form A" in message
    assert "lacks 회사명" in message
    assert "it has 상호 besides" in message


def test_a_form_without_a_column_it_needs_is_refused(tmp_path: Path) -> None:
    header = [name for name in made.FORM_B if name not in {"공장주소_지번", "차수"}]
    file = made.write(tmp_path / "b_20241231.csv", header, [{"회사명": "가"}])
    with pytest.raises(RefusedError, match=r"like form B .* lacks the columns 공장주소_지번.*차수"):
        read_register(file)


def test_a_row_of_other_width_is_refused_by_its_number_and_says_nothing_of_it(tmp_path: Path) -> None:
    text = made.text_of(made.FORM_A, [row_of(made.FORM_A)]) + "2,나,다,032-555-7788,마,바\r\n"
    file = tmp_path / "a_20241231.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError, match=r"row 3: it has 6 cells and the header 5") as refused:
        read_register(file)
    assert "555" not in str(refused.value)


def test_rows_without_a_firm_are_counted_and_left_out(tmp_path: Path) -> None:
    rows = [row_of(made.FORM_A), {"단지명": "남동국가산업단지"}, {}]
    register = read_register(made.write(tmp_path / "a_20241231.csv", made.FORM_A, rows))
    assert (register.rows.num_rows, register.unnamed) == (1, 1)


def test_the_version_is_of_the_content_and_the_day(tmp_path: Path) -> None:
    rows = [row_of(made.FORM_A)]
    one = read_register(made.write(tmp_path / "a_20241231.csv", made.FORM_A, rows))
    same = read_register(made.write(tmp_path / "b 2024-12-31.csv", made.FORM_A, rows, "utf-8"))
    other = read_register(made.write(tmp_path / "a_20231231.csv", made.FORM_A, rows))
    assert one.version == same.version != other.version
