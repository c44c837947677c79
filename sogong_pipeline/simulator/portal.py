"""A portal on this machine that serves a folder of monthly files page for page as the public one does.

The folder is read again for every request, so that a file laid into it is published at once. A request names an
upload only by an invented id, never by a path, so nothing else in the folder can be reached.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable
from enum import StrEnum
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import Any, Self
from urllib.parse import parse_qsl, quote

import jinja2

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.portal_pages import DATA_SET
from sogong_pipeline.simulator.portal_uploads import Upload, list_uploads

HOST = "127.0.0.1"
BLOCK_BYTES = 1 << 20
LONGEST_FORM_BYTES = 1 << 16
_PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True
)
_PAGES.globals["data_set"] = DATA_SET


class Fault(StrEnum):
    """What may go wrong with one answer."""

    ERROR = "error"  # status 500
    ABSENT = "absent"  # status 404
    HTML = "html"  # an error page with status 200
    REDIRECT = "redirect"  # to another host
    CAPTCHA = "captcha"  # wanted before a download
    TRUNCATED = "truncated"  # the connection ends after half of the file


class PortalServer(ThreadingTCPServer):
    """The portal, answering in the background within a `with` block.

    Args:
        data_dir: The folder served; it may still be empty.
        port: The port on 127.0.0.1; 0 takes a free one.

    Attributes:
        faults: For tests: by last part of a page's path (`fileDownload.do`), what happens to the next requests
            of it, in order.

    Raises:
        RefusedError: when there is no such folder or the port is taken.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        if not data_dir.is_dir():
            raise RefusedError(
                f"there is no folder {data_dir}; make one with sogong simulate --out {data_dir}"
            )
        self.data_dir = data_dir
        self.faults: dict[str, list[Fault]] = {}
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise RefusedError(f"port {port} of {HOST} is not free ({error}); choose another") from error

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        """The address to give to `PortalClient`."""
        return f"http://{HOST}:{self.server_address[1]}"

    def next_fault(self, path: str) -> Fault | None:
        """Take the fault that awaits the next request of a page, if any does."""
        waiting = self.faults.get(path.rpartition("/")[2])
        return waiting.pop(0) if waiting else None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about a client that hangs up; report what is our own fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve(data_dir: Path, port: int, announce: Callable[[str], None] | None = None) -> None:
    """Serve `data_dir` until interrupted; `announce` is told the address as soon as it answers.

    Raises:
        RefusedError: as `PortalServer` does.
    """
    server = PortalServer(data_dir, port)
    if announce is not None:
        announce(server.url)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers one request; HTTP/1.0, so that no connection outlives the server."""

    server: PortalServer
    timeout = 30

    def log_message(self, *_: Any, **__: Any) -> None:
        """Keep the terminal for the person."""

    def answer(self) -> None:
        path, _, query = self.path.partition("?")
        length = self.headers.get("Content-Length", "")
        form = self.rfile.read(min(int(length), LONGEST_FORM_BYTES) if length.isdecimal() else 0)
        self.fields = dict(parse_qsl(query) + parse_qsl(form.decode("utf-8", "replace")))
        self.fault = self.server.next_fault(path)
        page = _ROUTES.get((self.command, path))
        match self.fault:
            case Fault.ERROR:
                self.send_page("error.html", status=500)
            case Fault.REDIRECT:
                self.send_head(302, "text/html", 0, {"Location": "https://portal.invalid/elsewhere"})
            case Fault.HTML:
                self.send_page("error.html")
            case Fault.ABSENT:
                self.send_page("error.html", status=404)
            case _ if page is None:
                self.send_page("error.html", status=404)
            case _:
                page(self)

    do_GET = do_POST = answer  # noqa: N815 (the names http.server looks for)

    def data_set_page(self) -> None:
        uploads = list_uploads(self.server.data_dir)
        if uploads:
            self.send_page("data_set.html", upload=uploads[0], catalog=self._catalog_of(uploads[0]))
        else:
            self.send_page("error.html", status=404)

    def catalog(self) -> None:
        uploads = list_uploads(self.server.data_dir)
        self.send_json(self._catalog_of(uploads[0]) if uploads else {})

    def history(self) -> None:
        """All uploads but the current one, which the data set page shows."""
        if self.fields.get("publicDataPk") == DATA_SET:
            self.send_page("history.html", uploads=list_uploads(self.server.data_dir)[1:])
        else:
            self.send_page("error.html")

    def popup(self) -> None:
        upload = self._named("detail_pk", "publicDataDetailPk")
        self.send_page("popup.html" if upload else "error.html", upload=upload)

    def announcement(self) -> None:
        if upload := self._named("detail_pk", "publicDataDetailPk"):
            info = {"dataNm": upload.title}
            self.send_json(
                {
                    "status": True,
                    "atchFileId": upload.file_id,
                    "fileDetailSn": "1",
                    "dataSetFileDetailInfo": info,
                }
            )
        else:
            self.send_json({"status": False, "error": "파일이 존재하지 않습니다."})

    def captcha_check(self) -> None:
        self.send_json({"needCaptcha": self.fault is Fault.CAPTCHA})

    def file(self) -> None:
        """The bytes; to a stranger's question an error page with status 200, as the real one answers."""
        upload = self._named("file_id", "atchFileId")
        if upload is None or not (self.headers["User-Agent"] and self.headers["Referer"]):
            self.send_page("error.html")
            return
        with upload.path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            name = quote(upload.path.name, safe=" ()_-,.")  # percent-encoded within quotes, no filename*
            disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
            self.send_head(200, "application/octet-stream", size, disposition)
            left = size // 2 if self.fault is Fault.TRUNCATED else size
            while left and (block := file.read(min(left, BLOCK_BYTES))):
                self.wfile.write(block)
                left -= len(block)

    def send_page(self, template: str, status: int = 200, **values: object) -> None:
        body = _PAGES.get_template(template).render(values).encode()
        self.send_head(status, "text/html;charset=UTF-8", len(body))
        self.wfile.write(body)

    def send_json(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer, ensure_ascii=False).encode()
        self.send_head(200, "application/json;charset=UTF-8", len(body))
        self.wfile.write(body)

    def send_head(self, status: int, kind: str, length: int, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(length), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()

    def _named(self, attribute: str, field: str) -> Upload | None:
        wanted = self.fields.get(field)
        return next(
            (upload for upload in list_uploads(self.server.data_dir) if getattr(upload, attribute) == wanted),
            None,
        )

    def _catalog_of(self, upload: Upload) -> dict[str, Any]:
        """The schema.org record, which the data set page embeds as well."""
        address = f"{self.server.url}/cmm/cmm/fileDownload.do?atchFileId={upload.file_id}&fileDetailSn=1"
        distribution = {"@type": "DataDownload", "encodingFormat": "CSV", "contentUrl": address}
        return {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "name": upload.title,
            "distribution": [distribution],
        }


_ROUTES: dict[tuple[str, str], Callable[[_Handler], None]] = {
    ("GET", f"/data/{DATA_SET}/fileData.do"): _Handler.data_set_page,
    ("GET", f"/catalog/{DATA_SET}/fileData.json"): _Handler.catalog,
    ("POST", "/tcs/dss/selectHistAndCsvData.do"): _Handler.history,
    ("POST", "/tcs/dss/selectDpkDetailInfo.do"): _Handler.popup,
    ("GET", "/tcs/dss/selectFileDataDownload.do"): _Handler.announcement,
    ("POST", "/cmm/cmm/check-limit.json"): _Handler.captcha_check,
    ("GET", "/cmm/cmm/fileDownload.do"): _Handler.file,
}
