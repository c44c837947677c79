"""The door to reports inside Airflow: who may read, what is found, what a browser is told."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from sogong_pipeline.orchestration import reports_app

pytestmark = pytest.mark.slow  # imports Airflow

PAGE = "<p>\ud604\ud669\ud310</p>"
Open = Callable[..., TestClient]


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "reports"
    (folder / "2026-Q3" / "visits").mkdir(parents=True)
    (folder / "board.html").write_text(PAGE, encoding="utf-8")
    (folder / "2026-Q3" / "visits" / "busan.xlsx").write_bytes(b"firms")
    (folder / ".secret.html").write_text("hidden", encoding="utf-8")
    (tmp_path / "outside.html").write_text("outside", encoding="utf-8")
    (tmp_path / "councils.yaml").write_text("busan: {confirmers: [{id: kim}]}\n", encoding="utf-8")
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path))
    return folder


@pytest.fixture
def opened(reports: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the door as a user (None: nobody) who may or may not read the DAG."""
    import airflow.api_fastapi.app as airflow_app
    from airflow.api_fastapi.core_api.security import get_user

    asked: list[Any] = []

    def of(name: str | None, *, may_read: bool = True) -> TestClient:
        def is_authorized_dag(**told: Any) -> bool:
            asked.append((told["method"], told["details"].id))
            return may_read

        manager = SimpleNamespace(is_authorized_dag=is_authorized_dag)
        monkeypatch.setattr(airflow_app, "get_auth_manager", lambda: manager)
        app = reports_app.make_app()

        def user() -> Any:
            if name is None:
                raise HTTPException(401, "Not authenticated")
            return SimpleNamespace(get_id=lambda: name, get_name=lambda: f"name of {name}")

        app.dependency_overrides[get_user] = user
        return TestClient(app)

    yield of
    assert all(told == ("GET", "propose_stages") for told in asked)


def test_nobody_and_the_wrong_role_read_nothing(opened: Open) -> None:
    assert opened(None).get("/board.html").status_code == 401
    assert opened("lee", may_read=False).get("/board.html").status_code == 403


def test_a_reader_gets_the_page_for_a_frame_of_airflow_alone(opened: Open) -> None:
    answer = opened("lee").get("/board.html")
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"] == "frame-ancestors 'self'"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.html",
        "/%2e%2e/outside.html",
        "/2026-Q3/%2e%2e/%2e%2e/outside.html",
        "/..%5coutside.html",
        "/%2fetc/passwd.html",
        "/.secret.html",
        "/none.html",
        "/board.txt",
        "/",
        "/docs",
        "/openapi.json",
    ],
)
def test_what_is_no_page_below_the_reports_is_not_found(opened: Open, path: str) -> None:
    assert opened("lee").get(path).status_code == 404


def test_a_visit_list_is_for_whom_councils_yaml_names(opened: Open) -> None:
    assert opened("kim").get("/2026-Q3/visits/busan.xlsx").content == b"firms"
    assert opened("lee").get("/2026-Q3/visits/busan.xlsx").status_code == 403


def test_the_plugin_costs_scheduler_and_workers_next_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sogong_pipeline.orchestration.reports_app")
    began = time.process_time()
    __import__("sogong_pipeline.orchestration.reports_app")
    sys.modules["sogong_pipeline.orchestration.reports_app"].ReportsApp()
    assert time.process_time() - began < 0.1
