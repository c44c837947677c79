"""ECOS of the Bank of Korea: StatisticSearch in pages of 1,000 rows, one table and item, all areas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sogong_pipeline.outside.client import KEY, Client
from sogong_pipeline.outside.indicator import Indicator
from sogong_pipeline.outside.observation import Observation
from sogong_pipeline.periods import Month

ROWS_A_PAGE = 1000
SEARCH = "StatisticSearch"
NEEDED = ("STAT_CODE", "ITEM_CODE1", "ITEM_NAME1", "ITEM_NAME2", "TIME", "DATA_VALUE")


def ask(client: Client, indicator: Indicator, first: Month, last: Month) -> Iterator[Observation]:
    """Yield the observations of some months, page by page.

    Raises:
        LaterError, RefusedError: when the response is not a list of values of this indicator.
    """
    asked, seen, page, total = indicator.request, 0, 0, 1
    span = f"M/{first.year}{first.month:02d}/{last.year}{last.month:02d}"
    while seen < total:
        start = page * ROWS_A_PAGE + 1
        path = f"/api/{SEARCH}/{KEY}/json/kr/{start}/{start + ROWS_A_PAGE - 1}/{asked['table']}/{span}/{asked['item']}"
        text = client.text(path, {})
        rows, count = _rows(client, text)
        if page and count != total:
            raise client.unexpected(f"{total:,} rows as on page 1", f"{count:,} rows on page {page + 1}")
        total, page = count, page + 1
        if len(rows) != min(ROWS_A_PAGE, total - seen):
            raise client.unexpected(
                f"{min(ROWS_A_PAGE, total - seen):,} rows on page {page}", f"{len(rows):,} rows of {total:,}"
            )
        for number, row in enumerate(rows, start=seen + 1):
            if (observation := _observation(client, asked, row, f"row {number}")) is not None:
                yield observation
        seen += len(rows)


def _rows(client: Client, text: str) -> tuple[list[Any], int]:
    """Return the rows of a page and the total number of rows."""
    try:
        answer = json.loads(text)
    except ValueError:
        code = re.search(r"<CODE>\s*([A-Z]+-\d+)\s*</CODE>", text)
        message = re.search(r"<MESSAGE>(?:<!\[CDATA\[)?\s*([^<\]]*)", text)
        if code:
            raise client.complaint(code[1], message[1] if message else "") from None
        raise client.unexpected("rows as JSON", text) from None
    result = answer.get("RESULT") if isinstance(answer, dict) else None
    if isinstance(result, dict):
        raise client.complaint(str(result.get("CODE", "")), str(result.get("MESSAGE", "")))
    page = answer.get(SEARCH) if isinstance(answer, dict) else None
    rows = page.get("row") if isinstance(page, dict) else None
    count = page.get("list_total_count") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not isinstance(count, int):
        raise client.unexpected(f"{SEARCH} with list_total_count and row", text)
    return rows, count


def _observation(client: Client, asked: Mapping[str, Any], row: Any, where: str) -> Observation | None:
    """Convert a row; None for another group of banks."""
    missing = [name for name in NEEDED if not isinstance(row, dict) or not isinstance(row.get(name), str)]
    if missing:
        raise client.unexpected(f"{', '.join(missing)} in {where}", json.dumps(row, ensure_ascii=False))
    if (row["STAT_CODE"], row["ITEM_CODE1"]) != (asked["table"], asked["item"]) or (
        asked["item_name"] not in row["ITEM_NAME1"]
    ):
        raise client.unexpected(
            f"item {asked['item']} of {asked['table']} about {asked['item_name']} in {where}",
            f"{row['ITEM_CODE1']} of {row['STAT_CODE']}: {row['ITEM_NAME1']}",
        )
    if (row.get("ITEM_CODE3") or asked["bank_group"]) != asked["bank_group"]:
        return None
    return Observation(
        row["ITEM_NAME2"], row["TIME"], row["DATA_VALUE"], str(row.get("UNIT_NAME") or ""), where
    )
