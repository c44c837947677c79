"""Random valid files as each vintage writes them, read back: every value is preserved."""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sogong_pipeline.nps.file.columns import COLUMNS, vintages
from sogong_pipeline.nps.file.content import data_month
from sogong_pipeline.nps.file.staging import stage
from sogong_pipeline.periods import Month
from tests.rows import header_line, lines

pytestmark = pytest.mark.slow

WIDTHS = {"legal_dong_code": 10, "admin_dong_code": 10, "sido_code": 2, "sigungu_code": 3, "emd_code": 3}
COUNTS = ("subscribers", "joined", "departed")
DATES = ("enrolled_on", "re_enrolled_on", "withdrawn_on")


@dataclass(frozen=True)
class Form:
    """Form in which values are written, independent of the form of the header."""

    month: str
    date: str
    no_date: tuple[str, ...]
    has_zeros: bool
    ending: str
    before: str
    ends_with_line_end: bool
    is_zip: bool


FORMS = st.builds(
    Form,
    month=st.sampled_from(["%Y%m", "%Y-%m"]),
    date=st.sampled_from(["%Y%m%d", "%Y-%m-%d"]),
    no_date=st.sampled_from([("00010101",), ("0001-01-01",), ("",), ("", " ", "0001-01-01", "00010101")]),
    has_zeros=st.booleans(),  # False: code columns came as integers
    ending=st.sampled_from(["\r\n", "\n"]),
    before=st.sampled_from(["", " "]),
    ends_with_line_end=st.booleans(),
    is_zip=st.booleans(),
)
NAME = st.text(
    st.sampled_from([*'가나다라뷁똠방각햏힣（）㈜ㆍ ()&-./",\t', *"AZaz09"]), min_size=1, max_size=30
).filter(lambda text: bool(text.strip()) and text == text.strip(" "))
TEXT = st.none() | st.sampled_from(
    ["경기도 화성시 팔탄면", "서울특별시 성동구 성수동2가", "동력식 수지 공구 제조업"]
)
DAY = st.none() | st.dates(dt.date(1901, 1, 1), dt.date(2099, 12, 31))
SMALL = st.integers(0, 300_000)


def digits(width: int) -> st.SearchStrategy[str]:
    return st.integers(1, 10**width - 1).map(lambda number: f"{number:0{width}}")


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "workplace_name": NAME,
            "business_number_prefix": st.integers(100_000, 999_999).map(str),
            "status": st.sampled_from([1, 2]),
            "postal_code": st.none()
            | digits(5)
            | st.integers(100_000, 999_999).map(lambda number: f"{number:06}"[:3] + "-" + f"{number:06}"[3:]),
            "lot_address": TEXT,
            "road_address": TEXT,
            **{column: st.none() | digits(width) for column, width in WIDTHS.items()},
            "legal_form": st.sampled_from([1, 2]),
            "industry_code": st.sampled_from([None, "000000", "011000", "999999"]) | digits(6),
            "industry_name": TEXT,
            **dict.fromkeys(DATES, DAY),
            "subscribers": SMALL,
            "billed_amount_krw": st.integers(0, 10**12),
            "joined": SMALL,
            "departed": SMALL,
        }
    ),
    min_size=1,
    max_size=12,
)


def written(values: dict[str, Any], month: Month, form: Form, index: int) -> list[str]:
    """A row's cells in the order of the columns."""
    cells = {"data_month": month.first_day.strftime(form.month)}
    for column, value in values.items():
        match column, value:
            case _ if column in DATES:
                none = form.no_date[index % len(form.no_date)]
                cells[column] = none if value is None else value.strftime(form.date)
            case (("lot_address" | "road_address"), None):
                cells[column] = " " if index % 2 else ""
            case (("industry_code" | "industry_name" | "postal_code"), None):
                cells[column] = ""
            case _, None:
                cells[column] = "0" if index % 2 else " "
            case ("postal_code", str()) if not form.has_zeros:
                cells[column] = str(int(value.replace("-", "")))
            case (_, str()) if not form.has_zeros and column in {*WIDTHS, "industry_code"}:
                cells[column] = str(int(value))
            case _:
                cells[column] = str(value)
    return [cells[column] for column in COLUMNS]


def flags(values: dict[str, Any]) -> str:
    text_of = {
        "amount_not_in_20_won": values["billed_amount_krw"] % 20 != 0,
        "enrolled_without_subscribers": values["status"] == 1 and values["subscribers"] == 0,
        "withdrawn_with_subscribers": values["status"] == 2 and values["subscribers"] > 0,
        "no_address": values["lot_address"] is None and values["road_address"] is None,
    }
    return ",".join(flag for flag, is_so in text_of.items() if is_so)


@pytest.mark.parametrize("vintage", vintages(), ids=lambda vintage: vintage.name)
@given(rows=ROWS, form=FORMS, month=st.dates(dt.date(2015, 11, 1), dt.date(2026, 9, 30)))
def test_random_legal_files_read_back_equal(
    tmp_path_factory: pytest.TempPathFactory, vintage, rows: list[dict[str, Any]], form: Form, month: dt.date
) -> None:
    of_month, folder = Month(month.year, month.month), tmp_path_factory.mktemp("file")
    cells = [written(values, of_month, form, index) for index, values in enumerate(rows)]
    body = lines(cells, form.ending, header_line(vintage.header, form.before))
    if not form.ends_with_line_end:
        body = body.removesuffix(form.ending.encode())
    raw = folder / "raw"
    raw.write_bytes(body)
    if form.is_zip:
        with zipfile.ZipFile(folder / "raw.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(raw, "가입 사업장.CSV")
        raw = folder / "raw.zip"

    assert data_month(raw, "raw") == of_month
    built = stage(raw, "raw", of_month, folder, block_bytes=1_000)
    assert (built.facts["header_vintage"], built.facts["header_differences"]) == (vintage.name, [])
    staged = pq.read_table(built.files["workplace"]).to_pylist()
    repeated = [index for index, row in enumerate(cells) if row in cells[:index]]
    assert [row["row_number"] - 1 for row in pq.read_table(built.files["quarantine"]).to_pylist()] == repeated
    assert staged == [
        {"row_number": index + 1, "data_month": str(of_month), **values, "flags": flags(values)}
        for index, values in enumerate(rows)
        if index not in repeated
    ]
