"""The 22 columns of the source and how their published names are recognised.

The publisher has written the header in several ways over the years: with SQL types, with long notes in
brackets, with plain names. What stays is how each name begins, up to the first bracket, blank or TAB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sogong_pipeline.errors import RefusedError

V3_HEADER: tuple[str, ...] = (
    "자료생성년월",
    "사업장명",
    "사업자등록번호",
    "사업장가입상태코드 1 등록 2 탈퇴",
    "우편번호",
    "사업장지번상세주소",
    "사업장도로명상세주소",
    "고객법정동주소코드",
    "고객행정동주소코드",
    "법정동주소광역시도코드",
    "법정동주소광역시시군구코드",
    "법정동주소광역시시군구읍면동코드",
    "사업장형태구분코드 1 법인 2 개인",
    "사업장업종코드",
    "사업장업종코드명",
    "적용일자",
    "재등록일자",
    "탈퇴일자",
    "가입자수",
    "당월고지금액",
    "신규취득자수",
    "상실가입자수",
)
"""The header of every file since data month 2021-10, as published."""

COLUMNS: tuple[str, ...] = (
    "data_month",
    "workplace_name",
    "business_number_prefix",
    "status",
    "postal_code",
    "lot_address",
    "road_address",
    "legal_dong_code",
    "admin_dong_code",
    "sido_code",
    "sigungu_code",
    "emd_code",
    "legal_form",
    "industry_code",
    "industry_name",
    "enrolled_on",
    "re_enrolled_on",
    "withdrawn_on",
    "subscribers",
    "billed_amount_krw",
    "joined",
    "left",
)
"""Our names of the same columns, in the same order."""


def _stem(published: str) -> str:
    """How a published column name begins, without notes, codes and SQL types."""
    return re.split(r"[(\s]", published.strip().lstrip("\ufeff").strip('"'), maxsplit=1)[0]


_STEMS = {_stem(name): column for name, column in zip(V3_HEADER, COLUMNS, strict=True)}


@dataclass(frozen=True)
class Layout:
    """A recognised header: the vintage it was written in; the column order is always `COLUMNS`."""

    vintage: str


def recognise(header: list[str], file_name: str) -> Layout:
    """Tell which vintage a header row is, or refuse it with what differs.

    Args:
        header: the cells of the first line, as published.
        file_name: named in the refusal.

    Raises:
        RefusedError: when a column is missing, unknown or out of place.
    """
    stems = [_stem(cell) for cell in header]
    missing = [stem for stem in _STEMS if stem not in stems]
    if missing:
        raise RefusedError(
            f"{file_name}: the header lacks {len(missing)} of 22 columns: {', '.join(missing)} "
            f"(it has {len(header)}); is this the monthly file of data set 15083277?"
        )
    unknown = [cell.strip()[:40] for cell, stem in zip(header, stems, strict=True) if stem not in _STEMS]
    if unknown:
        raise RefusedError(f"{file_name}: the header has columns nobody has seen: {', '.join(unknown)}")
    for position, (stem, expected) in enumerate(zip(stems, _STEMS, strict=True), start=1):
        if stem != expected:
            raise RefusedError(
                f"{file_name}: column {position} of the header is {stem!r}, expected {expected!r}"
            )
    if "VARCHAR" in header[0]:
        return Layout("V1")
    return Layout("V2" if "(" in header[0] else "V3")
