"""Airflow's components as processes of a test: their ports and environment, their start, health and end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from sogong_pipeline.orchestration.rest import PARTS, Airflow, wait

ROOT = Path(__file__).parents[2]
START_SECONDS = 300
STOP_SECONDS = 60
Process = subprocess.Popen[bytes]


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of every component of one Airflow: homes below a folder, ports nobody has.

    Nothing of the caller's own Airflow or lake is passed on, and everybody who logs in is an administrator.
    """
    api, worker_log, trigger_log = map(str, free_ports(3))
    address = f"http://127.0.0.1:{api}"
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "SOGONG"))
    }
    return {
        **inherited,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SOGONG_HOME": str(folder / "home"),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW_PORT": api,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": api,
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "3600",  # no file changes during a test
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": worker_log,
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": trigger_log,
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        **more,
    }


@contextlib.contextmanager
def running(command: Sequence[str | Path], environment: dict[str, str], output: Path) -> Iterator[Process]:
    """A component in a process session of its own, its output in a file; nothing of it is left behind.

    It is ended by SIGTERM. Not SIGINT: a process that is started in the background of a shell is born ignoring it.
    """
    with output.open("wb") as log:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def until_healthy(
    address: str,
    components: dict[Path, Process],
    parts: Sequence[str] = PARTS,
    seconds: float = START_SECONDS,
) -> None:
    """Wait until the API server finds every part healthy; a component that ended fails with its output."""
    served = Airflow(address)

    def healthy() -> bool | None:
        for output, process in components.items():
            assert process.poll() is None, output.read_text(errors="replace")[-5000:]
        return served.is_healthy(parts) or None

    wait(healthy, "a healthy Airflow", seconds)
