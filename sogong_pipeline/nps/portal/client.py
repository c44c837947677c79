"""The download flow of the public data portal, as its pages walk a browser through it.

Data set page -> history of uploads -> announcement of one upload's file -> captcha check -> file. No key, no login.
What an upload is labelled with is its extraction date, never its data month: the month inside the file decides, so
`uploads_for` only says where to look first.

Pages have come and gone, so each has what stands in for it: the catalogue's record for the data set page, the current
file alone for the history, the upload's pop-up for the announcement, nothing for the captcha check.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal.download import Progress
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
from sogong_pipeline.nps.portal.rate_limit import DAY_SECONDS, Manners
from sogong_pipeline.nps.portal.status import AbsentError
from sogong_pipeline.periods import Month

DATA_SET_PAGE = "/data/{}/fileData.do"
CATALOGUE = "/catalog/{}/fileData.json"
HISTORY = "/tcs/dss/selectHistAndCsvData.do"
POPUP = "/tcs/dss/selectDpkDetailInfo.do"
ANNOUNCEMENT = "/tcs/dss/selectFileDataDownload.do"
CAPTCHA_CHECK = "/cmm/cmm/check-limit.json"
FILE = "/cmm/cmm/fileDownload.do"


@dataclass(frozen=True)
class Listing:
    """What the portal lists.

    Attributes:
        uploads: Newest label first.
        gap: What is known to be missing of the list, for messages; blank when nothing is.
    """

    uploads: list[Publication]
    gap: str = ""


def uploads_for(month: Month, uploads: list[Publication]) -> list[Publication]:
    """The uploads whose label lets them hold `month`, the likeliest first.

    A file is extracted in the month after its data month, so that label month comes first; then the month
    itself (some labels give the data month) and the month after next (late uploads). Of two uploads in one
    label month the earlier comes first, because the first release is the one kept.
    """
    likely = (month.shift(1), month, month.shift(2))
    rank = {str(label_month).replace("-", ""): place for place, label_month in enumerate(likely)}
    fitting = [upload for upload in uploads if upload.label[:6] in rank]
    return sorted(fitting, key=lambda upload: (rank[upload.label[:6]], upload.label))


class PortalClient:
    """Lists and downloads the uploads of a data set whose files need no key.

    Args:
        base_url: The portal, `https://www.data.go.kr`; plain http only on this machine.
        folder: Where this machine remembers what it needs to be a good guest.
        manners: Rules other than those for the host.
        data_set: Its number; workplaces if not given.

    Raises:
        RefusedError: when `base_url` is not such an address.
    """

    way = ""
    """What the origin of its files begins with."""

    def __init__(
        self, base_url: str, folder: Path, manners: Manners | None = None, data_set: str = DATA_SET
    ) -> None:
        self._data_set = data_set
        self._page = DATA_SET_PAGE.format(data_set)
        self._portal = PortalConnection(base_url, referer=self._page, folder=folder, manners=manners)

    @property
    def address(self) -> str:
        """The portal, for messages."""
        return self._portal.base

    def remember_month(self, upload: str, month: Month) -> None:
        """Remember which month an upload was found to hold."""
        self._portal.memory.keep({"month": str(month), "at": self._portal.turns.clock()}, "held", upload)

    def remembered_month(self, upload: str) -> Month | None:
        """The month an upload was found to hold within the last day; the portal may have mixed up two files."""
        seen = self._portal.memory.recall("held", upload)
        is_fresh = seen and abs(self._portal.turns.clock() - seen["at"]) < DAY_SECONDS
        return Month.parse(seen["month"]) if is_fresh else None

    def list_uploads(self) -> Listing:
        """What the portal lists: the current upload, and the earlier ones when it has a history.

        Raises:
            LaterError: when the portal is unreachable.
            RefusedError: when neither its data set page nor its catalogue is the one known.
        """
        current = self._current()
        if not current.detail_pk:
            return Listing(
                [current], "its data set page is not the one known, so only the current file is listed"
            )
        key = {"publicDataPk": self._data_set, "publicDataDetailPk": current.detail_pk}
        try:
            page = self._portal.page("POST", HISTORY, key)
        except AbsentError:
            return Listing([current], "its history is gone, so only the current file is listed")
        earlier = read_history(page)
        if earlier is None:
            error = self._portal.unexpected("the earlier uploads", HISTORY, page)
            if isinstance(error, LaterError):
                raise error
            return Listing([current], "its history is not the page known, so only the current file is listed")
        uploads = {upload.detail_pk: upload for upload in (*earlier, current)}
        return Listing(sorted(uploads.values(), key=lambda upload: upload.label, reverse=True))

    def download(self, upload: Publication, target: Path, progress: Progress | None = None) -> str:
        """Fetch one upload into `target`, which appears only when it is whole.

        Args:
            upload: One that is listed.
            target: The file to write; its folder exists.
            progress: Told the bytes received so far and the bytes announced, if they were.

        Returns:
            The name the portal gave the file, without any folder.

        Raises:
            LaterError: when the portal is unreachable, breaks off, is too slow or asks to be left alone.
            RefusedError: when it asks for a captcha, answers with other pages than those known, or sends
                something that is no CSV or ZIP file.
        """
        file = upload.file or self._announced(upload)
        fields = {"atchFileId": file.file_id, "fileDetailSn": file.detail_sn}
        self._refuse_captcha(upload, fields)
        headers = self._portal.save(FILE, {**fields, "insertDataPrcus": "N"}, target, progress)
        return read_file_name(headers.get("Content-Disposition", "")) or f"{upload.label}.csv"

    def _current(self) -> Publication:
        """The current upload, from the data set page or else from the catalogue."""
        try:
            page = self._portal.page("GET", self._page, {})
        except AbsentError as absent:
            error: RefusedError = absent
        else:
            current = read_current(page, self._data_set)
            if current is not None:
                return current
            error = self._portal.unexpected("a current file with its date", self._page, page)
        if not isinstance(error, LaterError):
            try:
                listed = read_catalogue(self._portal.json("GET", CATALOGUE.format(self._data_set), {}))
            except RefusedError:
                listed = None
            if listed is not None:
                return listed
        raise error

    def _announced(self, upload: Publication) -> File:
        """The file of an upload, as its announcement or else its pop-up names it."""
        key = {"publicDataPk": self._data_set, "publicDataDetailPk": upload.detail_pk}
        try:
            answer = self._portal.json("GET", ANNOUNCEMENT, {"recommendDataYn": "Y", **key})
        except AbsentError:
            popup = self._portal.page("POST", POPUP, key)
            file = read_button(popup, self._data_set)
            if file is None:
                raise self._portal.unexpected("a download button", POPUP, popup) from None
            return file
        file = read_announcement(answer, upload.detail_pk)
        if file is None:
            raise self._portal.unexpected(f"the file of upload {upload.label}", ANNOUNCEMENT, str(answer))
        return file

    def _refuse_captcha(self, upload: Publication, fields: dict[str, str]) -> None:
        """Go on only where the portal says that no person is wanted, or does not ask at all."""
        try:
            answer = self._portal.json("POST", CAPTCHA_CHECK, fields)
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
                raise self._portal.unexpected("needCaptcha: true or false", CAPTCHA_CHECK, str(answer))
