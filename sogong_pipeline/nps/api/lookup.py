"""Client of the look-up API of the National Pension Service, for checks of single workplaces, not for whole months.

A search by name returns one row per workplace and month, each with its own number; the figures of a row take two more
requests. This service accepts its key in the address alone, so addresses are kept out of errors and logs.

A search by name gives one row per workplace and month, each with a number of its own; the figures of a row take two
more questions. This service takes its key in the address alone, so addresses are kept out of errors and logs.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.api.key import KEY_FIELD, key_of, refusal_of_api
from sogong_pipeline.nps.portal.http import PortalConnection
from sogong_pipeline.periods import Month

SERVICE = "/B552015/NpsBplcInfoInqireServiceV2"
SEARCH, DETAIL, FLOW = "getBassInfoSearchV2", "getDetailInfoSearchV2", "getPdAcctoSttusInfoSearchV2"
MOST_ROWS, MOST_PAGES = 100, 5
NO_DATA = "03"
LIMITS = {"requests_a_day": 10_000}


@dataclass(frozen=True)
class Snapshot:
    """A workplace in one month, as a search returns it; `seq` is the row's number and changes by month."""

    seq: str
    month: Month
    workplace_name: str
    business_number_prefix: str
    road_address: str
    status: int


@dataclass(frozen=True)
class Figures:
    """Figures of one snapshot: heads, won a month, heads that joined and departed."""

    subscribers: int
    billed_amount_krw: int
    joined: int
    departed: int
    industry_name: str


class LookupClient:
    """Client for queries on single workplaces.

    Args:
        url: The service's host, `https://apis.data.go.kr`; plain http only on this machine.
        key: The key that data.go.kr issued, encoded or not.
        folder: Folder of this machine's state for each portal.

    Raises:
        RefusedError: when `url` is invalid, or the key is missing.
    """

    def __init__(self, url: str, key: SecretStr, folder: Path) -> None:
        self._service = PortalConnection(
            url,
            referer="/",
            folder=folder,
            overrides=LIMITS,
            secrets={KEY_FIELD: key_of(key)},
            refusal=refusal_of_api,
        )
        logging.getLogger("urllib3.connectionpool").addFilter(_without_key)

    def find(self, name: str, prefix: str = "") -> list[Snapshot]:
        """Return snapshots of workplaces whose name contains a text, the newest month first.

        Args:
            name: a part of the name, at least two characters.
            prefix: the first six digits of the business number; any when blank.

        Raises:
            LaterError: when the service is unreachable.
            RefusedError: when it refuses the key, its answer has an unknown form, or too many names match.
        """
        snapshots = [
            Snapshot(
                seq=_text(item, "seq"),
                month=Month.parse(_text(item, "dataCrtYm")),
                workplace_name=_text(item, "wkplNm"),
                business_number_prefix=_text(item, "bzowrRgstNo")[:6],
                road_address=_text(item, "wkplRoadNmDtlAddr"),
                status=_count(item, "wkplJnngStcd"),
            )
            for item in self._search({"wkplNm": name, **({"bzowrRgstNo": prefix} if prefix else {})})
        ]
        return sorted(snapshots, key=lambda one: (one.month, one.workplace_name, one.seq), reverse=True)

    def figures(self, snapshot: Snapshot) -> Figures | None:
        """Return the figures of a snapshot, None when the service has none; raises as `find` does."""
        details = self._items(DETAIL, {"seq": snapshot.seq})
        month = str(snapshot.month).replace("-", "")
        flows = self._items(FLOW, {"seq": snapshot.seq, "dataCrtYm": month})
        if not details:
            return None
        flow = flows[0] if flows else {}
        return Figures(
            subscribers=_count(details[0], "jnngpCnt"),
            billed_amount_krw=_count(details[0], "crrmmNtcAmt"),
            joined=_count(flow, "nwAcqzrCnt"),
            departed=_count(flow, "lssJnngpCnt"),
            industry_name=_text(details[0], "vldtVlKrnNm"),
        )

    def _search(self, asked: dict[str, str]) -> list[Mapping[str, Any]]:
        """Return every row of a search, in the order of the service."""
        rows: list[Mapping[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            items, total = self._answer(SEARCH, {**asked, "pageNo": str(page), "numOfRows": str(MOST_ROWS)})
            rows += items
            if len(rows) >= total or not items:
                return rows
        raise RefusedError(f"{total:,} rows have that name; give more of it, or --prefix")

    def _items(self, operation: str, fields: dict[str, str]) -> list[Mapping[str, Any]]:
        return self._answer(operation, fields)[0]

    def _answer(self, operation: str, fields: dict[str, str]) -> tuple[list[Mapping[str, Any]], int]:
        """Return an answer's items and their total number.

        The service sends an empty text for no items, and a bare object for a single one.
        """
        path = f"{SERVICE}/{operation}"
        text = self._service.page("GET", path, {**fields, "dataType": "json"})
        try:
            answer = json.loads(text)["response"]
            code, body = str(answer["header"]["resultCode"]), answer.get("body") or {}
            items, total = (body.get("items") or {}).get("item", []), int(body.get("totalCount") or 0)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._service.unexpected("response, header and body as JSON", path, text) from None
        if code not in {"00", "0", NO_DATA}:
            message = " ".join(str(answer["header"].get("resultMsg", "")).split())[:80]
            raise RefusedError(f"{self._service.base}{path} refuses with code {code[:8]}: {message}")
        return ([items] if isinstance(items, dict) else list(items)), total


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return "" if value is None else str(value).strip()


def _count(item: Mapping[str, Any], name: str) -> int:
    """Parse a whole number, which may be text with commas; 0 when missing."""
    digits = _text(item, name).replace(",", "")
    return int(digits) if digits.isdecimal() else 0


def _without_key(record: logging.LogRecord) -> bool:
    """Remove the key from addresses that the HTTP library logs."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            re.sub(rf"{KEY_FIELD}=[^&\s]*", f"{KEY_FIELD}=…", value) if isinstance(value, str) else value
            for value in record.args
        )
    return True
