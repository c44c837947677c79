"""Builders of published files of invented rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from sogong_pipeline.nps.file.columns import V3_HEADER

ROW = {
    "data_month": "2022-04",
    "workplace_name": "가상정밀(주)",
    "business_number_prefix": "123456",
    "status": "1",
    "postal_code": "12345",
    "lot_address": "경기도 화성시 팔탄면",
    "road_address": " ",
    "legal_dong_code": "4159036031",
    "admin_dong_code": "4159036031",
    "sido_code": "41",
    "sigungu_code": "590",
    "emd_code": "360",
    "legal_form": "1",
    "industry_code": "292201",
    "industry_name": "동력식 수지 공구 제조업",
    "enrolled_on": "1988-01-01",
    "re_enrolled_on": "",
    "withdrawn_on": "00010101",
    "subscribers": "5",
    "billed_amount_krw": "1211920",
    "joined": "0",
    "departed": "1",
}


def row(**changes: str) -> list[str]:
    """A published row, by our column names, with some values changed."""
    return list({**ROW, **changes}.values())


def header_line(header: Sequence[str], before: str = "") -> bytes:
    """A header as published, CP949: names that hold a TAB are quoted; `before` stands before each but the first."""
    cells = [f'"{name}"' if "\t" in name else name for name in header]
    return f",{before}".join(cells).encode("cp949")


def lines(rows: list[list[str]], ending: str = "\r\n", header: bytes = header_line(V3_HEADER)) -> bytes:
    """A published file: the header and the rows, CP949."""
    text = io.StringIO()
    csv.writer(text, lineterminator=ending).writerows(rows)
    return header + ending.encode() + text.getvalue().encode("cp949")
