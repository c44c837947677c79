"""A running Airflow as a client sees it: what the demo and the tests ask of its REST API. Needs no Airflow itself."""

from __future__ import annotations

import datetime as dt
import time
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
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.session = requests.Session()
        self.session.trust_env = False

    def log_in(self, user: str | None = None, password: str | None = None) -> None:
        """Get a token; without a user from an Airflow that takes everybody for an administrator.

        Raises:
            RefusedError: when it takes neither.
        """
        login = {"username": user, "password": password} if user else None
        token = self._send("POST" if login else "GET", "auth/token", login)["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send one request, its path relative to `/api/v2/`, and return the JSON of the answer.

        Raises:
            RefusedError: when the status is not one of success; the message holds the start of the answer.
            LaterError: when there is no answer, or the server failed over it (5xx).
        """
        return self._send(method, f"api/v2/{path}", body)

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        url = f"{self.address}/{path}"
        try:
            answer = self.session.request(method, url, json=body, timeout=ANSWER_SECONDS)
        except requests.RequestException as error:
            raise LaterError(f"Airflow gave no answer to {method} {url}: {error}") from error
        if not answer.ok:
            kind = LaterError if answer.status_code >= 500 else RefusedError
            raise kind(f"Airflow refused {method} {url} with {answer.status_code}: {answer.text[:500]}")
        return answer.json()  # type: ignore[no-any-return]

    def is_healthy(self, parts: Sequence[str] = PARTS) -> bool:
        """Whether the API server answers and finds every part healthy."""
        try:
            health = self.ask("GET", "monitor/health")
        except (RefusedError, ValueError):
            return False
        return all(health[part]["status"] == "healthy" for part in parts)

    def dags(self) -> set[str]:
        """The ids of the DAGs that are loaded."""
        return {dag["dag_id"] for dag in self.ask("GET", "dags?limit=100")["dags"]}

    def trigger(self, dag_id: str, key: str | None = None, **conf: str) -> str:
        """Start a run for a partition key; returns its id."""
        body = {"logical_date": None, "conf": conf, **({"partition_key": key} if key else {})}
        return str(self.ask("POST", f"dags/{dag_id}/dagRuns", body)["dag_run_id"])

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
        """Answer one, with the fields of its form.

        Raises:
            RefusedError: when it is not for us to answer, or was answered.
        """
        task = question["task_instance"]
        path = f"dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}"
        body = {"chosen_options": [option], "params_input": fields}
        self.ask("PATCH", f"{path}/{task['map_index']}/hitlDetails", body)

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
                events = self.ask("GET", f"assets/events?{query}")["asset_events"]
            except LaterError:  # Airflow 3.3.2 answers 500 as long as such a run waits for its start
                return None
            made = [(run["dag_id"], run["run_id"]) for event in events for run in event["created_dagruns"]]
            return list(dict.fromkeys(made)) if all(event["created_dagruns"] for event in events) else None

        return wait(started, f"the runs that {dag_id} {run_id} starts", seconds)
