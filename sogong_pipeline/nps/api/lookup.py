"""The look-up API of the National Pension Service: one workplace at a time, for checking one; useless for a month.

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
    """A workplace in one month, as a search finds it; `seq` is the row's number and changes by month."""

    seq: str
    month: Month
    workplace_name: str
    business_number_prefix: str
    road_address: str
    status: int


@dataclass(frozen=True)
class Figures:
    """What the service says of one snapshot: heads, won a month, and who came and went."""

    subscribers: int
    billed_amount_krw: int
    joined: int
    departed: int
    industry_name: str


class LookupClient:
    """Asks about single workplaces.

    Args:
        url: The service's host, `https://apis.data.go.kr`; plain http only on this machine.
        key: The key that data.go.kr issued, encoded or not.
        folder: Folder of what this machine remembers of each portal.

    Raises:
        RefusedError: when `url` is not such an address, or there is no key.
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
        """The snapshots of workplaces whose name holds a text, the newest month first.

        Args:
            name: a part of the name, at least two characters.
            prefix: the first six digits of the business number; any when blank.

        Raises:
            LaterError: when the service is unreachable.
            RefusedError: when it refuses the key, answers otherwise than is known, or has too many of that name.
        """
        found = [
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
        return sorted(found, key=lambda one: (one.month, one.workplace_name, one.seq), reverse=True)

    def figures(self, snapshot: Snapshot) -> Figures | None:
        """The figures of a snapshot, None when the service has none; raises as `find` does."""
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
        """Every row of a search, in whatever order the service has them."""
        found: list[Mapping[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            items, total = self._answer(SEARCH, {**asked, "pageNo": str(page), "numOfRows": str(MOST_ROWS)})
            found += items
            if len(found) >= total or not items:
                return found
        raise RefusedError(f"{total:,} rows have that name; give more of it, or --prefix")

    def _items(self, operation: str, fields: dict[str, str]) -> list[Mapping[str, Any]]:
        return self._answer(operation, fields)[0]

    def _answer(self, operation: str, fields: dict[str, str]) -> tuple[list[Mapping[str, Any]], int]:
        """An answer's items and how many there are in all.

        `items` is an empty text when there are none, and one alone may be no list.
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
    """A whole number, which may come as text with commas; 0 when there is none."""
    digits = _text(item, name).replace(",", "")
    return int(digits) if digits.isdecimal() else 0


def _without_key(record: logging.LogRecord) -> bool:
    """Take the key out of what the HTTP library notes of an address."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            re.sub(rf"{KEY_FIELD}=[^&\s]*", f"{KEY_FIELD}=…", value) if isinstance(value, str) else value
            for value in record.args
        )
    return True
