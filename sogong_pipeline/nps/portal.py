"""The download flow of the public data portal, as its pages walk a browser through it.

Data set page -> history of uploads -> pop-up of one upload -> announcement of the download -> captcha check
-> file. No key, no login. What an upload is labelled with is its extraction date, never its data month: the
month inside the file decides, so `candidates` only says where to look first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import requests

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal_http import BY_HAND, AbsentError, PortalConnection, root_cause
from sogong_pipeline.nps.portal_pages import (
    Publication,
    glimpse,
    read_buttons,
    read_current,
    read_file_name,
    read_history,
)
from sogong_pipeline.periods import Month

DATA_SET = "15083277"
DATA_SET_PAGE = f"/data/{DATA_SET}/fileData.do"
HISTORY = "/tcs/dss/selectHistAndCsvData.do"
POPUP = "/tcs/dss/selectDpkDetailInfo.do"
ANNOUNCEMENT = "/tcs/dss/selectFileDataDownload.do"
CAPTCHA_CHECK = "/cmm/cmm/check-limit.json"
FILE = "/cmm/cmm/fileDownload.do"

SHORTEST_HEADER_BYTES = 383
"""Length of the shortest header the data set ever had; a CSV that is not longer has no row."""
ZIP_MAGIC = b"PK\x03\x04"
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Downloaded:
    """A file as it was received.

    Attributes:
        path: Where it was written.
        sha256: Digest of its bytes, hexadecimal.
        bytes: Its length.
        file_name: The name the portal gave it, without any folder.
        origin: The address it came from.
    """

    path: Path
    sha256: str
    bytes: int
    file_name: str
    origin: str


def uploads_for(month: Month, publications: list[Publication]) -> list[Publication]:
    """The uploads whose label lets them hold `month`, the likeliest first.

    A file is extracted in the month after its data month, so that label month comes first; then the month
    itself (some labels give the data month) and the month after next (late uploads). Of two uploads in one
    label month the earlier comes first, because the first release is the one kept.
    """
    likely = (month.shift(1), month, month.shift(2))
    rank = {str(label_month).replace("-", ""): place for place, label_month in enumerate(likely)}
    fitting = [upload for upload in publications if upload.label[:6] in rank]
    return sorted(fitting, key=lambda upload: (rank[upload.label[:6]], upload.label))


class PortalClient:
    """Lists and downloads the uploads of data set 15083277.

    Args:
        base_url: The portal, `https://www.data.go.kr`; plain http only on this machine.
        timeout: Seconds to wait for a connection and between two pieces of an answer.
        session: A session to use instead of the own one, which repeats what may pass by itself.

    Raises:
        RefusedError: when `base_url` is not such an address.
    """

    def __init__(
        self, base_url: str, *, timeout: float = 60, session: requests.Session | None = None
    ) -> None:
        self._portal = PortalConnection(base_url, referer=DATA_SET_PAGE, timeout=timeout, session=session)

    def publications(self) -> list[Publication]:
        """Every upload the portal lists, newest label first.

        The history leaves out the current file and has been absent at times; then the current file is all
        there is.

        Raises:
            RefusedError: when the portal is unreachable or its data set page is not the one known.
        """
        page = self._portal.page("GET", DATA_SET_PAGE, {})
        current = read_current(page)
        if current is None:
            raise self._portal.changed("a current file with its date", DATA_SET_PAGE, glimpse(page))
        key = {"publicDataPk": DATA_SET, "publicDataDetailPk": current.detail_pk}
        try:
            earlier = read_history(self._portal.page("POST", HISTORY, key))
        except AbsentError:
            earlier = []
        listed = {upload.detail_pk: upload for upload in (*earlier, current)}
        return sorted(listed.values(), key=lambda upload: upload.label, reverse=True)

    def candidates(self, month: Month) -> list[Publication]:
        """The uploads that may hold `month`, the likeliest first; see `uploads_for`.

        Raises:
            RefusedError: when no listed upload fits, or as `publications` does.
        """
        publications = self.publications()
        fitting = uploads_for(month, publications)
        if not fitting:
            raise LaterError(
                f"{self._portal.base} lists no upload for {month}: {len(publications)} in all, labelled "
                f"{publications[-1].label} to {publications[0].label}; wait for it, or {BY_HAND}"
            )
        return fitting

    def download(
        self,
        publication: Publication,
        target: Path,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> Downloaded:
        """Fetch one upload into `target`, which appears only when it is whole.

        Args:
            publication: One of `publications`.
            target: The file to write; its folder exists.
            progress: Called with the bytes received so far and the bytes announced, if they were.

        Raises:
            RefusedError: when the portal is unreachable, asks for a captcha, answers with other pages than
                those known, breaks off, or sends something that is no CSV or ZIP file.
        """
        key = {"publicDataPk": DATA_SET, "publicDataDetailPk": publication.detail_pk}
        popup = self._portal.page("POST", POPUP, key)
        offered = read_buttons(popup)
        if not offered:
            raise self._portal.changed("a download button", POPUP, glimpse(popup))
        announced = self._portal.json("GET", ANNOUNCEMENT, {"recommendDataYn": "Y", **key})
        file_id = str(announced.get("atchFileId"))
        if announced.get("status") is not True or file_id not in offered:
            raise self._portal.changed(" or ".join(sorted(offered)), ANNOUNCEMENT, repr(file_id))
        file_key = {"atchFileId": file_id, "fileDetailSn": str(announced.get("fileDetailSn") or "1")}
        if self._portal.json("POST", CAPTCHA_CHECK, file_key).get("needCaptcha"):
            raise RefusedError(
                f"the portal wants a person to solve a captcha before upload {publication.label}; {BY_HAND}"
            )
        with self._portal.ask("GET", FILE, {**file_key, "insertDataPrcus": "N"}, stream=True) as response:
            digest, length = _save(response, target, progress)
            file_name = read_file_name(response.headers.get("Content-Disposition", ""))
        return Downloaded(
            path=target,
            sha256=digest,
            bytes=length,
            file_name=file_name or f"{publication.label}.csv",
            origin=f"{self._portal.base}{FILE}?{urlencode(file_key)}",
        )


def _save(
    response: requests.Response, target: Path, progress: Callable[[int, int | None], None] | None
) -> tuple[str, int]:
    """Stream a body into `target` by way of a file beside it; return its SHA-256 and its length."""
    announced = response.headers.get("Content-Length", "")
    total = int(announced) if announced.isdecimal() else None
    digest, length, head = hashlib.sha256(), 0, b""
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as file:
            for block in response.iter_content(BLOCK_BYTES):
                head = head or block[:SHORTEST_HEADER_BYTES]
                if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<"):
                    break  # an error page, however long it is
                file.write(block)
                digest.update(block)
                length += len(block)
                if progress is not None:
                    progress(length, total)
        if length <= SHORTEST_HEADER_BYTES and not head.startswith(ZIP_MAGIC):
            raise RefusedError(
                f"expected a CSV or ZIP file from the portal, got {total or length} bytes that begin "
                f"{glimpse(head.decode('utf-8', 'replace'))}; try later, or {BY_HAND}"
            )
        part.replace(target)
    except requests.RequestException as error:
        raise LaterError(
            f"the portal broke off: expected {total or 'more'} bytes, got {length} ({root_cause(error)}); "
            f"try again, or {BY_HAND}"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest(), length
