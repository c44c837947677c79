"""The client of Airflow's REST API against a server that fails: asked again, never done twice, one line."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.orchestration.rest import PAUSES, Airflow
from tests.dags.servers import ROOT, free_ports

QUESTION = {"task_instance": {"dag_id": "d", "dag_run_id": "r", "task_id": "council.confirm", "map_index": 3}}
ASKED = "dags/d/dagRuns/r/taskInstances/council.confirm/3/hitlDetails"


class Server(ThreadingHTTPServer):
    """A small Airflow: runs, backfills and one question, and a list of the faults that come next.

    `500`: fails and does nothing. `dropped`: closes the connection and does nothing. `taken`: does it, then says 500.
    `taken, dropped`: does it, then closes the connection. A fault hits requests of its method alone.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: list[tuple[str, str]] = []
        self.runs: list[str] = []
        self.backfills: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.detail: dict[str, Any] = {"response_received": False, "chosen_options": None, "params_input": {}}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def done(self, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        """What Airflow would do and answer."""
        if method == "PATCH" and path.endswith("hitlDetails"):
            if self.detail["response_received"]:
                return 409, {"detail": "Human-in-the-loop detail has already been updated"}
            self.answers.append(body)
            self.detail = {"response_received": True, **body}
            return 200, self.detail
        if method == "POST" and path.endswith("dagRuns"):
            if body["dag_run_id"] in self.runs:
                return 409, {"detail": "already exists"}
            self.runs.append(body["dag_run_id"])
            return 200, {"dag_run_id": body["dag_run_id"]}
        if method == "POST" and path.endswith("backfills"):
            self.backfills.append({"id": len(self.backfills) + 7, **body})
            return 200, self.backfills[-1]
        return self.shown(path)

    def shown(self, path: str) -> tuple[int, dict[str, Any]]:
        """The answer to a GET."""
        if path.endswith("hitlDetails"):
            return 200, self.detail
        if "backfills" in path:
            return 200, {"backfills": self.backfills[::-1]}
        name = path.rpartition("/")[2]
        if "/dagRuns/" in path:
            return (200, {"dag_run_id": name}) if name in self.runs else (404, {"detail": "not found"})
        return 200, {"access_token": "token", "dags": [{"dag_id": "d"}]}


class Handler(BaseHTTPRequestHandler):
    """Answers one request, or fails as the list says."""

    server: Server
    protocol_version = "HTTP/1.1"
    log_message: ClassVar[Any] = lambda *_: None

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        self.server.requests.append(f"{self.command} {self.path}")
        due = self.server.faults[:1]
        fault = self.server.faults.pop(0)[1] if due and due[0][0] == self.command else ""
        status, answer = (500, {"detail": "Database error"})
        if not fault or fault.startswith("taken"):
            status, answer = self.server.done(self.command, self.path, body)
        if fault.endswith("dropped"):
            self.close_connection = True
            return
        if fault == "taken":
            status, answer = 500, {"detail": "Database error"}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = _handle  # noqa: N815 - the names http.server calls


@pytest.fixture
def server() -> Iterator[Server]:
    """The server, on a port of its own."""
    served = Server()
    thread = threading.Thread(target=served.serve_forever, args=(0.01,))
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.fixture
def airflow(server: Server) -> Airflow:
    """A client that does not wait long."""
    return Airflow(server.address, pauses=(0.01, 0.02, 0.04))


@pytest.mark.parametrize("fault", ["500", "dropped"])
def test_a_question_to_airflow_is_asked_again_a_bounded_number_of_times(
    server: Server, airflow: Airflow, fault: str
) -> None:
    server.faults = [("GET", fault)] * 3
    airflow.log_in()
    assert airflow.session.headers["Authorization"] == "Bearer token"
    server.faults = [("GET", fault)] * 3
    assert airflow.dags() == {"d"}
    server.requests.clear()
    server.faults = [("GET", fault)] * 9
    with pytest.raises(LaterError) as failure:
        airflow.dags()
    assert len(server.requests) == 4
    assert "\n" not in str(failure.value)
    server.faults = [("GET", fault)]
    assert not airflow.is_healthy()  # it is asked about in a loop anyhow


def test_the_pauses_grow_and_outlast_a_lock() -> None:
    assert list(PAUSES) == sorted(set(PAUSES))
    assert 30 < sum(PAUSES) < 120


def test_the_pauses_are_kept(server: Server) -> None:
    patient = Airflow(server.address, pauses=(0.1, 0.3))
    server.faults = [("GET", "500")] * 2
    began = time.monotonic()
    patient.dags()
    assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize("fault", ["500", "dropped", "taken", "taken, dropped"])
@pytest.mark.parametrize("times", [1, 2])
def test_what_must_not_be_done_twice_is_done_once(
    server: Server, airflow: Airflow, fault: str, times: int
) -> None:
    server.faults = [("PATCH", fault)] * times
    airflow.answer(QUESTION, "기록", note="")
    assert server.answers == [{"chosen_options": ["기록"], "params_input": {"note": ""}}]
    server.faults = [("POST", fault)] * times
    run = airflow.trigger("d", "2026-Q3", source="")
    assert server.runs == [run]
    server.faults = [("POST", fault)] * times
    airflow.backfill("d", "2026-07-01", "2026-09-30", max_active_runs=1)
    assert [each["from_date"] for each in server.backfills] == ["2026-07-01"]


def test_an_answer_that_takes_effect_after_the_look_is_recognised_by_the_conflict(
    server: Server, airflow: Airflow
) -> None:
    """The server is still at work on the first try when the client looks; the second try meets 409."""

    def late(path: str) -> tuple[int, dict[str, Any]]:
        if path.endswith("hitlDetails") and not server.detail["response_received"]:
            before = dict(server.detail)
            server.detail = {
                "response_received": True,
                "chosen_options": ["기록"],
                "params_input": {"note": ""},
            }
            return 200, before
        return 200, server.detail

    server.shown = late  # type: ignore[method-assign]
    server.faults = [("PATCH", "dropped")]
    airflow.answer(QUESTION, "기록", note="")
    assert server.requests == [f"{method} /api/v2/{ASKED}" for method in ("PATCH", "GET", "PATCH", "GET")]


def test_another_answer_is_refused_and_the_same_is_not(server: Server, airflow: Airflow) -> None:
    airflow.answer(QUESTION, "기록", note="")
    airflow.answer(QUESTION, "기록", note="")
    with pytest.raises(RefusedError, match="409"):
        airflow.answer(QUESTION, "되돌려 보내기", note="")
    assert len(server.answers) == 1


def test_a_post_of_unknown_effect_is_not_repeated(server: Server, airflow: Airflow) -> None:
    server.faults = [("POST", "500")]
    with pytest.raises(LaterError, match="500"):
        airflow.ask("POST", "pools", {})
    assert len(server.requests) == 1


@pytest.mark.parametrize("script", ["run_quarter.py 2026-Q3", "run_councils.py 2026-H2"])
def test_a_script_without_an_airflow_ends_in_one_line(script: str, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    name, period = script.split()
    code = (
        f"import sys, runpy; sys.path.insert(0, 'scripts'); import run_quarter; run_quarter.START_SECONDS = 0.1; "
        f"sys.argv = ['scripts/{name}', '{period}', '--airflow', 'http://127.0.0.1:{port}', '--home', '{tmp_path}']; "
        f"from {name[:-3]} import *; in_one_line(main)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "SOGONG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"{name[:-3]}: waited 0.1 s for a healthy Airflow; run it again to go on\n"
