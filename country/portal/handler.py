"""Pages of the portal on this machine, and their answers."""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

import jinja2

from country.portal import api as portal_api
from country.portal import lookup as portal_lookup
from country.portal.faults import BODIES, STATUS, Fault
from country.portal.travel import Reply, send
from country.portal.uploads import Upload, list_uploads
from sogong_pipeline.nps.api.lookup import DETAIL, FLOW, SEARCH, SERVICE

if TYPE_CHECKING:
    from country.portal.server import PortalServer

LONGEST_FORM_BYTES = 1 << 16
HTML = "text/html;charset=UTF-8"
FILE = "application/octet-stream"
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True
)


@dataclass
class Request:
    """One request as received, and the time of its answer; both in seconds of one monotonic clock."""

    page: str
    headers: dict[str, str]
    began: float
    ended: float = 0


class Handler(BaseHTTPRequestHandler):
    """Answers one request; HTTP/1.0, so that no connection outlives the server."""

    server: PortalServer
    timeout = 30

    def log_message(self, *_: Any, **__: Any) -> None:
        """Log nothing, to keep the terminal readable."""

    def answer(self) -> None:
        """Play the fault that is queued for the page, or answer it."""
        path, _, query = self.path.partition("?")
        length = self.headers.get("Content-Length", "")
        form = self.rfile.read(min(int(length), LONGEST_FORM_BYTES) if length.isdecimal() else 0)
        self.fields = dict(parse_qsl(query) + parse_qsl(form.decode("utf-8", "replace")))
        self.page = path.rpartition("/")[2]
        self.fault = self.server.next_fault(self.page)
        request = Request(self.page, dict(self.headers), time.monotonic())
        self.server.requests.append(request)
        try:
            if self.fault in STATUS:  # the APIs announce an outage with the same pages
                status, template, headers = STATUS[self.fault]
                self.send_page(template, status=status, headers=headers)
            else:
                route = _API if path.startswith(f"/api/{portal_api.NAMESPACE}/") else Handler.nothing
                known = path.replace(f"/{self.server.data_set}/", "/{}/")
                _ROUTES.get((self.command, known), route)(self)
        finally:
            request.ended = time.monotonic()

    do_GET = do_POST = answer  # noqa: N815 (the names http.server looks for)

    def nothing(self) -> None:
        """Answer that the page does not exist."""
        self.send_page("error.html", status=404)

    def data_set_page(self) -> None:
        """Send the current upload, with its validator for conditional requests."""
        uploads = list_uploads(self.server.data_dir)
        if not uploads:
            self.nothing()
            return
        body = self._render("data_set.html", {"upload": uploads[0], "catalog": self._catalog_of(uploads[0])})
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        seen = self.headers["If-None-Match"] == tag
        self.send_bytes(b"" if seen else body, HTML, 304 if seen else 200, {"ETag": tag})

    def catalog(self) -> None:
        """Send the current upload's record."""
        uploads = list_uploads(self.server.data_dir)
        self.send_json(self._catalog_of(uploads[0]) if uploads else {})

    def history(self) -> None:
        """Send all uploads but the current one, which the data set page shows."""
        if self.fields.get("publicDataPk") == self.server.data_set:
            self.send_page("history.html", uploads=list_uploads(self.server.data_dir)[1:])
        else:
            self.send_page("error.html")

    def popup(self) -> None:
        """Send one upload's page, with its button."""
        upload = self._named("detail_pk", "publicDataDetailPk")
        self.send_page("popup.html" if upload else "error.html", upload=upload)

    def announcement(self) -> None:
        """Send the file of an upload, requested by the button before the download."""
        upload = self._named("detail_pk", "publicDataDetailPk")
        if upload is None:
            self.send_json({"status": False, "error": "파일이 존재하지 않습니다."})
            return
        answer: dict[str, Any] = {"status": True, "atchFileId": upload.file_id}
        if self.server.variants.get(self.page) == "registered":
            registered = {"dataNm": upload.title, "orginlFileNm": upload.path.name, "atchFileExtsn": "csv"}
            answer |= {"fileDetailSn": 1, "dpk": upload.detail_pk, "fileDataRegistVO": registered}
        else:
            answer |= {"fileDetailSn": "1", "dataSetFileDetailInfo": {"dataNm": upload.title}}
        self.send_json(answer)

    def captcha_check(self) -> None:
        """Send whether a captcha is required."""
        self.send_json({"needCaptcha": self.fault is Fault.CAPTCHA})

    def file(self) -> None:
        """Send the file; to an unknown client an error page with status 200, as the real one does."""
        upload = self._named("file_id", "atchFileId")
        if upload is None or not (self.headers["User-Agent"] and self.headers["Referer"]):
            self.send_page("error.html")
            return
        name = quote(upload.path.name, safe=" ()_-,.")  # percent-encoded within quotes, no filename*
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        if self.fault is Fault.OTHER:
            upload = next(other for other in list_uploads(self.server.data_dir) if other.path != upload.path)
        with upload.path.open("rb") as file:
            if self.fault in BODIES:
                self.send_bytes(BODIES[self.fault](file.read()), FILE, headers=headers)
            else:
                self._send(
                    Reply(200, {"Content-Type": FILE, **headers}, file, os.fstat(file.fileno()).st_size)
                )

    def description(self) -> None:
        """Send the description of the rows API."""
        uploads = list_uploads(self.server.data_dir)
        self.send_json(portal_api.description(uploads, self.server.url))

    def rows(self) -> None:
        """Send a page of an upload's rows to clients with a key."""
        refused = portal_api.refusal(self.headers["Authorization"] or "", self.fields.get("serviceKey", ""))
        upload = next((one for one in list_uploads(self.server.data_dir) if one.detail_pk == self.page), None)
        if self.fault is Fault.ENCODED_TWICE:
            refused = portal_api.ENCODED_TWICE
        elif refused is None and (upload is None or self.fault is Fault.NO_SERVICE):
            refused = portal_api.NO_SERVICE
        if refused is not None:
            self.send_json(refused.body, refused.status)
        elif upload is not None:
            drift = 1 if self.fault is Fault.DRIFT else 0
            answer = portal_api.rows_page(upload, self.fields, drift)
            if self.fault is Fault.SHORT_PAGE:
                answer["data"].pop()
                answer["currentCount"] -= 1
            self.send_json(answer)

    def lookup(self) -> None:
        """Send one workplace to clients with a key; others get an XML error, whatever the requested format."""
        refused = portal_lookup.refusal(self.fields.get("serviceKey", ""))
        if refused is not None:
            self.send_bytes(refused.encode(), "text/xml;charset=UTF-8")
        else:
            uploads = list_uploads(self.server.data_dir)
            self.send_json(portal_lookup.answer(self.page, uploads, self.fields))

    def send_page(
        self, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: object
    ) -> None:
        """Send a page made from a template."""
        self.send_bytes(self._render(template, values), HTML, status, headers)

    def send_json(self, answer: dict[str, Any], status: int = 200) -> None:
        """Send an object."""
        self.send_bytes(
            json.dumps(answer, ensure_ascii=False).encode(), "application/json;charset=UTF-8", status
        )

    def send_bytes(
        self, body: bytes, kind: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        """Send bytes of a content type."""
        self._send(Reply(status, {"Content-Type": kind, **(headers or {})}, io.BytesIO(body), len(body)))

    def _send(self, reply: Reply) -> None:
        send(self, reply, self.fault, self.server.closing)

    def _render(self, template: str, values: dict[str, Any]) -> bytes:
        """Render a page in the variant chosen for it."""
        stem, _, kind = template.partition(".")
        variant = self.server.variants.get(self.page)
        names = [f"{stem}.{variant}.{kind}", template]  # an error page has no variants
        return _PAGES.select_template(names).render({"data_set": self.server.data_set, **values}).encode()

    def _named(self, attribute: str, field: str) -> Upload | None:
        serial = self.fields.get(field)
        return next(
            (upload for upload in list_uploads(self.server.data_dir) if getattr(upload, attribute) == serial),
            None,
        )

    def _catalog_of(self, upload: Upload) -> dict[str, Any]:
        """Return the schema.org record, which the data set page embeds as well."""
        address = f"{self.server.url}/cmm/cmm/fileDownload.do?atchFileId={upload.file_id}&fileDetailSn=1"
        distribution = {"@type": "DataDownload", "encodingFormat": "CSV", "contentUrl": address}
        return {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "name": upload.title.rpartition("_")[0],
            "alternateName": upload.title,
            "distribution": [distribution],
        }


_API = Handler.rows
_ROUTES: dict[tuple[str, str], Callable[[Handler], None]] = {
    ("GET", "/data/{}/fileData.do"): Handler.data_set_page,
    ("GET", "/catalog/{}/fileData.json"): Handler.catalog,
    ("POST", "/tcs/dss/selectHistAndCsvData.do"): Handler.history,
    ("POST", "/tcs/dss/selectDpkDetailInfo.do"): Handler.popup,
    ("GET", "/tcs/dss/selectFileDataDownload.do"): Handler.announcement,
    ("POST", "/cmm/cmm/check-limit.json"): Handler.captcha_check,
    ("GET", "/cmm/cmm/fileDownload.do"): Handler.file,
    ("GET", "/oas/docs"): Handler.description,
    **{("GET", f"{SERVICE}/{operation}"): Handler.lookup for operation in (SEARCH, DETAIL, FLOW)},
}
