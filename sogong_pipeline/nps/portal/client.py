"""Client for the download flow of the public data portal, following its pages as a browser does.

Data set page -> history of uploads -> announcement of one upload's file -> captcha check -> file. No key, no login.
An upload is labelled with its extraction date, never its data month: the month inside the file decides, so
`uploads_for` in `uploads.py` only orders the candidates.

Pages have come and gone, so each has a fallback: the catalogue's record for the data set page, the current file alone
for the history, the upload's pop-up for the announcement, nothing for the captcha check.
"""

from __future__ import annotations

from pathlib import Path

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal.headers import read_file_name
from sogong_pipeline.nps.portal.http import PortalConnection
from sogong_pipeline.nps.portal.pages import (
    DATA_SET,
    File,
    Publication,
    read_announcement,
    read_button,
    read_catalogue,
    read_current,
    read_history,
)
from sogong_pipeline.nps.portal.rate_limit import RequestLimits
from sogong_pipeline.nps.portal.status import AbsentError
from sogong_pipeline.nps.portal.upload_client import UploadClient
from sogong_pipeline.nps.portal.uploads import BytesProgress, Listing

DATA_SET_PAGE = "/data/{}/fileData.do"
CATALOGUE = "/catalog/{}/fileData.json"
HISTORY = "/tcs/dss/selectHistAndCsvData.do"
POPUP = "/tcs/dss/selectDpkDetailInfo.do"
ANNOUNCEMENT = "/tcs/dss/selectFileDataDownload.do"
CAPTCHA_CHECK = "/cmm/cmm/check-limit.json"
FILE = "/cmm/cmm/fileDownload.do"


class PortalClient(UploadClient):
    """Client that lists and downloads the uploads of a data set whose files need no key.

    Args:
        base_url: The portal, `https://www.data.go.kr`; plain http only on this machine.
        folder: Folder of this machine's state for each portal.
        limits: Limits other than those for the host.
        data_set: Its number; defaults to the workplaces.

    Raises:
        RefusedError: when `base_url` is invalid.
    """

    def __init__(
        self, base_url: str, folder: Path, limits: RequestLimits | None = None, data_set: str = DATA_SET
    ) -> None:
        self._data_set = data_set
        self._page = DATA_SET_PAGE.format(data_set)
        super().__init__(PortalConnection(base_url, referer=self._page, folder=folder, limits=limits))

    def list_uploads(self) -> Listing:
        """List the current upload, and the earlier ones when the portal has a history.

        Raises:
            LaterError: when the portal is unreachable.
            RefusedError: when both its data set page and its catalogue have an unknown form.
        """
        current = self._current()
        if not current.detail_pk:
            return Listing(
                [current], "its data set page has an unknown form, so only the current file is listed"
            )
        key = {"publicDataPk": self._data_set, "publicDataDetailPk": current.detail_pk}
        try:
            page = self._connection.page("POST", HISTORY, key)
        except AbsentError:
            return Listing([current], "its history is gone, so only the current file is listed")
        earlier = read_history(page)
        if earlier is None:
            error = self._connection.unexpected("the earlier uploads", HISTORY, page)
            if isinstance(error, LaterError):
                raise error
            return Listing([current], "its history has an unknown form, so only the current file is listed")
        uploads = {upload.detail_pk: upload for upload in (*earlier, current)}
        return Listing(sorted(uploads.values(), key=lambda upload: upload.label, reverse=True))

    def download(self, upload: Publication, target: Path, progress: BytesProgress | None = None) -> str:
        """Fetch one upload into `target`, which appears only when complete.

        Args:
            upload: One that is listed.
            target: The file to write; its folder exists.
            progress: Called with the bytes received so far and the bytes announced, if they were.

        Returns:
            The name the portal gave the file, without any folder.

        Raises:
            LaterError: when the portal is unreachable, breaks off, is too slow or limits the rate of requests.
            RefusedError: when it asks for a captcha, its pages have an unknown form, or the file is neither CSV
                nor ZIP.
        """
        file = upload.file or self._announced(upload)
        fields = {"atchFileId": file.file_id, "fileDetailSn": file.detail_sn}
        self._refuse_captcha(upload, fields)
        headers = self._connection.save(FILE, {**fields, "insertDataPrcus": "N"}, target, progress)
        return read_file_name(headers.get("Content-Disposition", "")) or f"{upload.label}.csv"

    def _current(self) -> Publication:
        """Return the current upload, from the data set page or else from the catalogue."""
        try:
            page = self._connection.page("GET", self._page, {})
        except AbsentError as absent:
            error: RefusedError = absent
        else:
            current = read_current(page, self._data_set)
            if current is not None:
                return current
            error = self._connection.unexpected("a current file with its date", self._page, page)
        if not isinstance(error, LaterError):
            try:
                listed = read_catalogue(self._connection.json("GET", CATALOGUE.format(self._data_set), {}))
            except RefusedError:
                listed = None
            if listed is not None:
                return listed
        raise error

    def _announced(self, upload: Publication) -> File:
        """Return the file of an upload, from its announcement or else its pop-up."""
        key = {"publicDataPk": self._data_set, "publicDataDetailPk": upload.detail_pk}
        try:
            answer = self._connection.json("GET", ANNOUNCEMENT, {"recommendDataYn": "Y", **key})
        except AbsentError:
            popup = self._connection.page("POST", POPUP, key)
            file = read_button(popup, self._data_set)
            if file is None:
                raise self._connection.unexpected("a download button", POPUP, popup) from None
            return file
        file = read_announcement(answer, upload.detail_pk)
        if file is None:
            raise self._connection.unexpected(f"the file of upload {upload.label}", ANNOUNCEMENT, str(answer))
        return file

    def _refuse_captcha(self, upload: Publication, fields: dict[str, str]) -> None:
        """Raise unless the portal states that it needs no captcha, or has no such check."""
        try:
            answer = self._connection.json("POST", CAPTCHA_CHECK, fields)
        except AbsentError:
            return
        match answer.get("needCaptcha"):
            case False:
                return
            case True:
                raise RefusedError(
                    f"the portal wants a person to solve a captcha before upload {upload.label}: open "
                    f"{self.address}{self._page} in a browser, download it into a folder, and run "
                    "`sogong ingest MONTH --from FOLDER`"
                )
            case _:
                raise self._connection.unexpected("needCaptcha: true or false", CAPTCHA_CHECK, str(answer))
