"""The script by which the demo's councils decide takes up a run that was cut off."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.dags.servers import ROOT

OFFICES = ["busan", "daegu", "gangwon"]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The script as a module, without its pauses."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    module = importlib.import_module("run_councils")
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0)
    yield module
    for name in ("run_councils", "run_quarter"):
        sys.modules.pop(name, None)


class CutOff:
    """An Airflow after a SIGKILL: busan is recorded, daegu answered but not recorded, gangwon not asked yet."""

    def __init__(self, *, goes_on: bool = True) -> None:
        self.goes_on = goes_on
        self.looks = 0
        self.decided = {"busan"}
        self.answered: list[str] = []
        self.cleared: list[str] = []
        self.triggered: list[str] = []

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        assert dag_id == "record_decisions"
        return [
            {"dag_run_id": "looked", "state": "success"},
            {"dag_run_id": "given up", "state": "failed"},
            {"dag_run_id": "asks", "state": "running"},
        ]

    def clear_failed(self, dag_id: str, run_id: str) -> None:
        assert dag_id == "record_decisions"
        self.cleared.append(run_id)

    def trigger(self, dag_id: str) -> str:
        self.triggered.append(dag_id)
        return "new"

    def questions(self, dag_id: str) -> list[dict[str, Any]]:
        assert dag_id == "record_decisions"
        self.looks += 1
        if self.goes_on and self.looks == 2:
            self.decided.add("daegu")
        is_asked = self.looks >= 3 and "gangwon" not in self.answered
        return [{"subject": "gangwon"}] if self.goes_on and is_asked else []

    def answer(self, question: dict[str, Any], option: str, **fields: str) -> None:
        assert (option, fields) == ("기록", {"note": ""})
        self.answered.append(question["subject"])
        self.decided.add(question["subject"])

    def waiting(self) -> list[str]:
        return [office for office in OFFICES if office not in self.decided]


def test_it_answers_what_is_open_and_waits_for_what_was_answered(script: ModuleType) -> None:
    airflow = CutOff()
    script.confirm(airflow, airflow.waiting)
    assert airflow.waiting() == []
    assert airflow.answered == ["gangwon"]
    assert airflow.cleared == ["given up"]
    assert airflow.triggered == ["record_decisions"]


def test_it_gives_up_when_nothing_moves_and_names_the_offices(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "RUN_SECONDS", 0.05)
    airflow = CutOff(goes_on=False)
    with pytest.raises(TimeoutError, match="for the decisions of daegu, gangwon"):
        script.confirm(airflow, airflow.waiting)
