"""A client of Airflow's REST API, for the demo, the benchmarks and the tests. Needs no Airflow itself.

Airflow on SQLite answers 500 ("Database error") when a lock is not free in time, and a loaded API server drops
connections. Such a request may have taken effect nevertheless. So requests that may be repeated are repeated after
growing pauses; before any other is, the client looks whether the first one took effect.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import requests

from sogong_pipeline.errors import LaterError, RefusedError

PARTS = ("metadatabase", "scheduler", "dag_processor")
"""What must be healthy before a DAG can run."""
ENDED = frozenset({"success", "failed"})
"""The states a run ends in."""
ANSWER_SECONDS = 30
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds between two tries of a request that met a 5xx or a dropped connection; about a minute in all."""
REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})
"""Methods whose request may be sent twice. A POST makes something: see `Airflow.trigger` and `Airflow.backfill`."""
SETTLED_SECONDS = 4
T = TypeVar("T")


def wait(look: Callable[[], T | None], what: str, seconds: float = 420, pause: float = 0.2) -> T:
    """Look until something is seen.

    Args:
        look: gives what it sees, or None to be asked again.
        what: what is waited for, for the error.
        seconds: how long to wait.
        pause: seconds between two looks.

    Raises:
        TimeoutError: when nothing was seen in time.
    """
    deadline = time.monotonic() + seconds
    while (seen := look()) is None:
        if time.monotonic() >= deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(pause)
    return seen


