"""KOSIS statistics by parameters: every item and area of a table, the item selected by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sogong_pipeline.outside.client import Client
from sogong_pipeline.outside.indicator import Indicator
from sogong_pipeline.outside.observation import Observation
from sogong_pipeline.periods import Month

PATH = "/openapi/Param/statisticsParameterData.do"
NEEDED = ("TBL_ID", "ITM_NM", "C1_NM", "PRD_DE", "DT")
BARE_NAME = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")


def ask(client: Client, indicator: Indicator, first: Month, last: Month) -> Iterator[Observation]:
    """Yield the observations of some months of every item and area.

    Raises:
        TooManyError: when the request exceeds the limit of the service.
        LaterError, RefusedError: when the response is not a list of values, or not exactly one item has the name.
    """
    asked = indicator.request
    text = client.text(
        PATH,
        {
            "method": "getList",
            "orgId": asked["org"],
            "tblId": asked["table"],
            "itmId": "ALL",
            **asked["classes"],
            "prdSe": "M",
            "startPrdDe": f"{first.year}{first.month:02d}",
            "endPrdDe": f"{last.year}{last.month:02d}",
            "format": "json",
            "jsonVD": "Y",
        },
    )
    rows = _rows(client, text)
    names = sorted({_text(client, asked, row, number)["ITM_NM"] for number, row in enumerate(rows, start=1)})
    matches = [name for name in names if re.fullmatch(asked["item_name"], name)]
    if len(matches) != 1:
        raise client.unexpected(
            f"one item named {asked['item_name']} in {asked['table']}",
            f"{len(matches)} among {', '.join(names)}",
        )
    for number, row in enumerate(rows, start=1):
        if row["ITM_NM"] == matches[0]:
            yield Observation(
                row["C1_NM"], row["PRD_DE"], row["DT"], str(row.get("UNIT_NM") or ""), f"row {number}"
            )


def _rows(client: Client, text: str) -> list[Any]:
    answer = _json(text)
    if isinstance(answer, dict) and (code := answer.get("err") or answer.get("errCode")):
        raise client.complaint(str(code), str(answer.get("errMsg", "")))
    if answer is None and (code := re.search(r"<err>\s*(\d+)\s*</err>", text)):
        message = re.search(r"<errMsg>([^<]*)", text)
        raise client.complaint(code[1], message[1] if message else "")
    if not isinstance(answer, list) or not answer:
        raise client.unexpected("a list of rows as JSON", text)
    return answer


def _json(text: str) -> Any:
    """Parse JSON, including errors with unquoted names; None if invalid."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return json.loads(BARE_NAME.sub(r'\1"\2":', text)) if text.lstrip().startswith("{") else None
    except ValueError:
        return None


def _text(client: Client, asked: Mapping[str, Any], row: Any, number: int) -> Mapping[str, str]:
    """Return a row after checking its fields, table and classes."""
    needed = (*NEEDED, *asked["class_names"])
    missing = [name for name in needed if not isinstance(row, dict) or not isinstance(row.get(name), str)]
    if missing:
        raise client.unexpected(f"{', '.join(missing)} in row {number}", json.dumps(row, ensure_ascii=False))
    expected = {"TBL_ID": asked["table"], **asked["class_names"]}
    for name, value in expected.items():
        if row[name].strip() != value:
            raise client.unexpected(f"{name} {value} in row {number}", row[name])
    fields: Mapping[str, str] = row
    return fields
