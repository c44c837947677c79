"""APIs of the simulated portal over the same files: description and rows as JSON, in the form of the real ones.

Two keys are known here: `simulated` may use everything, `simulated-elsewhere` is registered for another data set.
"""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from country.portal.uploads import Upload
from sogong_pipeline.nps.file.columns import COLUMNS
from sogong_pipeline.nps.portal.pages import DATA_SET

NAMESPACE = f"{DATA_SET}/v1"
KEYS = {"simulated": True, "simulated-elsewhere": False}
"""The registered keys, and whether each may use this data set."""
MOST_ROWS_A_PAGE = 10_000
TEXT = {"workplace_name", "lot_address", "road_address", "industry_name"}
"""The columns whose values stay text whatever they look like."""
LONGEST_NAME = 60
"""Longer names of columns become `col-19`."""


@dataclass(frozen=True)
class Answer:
    """A status and an object."""

    status: int
    body: dict[str, Any]


NOT_REGISTERED = {"code": -4, "msg": "등록되지 않은 인증키 입니다."}
ENCODED_TWICE = Answer(400, NOT_REGISTERED)
NO_SERVICE = Answer(404, {"code": -3, "msg": "등록되지 않은 서비스 입니다."})


def refusal(authorization: str, service_key: str) -> Answer | None:
    """Return the answer to a request without a valid key; None with one."""
    key = authorization.removeprefix("Infuser ").strip() or service_key
    if key in KEYS:
        return None if KEYS[key] else Answer(401, {"code": -401, "msg": "유효하지 않은 인증키 입니다."})
    return ENCODED_TWICE if unquote(key) in KEYS else Answer(401, NOT_REGISTERED)


def description(uploads: list[Upload], address: str) -> dict[str, Any]:
    """Return the Swagger description: one path per upload; only its summary's label gives the month."""
    return {
        "swagger": "2.0",
        "info": {"title": "국민연금공단_국민연금 가입 사업장 내역", "version": "1.0"},
        "host": address.partition("://")[2],
        "basePath": "/api",
        "schemes": ["https", "http"],
        "paths": {
            f"/{NAMESPACE}/{upload.detail_pk}": {
                "get": {
                    "tags": ["API 목록"],
                    "summary": upload.title,
                    "description": "",
                    "operationId": f"get{upload.detail_pk}",
                    "produces": ["application/json", "application/xml"],
                    "parameters": [
                        {"name": name, "in": "query", "required": False, "type": kind}
                        for name, kind in (
                            ("page", "integer"),
                            ("perPage", "integer"),
                            ("returnType", "string"),
                        )
                    ],
                }
            }
            for upload in uploads
        },
    }


def rows_page(upload: Upload, fields: dict[str, str], drift: int = 0) -> dict[str, Any]:
    """A page of an upload's rows.

    Args:
        upload: One of those listed.
        fields: `page` from 1, and `perPage`.
        drift: For tests: number of rows added meanwhile.
    """
    keys, rows = rows_of(upload)
    page, most = (int(fields.get(name) or usual) for name, usual in (("page", 1), ("perPage", 10)))
    most = min(most, MOST_ROWS_A_PAGE)
    shown = rows[(page - 1) * most : page * most]
    return {
        "page": page,
        "perPage": most,
        "totalCount": len(rows) + drift,
        "currentCount": len(shown),
        "matchCount": len(rows) + drift,
        "data": [dict(zip(keys, map(_value, COLUMNS, row), strict=True)) for row in shown],
    }


def rows_of(upload: Upload) -> tuple[list[str], list[list[str]]]:
    """Return the API's column names of an upload, and its rows of 22 values as published."""
    return _rows(upload.path, upload.path.stat().st_mtime_ns)


@lru_cache(maxsize=2)  # a month of the real size takes some 300 MB so
def _rows(path: Path, _modified: int) -> tuple[list[str], list[list[str]]]:
    """Return the API's column names of a file, and its rows of 22 values."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            body = archive.read(archive.namelist()[0])
    else:
        body = path.read_bytes()
    header, *rows = csv.reader(body.decode("cp949", "replace").splitlines(), skipinitialspace=True)
    names = [re.sub(r":(?=\d)", " ", name.strip()).strip() for name in header]
    keys = [
        f"col-{place}" if len(name) > LONGEST_NAME and place >= 19 else name
        for place, name in enumerate(names)
    ]
    return keys, [row for row in rows if len(row) == len(COLUMNS)]


def _value(column: str, text: str) -> str | int | None:
    """Return a value in the form of the API: integers for numeric-looking text, null for blanks."""
    if column in TEXT:
        return text
    return int(text) if re.fullmatch(r"\d{1,18}", text.strip()) else text or None
