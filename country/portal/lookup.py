"""Look-up service over the same files: search by name, details of a row, entries and exits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from country.portal.api import KEYS, rows_of
from country.portal.uploads import Upload
from sogong_pipeline.nps.api.lookup import DETAIL, SEARCH
from sogong_pipeline.nps.api.rows import WIDTHS
from sogong_pipeline.nps.file.columns import COLUMNS

MONTHS = 12
"""The service knows the last year."""
ROWS_OF_A_MONTH = 10_000_000
NAME, PREFIX = COLUMNS.index("workplace_name"), COLUMNS.index("business_number_prefix")
NO_KEY = (
    "<OpenAPI_ServiceResponse>\n<cmmMsgHeader>\n<errMsg>SERVICE ERROR</errMsg>\n"
    "<returnAuthMsg>{message}</returnAuthMsg>\n<returnReasonCode>{code}</returnReasonCode>\n</cmmMsgHeader>\n"
    "</OpenAPI_ServiceResponse>"
)
SHORT = {
    "data_month": "dataCrtYm",
    "workplace_name": "wkplNm",
    "status": "wkplJnngStcd",
    "road_address": "wkplRoadNmDtlAddr",
    "legal_form": "wkplStylDvcd",
    "sido_code": "ldongAddrMgplDgCd",
    "sigungu_code": "ldongAddrMgplSgguCd",
    "emd_code": "ldongAddrMgplSgguEmdCd",
}
LONG = {
    **SHORT,
    "industry_code": "wkplIntpCd",
    "industry_name": "vldtVlKrnNm",
    "enrolled_on": "adptDt",
    "withdrawn_on": "scsnDt",
    "subscribers": "jnngpCnt",
    "billed_amount_krw": "crrmmNtcAmt",
}
MOVED = {"data_month": "dataCrtYm", "joined": "nwAcqzrCnt", "departed": "lssJnngpCnt"}


def refusal(service_key: str) -> str | None:
    """Return the XML error for a request without a valid key, whatever the format; None with one."""
    if service_key not in KEYS:
        return NO_KEY.format(message="SERVICE_KEY_IS_NOT_REGISTERED_ERROR", code=30)
    return None if KEYS[service_key] else NO_KEY.format(message="SERVICE_ACCESS_DENIED_ERROR", code=20)


def answer(operation: str, uploads: list[Upload], fields: dict[str, str]) -> dict[str, Any]:
    """Return the answer to one of the three operations; `items` is an empty text for no result."""
    rows = list(_found(operation, uploads, fields))
    page, most = int(fields.get("pageNo") or 1), int(fields.get("numOfRows") or 10)
    shown = rows[(page - 1) * most : page * most]
    body = {
        "items": {"item": shown} if shown else "",
        "numOfRows": most,
        "pageNo": page,
        "totalCount": len(rows),
    }
    return {"response": {"header": {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}, "body": body}}


def _found(operation: str, uploads: list[Upload], fields: dict[str, str]) -> Iterator[dict[str, Any]]:
    for upload in uploads[:MONTHS]:
        first = int(upload.label) % 1_000_000 * ROWS_OF_A_MONTH
        if operation == SEARCH:
            for number, values in enumerate(rows_of(upload)[1], start=1):
                if _fits(values, fields):  # before rows are parsed: few of a month's are requested
                    row = dict(zip(COLUMNS, values, strict=True))
                    prefix = row["business_number_prefix"]
                    yield {"seq": str(first + number), **_named(row, SHORT), "bzowrRgstNo": f"{prefix}****"}
        elif 0 < (number := _whole(fields.get("seq", "")) - first) < ROWS_OF_A_MONTH:
            for values in rows_of(upload)[1][number - 1 : number]:
                row = dict(zip(COLUMNS, values, strict=True))
                yield {"seq": fields["seq"], **_named(row, LONG if operation == DETAIL else MOVED)}


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _fits(values: list[str], fields: dict[str, str]) -> bool:
    name = fields.get("wkplNm", "")
    return bool(name) and name in values[NAME] and values[PREFIX].startswith(fields.get("bzowrRgstNo", ""))


def _named(row: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    """Return values under the service's names, dates and months without hyphens, codes with all their digits."""
    return {
        name: row[column].replace("-", "")
        if column == "data_month" or column.endswith("_on")
        else row[column].zfill(WIDTHS.get(column, 0) if row[column].isdecimal() else 0)
        for column, name in names.items()
    }
