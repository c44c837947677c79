"""Invented factory registers for tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

FORM_A = ("순번", "회사명", "단지명", "생산품", "공장주소")
FORM_B = (
    "시도명",
    "시군구명",
    "관리기관",
    "회사명",
    "공장구분",
    "단지명",
    "설립구분",
    "입주형태",
    "보유구분",
    "등록구분",
    "전화번호",
    "남자종업원",
    "여자종업원",
    "외국인남자종업원",
    "외국인여자종업원",
    "종업원합계",
    "생산품",
    "원자재",
    "공장규모",
    "용도지역",
    "지목",
    "용지면적",
    "제조시설면적",
    "부대시설면적",
    "건축면적",
    "지식산업센터명",
    "대표업종",
    "업종명",
    "업종코드",
    "차수",
    "법인주소",
    "필지수",
    "공장주소",
    "공장주소_지번",
    "공장관리번호",
)
FORM_C = (*FORM_B, "최초승인일", "최초등록일", "등록일")
FORM_D = (
    "회사명",
    "단지명",
    "공장주소",
    "공장주소_지번",
    "종업원합계",
    "대표업종",
    "업종명",
    "차수",
    "생산품",
    "대표자",
)
FORM_E = (
    "시도",
    "시군구",
    "지식산업센터명",
    "입지구분",
    "회사명",
    "등록구분",
    "단지명",
    "공장대표주소(도로명)",
    "공장대표주소(지번)",
)
FORM_F = ("연번", "업체명", "대표자명", "창업보육센터명", "입주일자", "소재지")
FORM_G = ("회사명", "단지명", "공장주소", "계약일자", "전화번호")
FORM_M = ("순번", "회사명", "공장대표주소(도로명)", "공장대표주소(지번)", "데이터기준일자")


def text_of(header: Iterable[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return a register as CSV text; missing cells are blank."""
    columns = list(header)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write(
    path: Path, header: Iterable[str], rows: Iterable[Mapping[str, str]], encoding: str = "cp949"
) -> Path:
    """Write a register."""
    path.write_bytes(text_of(header, rows).encode(encoding))
    return path
