"""The odcloud API: a month as pages of JSON, a second way in beside the portal's file.

A description lists one path per upload and tells its label in the summary; the month stands in the rows, as in a file.
The answers become one file of the published form, so that everything after the door is the same for both ways, and
are kept beside it as they came. The key travels in a header and nowhere else.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.lake.partitions import digest_of
from sogong_pipeline.nps.api.key import key_of, refusal_of_api
from sogong_pipeline.nps.api.odcloud_rows import FileOfRows, columns_of
from sogong_pipeline.nps.portal.client import Listing
from sogong_pipeline.nps.portal.download import Progress
from sogong_pipeline.nps.portal.http import PortalConnection
from sogong_pipeline.nps.portal.pages import DATA_SET, Publication, read_label
from sogong_pipeline.nps.portal.rate_limit import BY_HAND, DAY_SECONDS
from sogong_pipeline.periods import Month

DESCRIPTION = "/oas/docs"
NAMESPACE = f"{DATA_SET}/v1"
DESCRIBED_AT = {"https://api.odcloud.kr": "https://infuser.odcloud.kr"}
"""Where the description of an address lies; at the address itself where nothing else is known."""
ROWS_A_PAGE = 10_000
ANSWERS = "answers.zip"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The time of every answer in the ZIP, so that the same answers are the same bytes."""
LIMITS = {"requests_a_day": 10_000, "page_bytes": 64 << 20}
"""A page of rows has some 12 MB; a month takes 60 requests, and a key is good for 10,000 a day."""


class OdcloudClient:
    """Lists and fetches the uploads of data set 15083277 over the API.

    Args:
        url: The API, `https://api.odcloud.kr`; plain http only on this machine.
        key: The key that data.go.kr issued, encoded or not.
        folder: Where this machine remembers what it needs to be a good guest.

    Raises:
        RefusedError: when `url` is not such an address, or there is no key.
    """

    way = "odcloud "
    """What the origin of its files begins with."""

    def __init__(self, url: str, key: SecretStr, folder: Path) -> None:
        address = url.rstrip("/")
        described_at = DESCRIBED_AT.get(address, address)
        headers = {"Authorization": f"Infuser {key_of(key)}"}
        self._api = PortalConnection(
            address, referer="/", folder=folder, limits=LIMITS, headers=headers, refusal=refusal_of_api
        )
        self._description = PortalConnection(described_at, referer="/", folder=folder)
        self.rows_a_page = ROWS_A_PAGE

    @property
    def address(self) -> str:
        """The API, for messages."""
        return self._api.base

    def remember_month(self, upload: str, month: Month) -> None:
        """Remember which month an upload was found to hold."""
        self._api.memory.keep({"month": str(month), "at": self._api.turns.clock()}, "held", upload)

    def remembered_month(self, upload: str) -> Month | None:
        """The month an upload was found to hold within the last day."""
        seen = self._api.memory.recall("held", upload)
        is_fresh = seen and abs(self._api.turns.clock() - seen["at"]) < DAY_SECONDS
        return Month.parse(seen["month"]) if is_fresh else None

    def list_uploads(self) -> Listing:
        """What the description lists, newest label first.

        Raises:
            LaterError: when it is unreachable.
            RefusedError: when it is not the description known.
        """
        answer = self._description.json("GET", DESCRIPTION, {"namespace": NAMESPACE})
        paths = answer.get("paths")
        uploads = [
            Publication(label, path.rpartition("/")[2])
            for path, methods in (paths.items() if isinstance(paths, dict) else ())
            if path.startswith(f"/{NAMESPACE}/uddi:") and (label := read_label(_summary(methods)))
        ]
        if not uploads:
            raise self._description.unexpected("paths with dated summaries", DESCRIPTION, str(answer))
        return Listing(sorted(uploads, key=lambda upload: upload.label, reverse=True))

    def download(self, upload: Publication, target: Path, progress: Progress | None = None) -> str:
        """Fetch one upload into `target`, which appears only when it is whole, and its answers beside it.

        Returns:
            A name for the file.

        Raises:
            LaterError: when the API is unreachable, asks to be left alone, or its rows change on the way.
            RefusedError: when it refuses the key, or answers otherwise than is known.
        """
        name = f"odcloud_{upload.label}.csv"
        part, answers = target.with_suffix(".part"), target.with_name(ANSWERS)
        with FileOfRows(part) as file, zipfile.ZipFile(answers, "w", zipfile.ZIP_DEFLATED) as kept:
            received = 0
            for number, (text, rows) in enumerate(self._pages(upload), start=1):
                kept.writestr(
                    zipfile.ZipInfo(f"page-{number:05d}.json", _FIRST_DAY), text, zipfile.ZIP_DEFLATED
                )
                file.write(rows, f"{name}, page {number}")
                received += len(text.encode())
                if progress:
                    progress(received, None)
        part.rename(target)
        return name

    def _pages(self, upload: Publication) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Every page as it came and its rows; refused when they cannot be one and the same state of the data."""
        total, seen, page, first = 0, 0, 1, ""
        while page == 1 or seen < total:
            text, answer = self._page(upload, page)
            rows = answer["data"]
            if page == 1:
                total, first = answer["totalCount"], digest_of(rows)
                if not total:
                    raise RefusedError(f"{self.address} has no row in upload {upload.label}; {BY_HAND}")
            if answer["totalCount"] != total:
                raise self._moved(
                    upload, f"{total:,} rows on page 1 and {answer['totalCount']:,} on page {page}"
                )
            if len(rows) != min(self.rows_a_page, total - seen):
                raise self._moved(upload, f"{len(rows):,} rows on page {page} of {total:,} rows")
            columns_of(rows[0], f"{self.address}, page {page}")
            yield text, rows
            seen, page = seen + len(rows), page + 1
        if digest_of(self._page(upload, 1)[1]["data"]) != first:
            raise self._moved(upload, "other rows on page 1 than at the beginning")

    def _page(self, upload: Publication, page: int) -> tuple[str, dict[str, Any]]:
        path = f"/api/{NAMESPACE}/{upload.detail_pk}"
        asked = {"page": str(page), "perPage": str(self.rows_a_page), "returnType": "JSON"}
        text = self._api.page("GET", path, asked)
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not _is_page(answer, page):
            raise self._api.unexpected(f"page {page} of rows as JSON", path, text)
        return text, answer

    def _moved(self, upload: Publication, what: str) -> LaterError:
        return LaterError(
            f"{self.address} changed upload {upload.label} while it was read: {what}; nothing was kept, run it again"
        )


def _summary(methods: object) -> str:
    """What a path of the description says of itself."""
    asked = methods.get("get") if isinstance(methods, dict) else None
    return str(asked.get("summary", "")) if isinstance(asked, dict) else ""


def _is_page(answer: object, page: int) -> bool:
    """Whether an answer is a page of rows, and the one that was asked for."""
    if (
        not isinstance(answer, dict)
        or answer.get("page") != page
        or not isinstance(answer.get("totalCount"), int)
    ):
        return False
    rows = answer.get("data")
    return (
        isinstance(rows, list)
        and all(isinstance(row, dict) for row in rows)
        and answer.get("currentCount") == len(rows)
    )