class Airflow:
    """The REST API (`/api/v2`) of a running Airflow.

    Args:
        address: of its API server, such as `http://127.0.0.1:8080`. A proxy of the environment is not used.
        pauses: seconds between two tries of one request; as many further tries at most.
    """

    def __init__(self, address: str, pauses: Sequence[float] = PAUSES) -> None:
        self.address = address.rstrip("/")
        self.pauses = tuple(pauses)
        self.session = requests.Session()
        self.session.trust_env = False

    def log_in(self, user: str | None = None, password: str | None = None) -> None:
        """Get a token; without a user from an Airflow that takes everybody for an administrator.

        Raises:
            RefusedError: when it takes neither.
        """
        login = {"username": user, "password": password} if user else None
        token = self._repeat("POST" if login else "GET", "auth/token", login)["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request, its path relative to `/api/v2/`, and return the JSON of the answer.

        A repeatable request is sent again after a 5xx or a dropped connection, a POST is not.

        Raises:
            RefusedError: when the status is not one of success; the message holds the start of the answer.
            LaterError: when there is still no answer, or the server still fails over it (5xx).
        """
        send = self._repeat if method in REPEATABLE else self._send
        return send(method, f"api/v2/{path}", body)

    def _repeat(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        for pause in self.pauses:
            try:
                return self._send(method, path, body)
            except LaterError:
                time.sleep(pause)
        return self._send(method, path, body)

    def _send_once(
        self, method: str, path: str, body: dict[str, Any], taken: Callable[[], dict[str, Any] | None]
    ) -> dict[str, Any]:
        """Send a request that must not take effect twice.

        Args:
            method: its method.
            path: its path below `/api/v2/`.
            body: its body.
            taken: looks for the effect of the request; gives what it made, or None.

        Returns:
            The answer, or what `taken` gives when the request took effect in spite of an error.
        """
        for pause in (*self.pauses, None):
            try:
                return self._send(method, f"api/v2/{path}", body)
            except LaterError:
                if (made := taken()) is not None:
                    return made
                if pause is None:
                    raise
                time.sleep(pause)
            except RefusedError:  # such as 409: a try before this one took effect after `taken` had looked
                if (made := taken()) is not None:
                    return made
                raise
        raise AssertionError("the last try returns or raises")

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        url = f"{self.address}/{path}"
        try:
            answer = self.session.request(method, url, json=body, timeout=ANSWER_SECONDS)
            if answer.ok:
                return answer.json()  # type: ignore[no-any-return]
        except requests.RequestException as error:
            raise LaterError(f"Airflow gave no answer to {method} {url}: {error}") from error
        kind = LaterError if answer.status_code >= 500 else RefusedError
        raise kind(f"Airflow refused {method} {url} with {answer.status_code}: {answer.text[:500]}")

    def is_healthy(self, parts: Sequence[str] = PARTS) -> bool:
        """Whether the API server answers and finds every part healthy."""
        try:
            health = self._send("GET", "api/v2/monitor/health")
        except RefusedError:
            return False
        return all(health[part]["status"] == "healthy" for part in parts)

    def dags(self) -> set[str]:
        """The ids of the DAGs that are loaded."""
        return {dag["dag_id"] for dag in self.ask("GET", "dags?limit=100")["dags"]}

    def trigger(self, dag_id: str, key: str | None = None, **conf: str | bool) -> str:
        """Start a run for a partition key; returns its id. The client names the run, so that it starts once."""
        run_id = f"manual__{uuid.uuid4()}"
        body = {
            "logical_date": None,
            "dag_run_id": run_id,
            "conf": conf,
            **({"partition_key": key} if key else {}),
        }

        def taken() -> dict[str, Any] | None:
            try:
                return self.ask("GET", f"dags/{dag_id}/dagRuns/{run_id}")
            except LaterError:
                raise
            except RefusedError:
                return None

        return str(self._send_once("POST", f"dags/{dag_id}/dagRuns", body, taken)["dag_run_id"])

    def backfill(self, dag_id: str, from_date: str, to_date: str, max_active_runs: int) -> None:
        """Start a backfill of the runs of a span, each end a moment in ISO form."""
        listed = f"backfills?dag_id={dag_id}&limit=100&order_by=-id"
        before = {each["id"] for each in self.ask("GET", listed)["backfills"]}

        def taken() -> dict[str, Any] | None:
            return next(
                (each for each in self.ask("GET", listed)["backfills"] if each["id"] not in before), None
            )

        span = {"from_date": from_date, "to_date": to_date, "max_active_runs": max_active_runs}
        self._send_once("POST", "backfills", {"dag_id": dag_id, **span}, taken)

    def clear_failed(self, dag_id: str, run_id: str) -> None:
        """Have the failed tasks of a run tried again, and what waits for them; twice is as good as once."""
        body = {"dag_run_id": run_id, "only_failed": True, "reset_dag_runs": True, "dry_run": False}
        self._repeat("POST", f"api/v2/dags/{dag_id}/clearTaskInstances", body)

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The runs of a DAG, the newest 100, newest first."""
        found = self.ask("GET", f"dags/{dag_id}/dagRuns?order_by=-run_after&limit=100")
        return found["dag_runs"]  # type: ignore[no-any-return]

    def tasks(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """The state of each task of a run by task id, in the order they began; None when it has none yet."""
        path = f"dags/{dag_id}/dagRuns/{run_id}/taskInstances?order_by=start_date"
        found = self.ask("GET", path)["task_instances"]
        return {task["task_id"]: task["state"] for task in found}

    def questions(self, dag_id: str) -> list[dict[str, Any]]:
        """What waits for a person: `subject`, `body`, `assigned_users` and the `task_instance` of each.

        One that was asked just now is not among them: answered before the scheduler has seen its process end, Airflow
        takes the step for killed and asks again.
        """
        path = f"dags/{dag_id}/dagRuns/~/hitlDetails?response_received=false&state=awaiting_input&limit=100"
        before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=SETTLED_SECONDS)
        found: list[dict[str, Any]] = self.ask("GET", path)["hitl_details"]
        return [asked for asked in found if dt.datetime.fromisoformat(asked["created_at"]) < before]

    def answer(self, question: dict[str, Any], option: str, **fields: str) -> None:
        """Answer a question, with the fields of its form; the same answer given before is taken for this one.

        Raises:
            RefusedError: when it is not for us to answer, or has another answer already.
        """
        task = question["task_instance"]
        path = (
            f"dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}"
            f"/{task['map_index']}/hitlDetails"
        )
        body = {"chosen_options": [option], "params_input": fields}

        def taken() -> dict[str, Any] | None:
            now = self.ask("GET", path)
            is_same = now["response_received"] and all(now[name] == value for name, value in body.items())
            return now if is_same else None

        self._send_once("PATCH", path, body, taken)

    def finished(self, dag_id: str, run_id: str, seconds: float = 420) -> str:
        """Wait for the end of a run; returns `success` or `failed`.

        Raises:
            TimeoutError: when it has not ended in time.
        """

        def state() -> str | None:
            now = str(self.ask("GET", f"dags/{dag_id}/dagRuns/{run_id}")["state"])
            return now if now in ENDED else None

        return wait(state, f"{dag_id} {run_id}", seconds)

    def fired(self, dag_id: str, run_id: str, seconds: float = 420) -> list[tuple[str, str]]:
        """Wait until every asset event of a run has started its runs; returns those, each a DAG's and a run's id.

        Raises:
            TimeoutError: when one has not started any in time.
        """
        query = urlencode({"source_dag_id": dag_id, "source_run_id": run_id})

        def started() -> list[tuple[str, str]] | None:
            try:
                events = self._send("GET", f"api/v2/assets/events?{query}")["asset_events"]
            except LaterError:  # Airflow 3.3.2 answers 500 as long as such a run waits for its start
                return None
            made = [(run["dag_id"], run["run_id"]) for event in events for run in event["created_dagruns"]]
            return list(dict.fromkeys(made)) if all(event["created_dagruns"] for event in events) else None

        return wait(started, f"the runs that {dag_id} {run_id} starts", seconds)
