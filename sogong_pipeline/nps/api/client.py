"""Client of the API for whole months: rows as pages of JSON, the alternative to the portal's file.

A description lists one path per upload with its label in the summary; the rows carry the month, as in a file. The
answers are converted to one file of the published form, so that every later step reads one format, and are stored
unchanged beside it. The key is sent in a header only.
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
from sogong_pipeline.nps.api.rows import FileOfRows, columns_of
from sogong_pipeline.nps.portal.hints import BY_HAND
from sogong_pipeline.nps.portal.http import PortalConnection
from sogong_pipeline.nps.portal.pages import DATA_SET, Publication, read_label
from sogong_pipeline.nps.portal.upload_client import UploadClient
from sogong_pipeline.nps.portal.uploads import BytesProgress, Listing

DESCRIPTION = "/oas/docs"
NAMESPACE = f"{DATA_SET}/v1"
ROWS_A_PAGE = 10_000
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Fixed timestamp of every answer in the ZIP, so that the same answers give the same bytes."""
LIMITS = {"requests_a_day": 10_000, "page_bytes": 64 << 20}
"""Rows per page, some 12 MB; a month takes 60 requests, and a key allows 10,000 a day."""


class ApiClient(UploadClient):
    """Client that lists and downloads the uploads of data set 15083277 over the API.

    Args:
        url: The API; plain http only on this machine.
        key: The key that data.go.kr issued, encoded or not.
        folder: Folder of this machine's state for each portal.
        name: First part of the names of its files.
        description_url: The host that describes the API, when it is another one.

    Raises:
        RefusedError: when an address is invalid, or the key is missing.
    """

    answers_name = "answers.zip"

    def __init__(
        self, url: str, key: SecretStr, folder: Path, *, name: str, description_url: str | None = None
    ) -> None:
        headers = {"Authorization": f"Infuser {key_of(key)}"}
        super().__init__(
            PortalConnection(
                url, referer="/", folder=folder, overrides=LIMITS, headers=headers, refusal=refusal_of_api
            )
        )
        self._description = PortalConnection(description_url or url, referer="/", folder=folder)
        self._name = name
        self.rows_a_page = ROWS_A_PAGE

    def list_uploads(self) -> Listing:
        """List the uploads of the description, newest label first.

        Raises:
            LaterError: when it is unreachable.
            RefusedError: when its description has an unknown form.
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

    def download(self, upload: Publication, target: Path, progress: BytesProgress | None = None) -> str:
        """Download one upload and its answers; `target` appears only when complete.

        Returns:
            A name for the file.

        Raises:
            LaterError: when the API is unreachable, limits the rate of requests, or its rows change meanwhile.
            RefusedError: when it refuses the key, or its answer has an unknown form.
        """
        name = f"{self._name}_{upload.label}.csv"
        part, answers = target.with_suffix(".part"), target.with_name(self.answers_name)
        with FileOfRows(part) as file, zipfile.ZipFile(answers, "w", zipfile.ZIP_DEFLATED) as archive:
            received = 0
            for number, (text, rows) in enumerate(self._pages(upload), start=1):
                archive.writestr(
                    zipfile.ZipInfo(f"page-{number:05d}.json", _FIRST_DAY), text, zipfile.ZIP_DEFLATED
                )
                file.write(rows, f"{name}, page {number}")
                received += len(text.encode())
                if progress:
                    progress(received, None)
        part.rename(target)
        return name

    def _pages(self, upload: Publication) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield every page, as text and as rows; refuse pages of different states of the data."""
        total, seen, page, first = 0, 0, 1, ""
        while page == 1 or seen < total:
            text, answer = self._page(upload, page)
            rows = answer["data"]
            if page == 1:
                total, first = answer["totalCount"], digest_of(rows)
                if not total:
                    raise RefusedError(f"{self.address} has no row in upload {upload.label}; {BY_HAND}")
            if answer["totalCount"] != total:
                raise self._changed(
                    upload, f"{total:,} rows on page 1 and {answer['totalCount']:,} on page {page}"
                )
            if len(rows) != min(self.rows_a_page, total - seen):
                raise self._changed(upload, f"{len(rows):,} rows on page {page} of {total:,} rows")
            columns_of(rows[0], f"{self.address}, page {page}")
            yield text, rows
            seen, page = seen + len(rows), page + 1
        if digest_of(self._page(upload, 1)[1]["data"]) != first:
            raise self._changed(upload, "other rows on page 1 than at the beginning")

    def _page(self, upload: Publication, page: int) -> tuple[str, dict[str, Any]]:
        path = f"/api/{NAMESPACE}/{upload.detail_pk}"
        fields = {"page": str(page), "perPage": str(self.rows_a_page), "returnType": "JSON"}
        text = self._connection.page("GET", path, fields)
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not _is_page(answer, page):
            raise self._connection.unexpected(f"page {page} of rows as JSON", path, text)
        return text, answer

    def _changed(self, upload: Publication, difference: str) -> LaterError:
        return LaterError(
            f"{self.address} changed upload {upload.label} while it was read: {difference}; nothing was kept, "
            "run it again"
        )


def _summary(methods: object) -> str:
    """Return the summary of a path in the description."""
    operation = methods.get("get") if isinstance(methods, dict) else None
    return str(operation.get("summary", "")) if isinstance(operation, dict) else ""


def _is_page(answer: object, page: int) -> bool:
    """Check that an answer is the requested page of rows."""
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
