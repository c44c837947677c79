"""Open calls from a loopback server that imitates the real one; the text of `reqErr` is assumed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.programmes.calls import open_calls

KEY = "a-key-of-the-tests"
ROW = {
    "pblancId": "PBLN_1", "pblancNm": "Stand-up <b>맞춤지원</b>\n하반기", "jrsdInsttNm": "강원특별자치도",
    "bsnsSumryCn": "…",
    "reqstBeginEndDe": "20260701 ~ 20260731", "pblancUrl": "https://www.bizinfo.go.kr/x?pblancId=PBLN_1",
}  # fmt: skip


class Service(ThreadingHTTPServer):
    """Server of prepared responses that records the requests."""

    body: bytes = b""
    status = 200
    asked: dict[str, list[str]]


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        self.server.asked = parse_qs(urlsplit(self.path).query)
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def ask(service: Service, body: object, status: int = 200) -> list[str]:
    service.body = body if isinstance(body, bytes) else json.dumps(body).encode()
    service.status = status
    address = f"http://127.0.0.1:{service.server_port}"
    return [call.title for call in open_calls(address, SecretStr(KEY), "강원", 10)]


def test_calls_are_words_with_dates_and_a_link(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(service, {"jsonArray": [ROW]}) == ["Stand-up <b>맞춤지원</b> 하반기"]
    assert service.asked == {
        "crtfcKey": [KEY], "dataType": ["json"], "searchCnt": ["10"], "hashtags": ["강원"],
    }  # fmt: skip
    assert ask(service, {"jsonArray": []}) == []
    monkeypatch.setenv("SOGONG_BIZINFO_URL", f"http://127.0.0.1:{service.server_port}")
    monkeypatch.setenv("SOGONG_BIZINFO_KEY", KEY)
    assert (
        CliRunner().invoke(app, ["programmes", "calls"]).output == "the service has no open call for this\n"
    )
    monkeypatch.delenv("SOGONG_BIZINFO_KEY")
    done = CliRunner().invoke(app, ["programmes", "calls"])
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "set SOGONG_BIZINFO_KEY" in done.output


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"reqErr": "등록되지 않은 키입니다."}, 200, "refused: 등록되지 않은 키입니다.; compare SOGONG_BIZINFO_KEY"),
        (b"<rss><channel/></rss>", 200, "answered with XML instead of JSON"),
        (b"", 200, "answered with text instead of JSON"),
        (["jsonArray"], 200, "answered with a JSON list"),
        ({"items": []}, 200, "no list jsonArray; this is not the same as no calls"),
        ({"jsonArray": {}}, 200, "no list jsonArray"),
        ({"jsonArray": [ROW, {"pblancId": "2"}]}, 200, "entry 2 lacks pblancNm, jrsdInsttNm"),
        ({"jsonArray": ["x"]}, 200, "entry 1 lacks pblancId"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_understood_is_never_no_calls(
    service: Service, body: object, status: int, message: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        ask(service, body, status)
    assert message in str(refused.value)
    assert KEY not in str(refused.value)


def test_no_answer_may_be_one_later_and_names_no_key(service: Service) -> None:
    with pytest.raises(LaterError, match="status 503"):
        ask(service, b"", 503)
    service.shutdown()
    service.server_close()
    with pytest.raises(LaterError, match="gave no answer") as refused:
        ask(service, b"")
    assert KEY not in str(refused.value)
