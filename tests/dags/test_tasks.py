"""Each DAG's tasks called for real, on small months, as a worker calls them."""

from __future__ import annotations

import datetime as dt
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from country.portal.faults import Fault
from country.portal.server import PortalServer
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.districts.test_registry import ROW, write
from tests.factories import registers
from tests.steps.test_steps import QUARTER, load_registry, month_file

pytestmark = pytest.mark.slow  # imports Airflow

DAGS = Path(__file__).parents[2] / "dags"
Task = Callable[..., Any]


class Notes(list[str]):
    """What tasks add to the note of their run."""

    def xcom_push(self, key: str, value: str) -> None:
        from sogong_pipeline.orchestration.notes import KEY

        assert key == KEY
        self.append(value)


def dag_of(name: str) -> Any:
    """The DAG of a file."""
    spec = importlib.util.spec_from_file_location(name, DAGS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)()


def tasks(name: str) -> dict[str, Task]:
    """The functions behind the tasks of a DAG."""
    return {task.task_id: task.python_callable for task in dag_of(name).tasks}


@pytest.fixture(autouse=True)
def home(pipeline: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tasks open the test's installation."""
    monkeypatch.setenv("SOGONG_HOME", str(pipeline.settings.home))
    monkeypatch.setenv("SOGONG_NOW", NOW)


def ingest(
    month: str, source: str, announced: list[dict[str, Any]], *, again: bool = False
) -> dict[str, Any] | None:
    """A run of `ingest_month`; returns what its event says, None when it emits none."""
    from airflow.sdk.exceptions import AirflowSkipException
    from airflow.sdk.execution_time.context import OutletEventAccessors

    from sogong_pipeline.orchestration.assets import MEASURED_MONTH

    run, said = tasks("ingest_month"), {"partition_key": month, "params": {"source": source, "again": again}}
    assert run["published"](**said)
    vintages = run["land"](**said)
    (staged,) = run["stage"](vintages, partition_key=month)
    assert staged["rows"] == staged["staged_rows"] + staged["quarantined_rows"]
    (checked,) = run["check"](vintages, partition_key=month)
    assert checked["failed_critical"] == []
    measured = run["measure"](partition_key=month)
    notes = Notes()
    run["load"](partition_key=month, ti=notes)
    (note,) = notes
    assert f"{staged['rows']} rows = {staged['staged_rows']} staged + " in note
    assert "the gate let it pass" in note
    page = re.search(r"quality page: (\S+)", note)
    assert page is not None
    assert Path(page[1]).is_file()
    outlets = OutletEventAccessors()
    inlets = {
        MEASURED_MONTH: [SimpleNamespace(extra=extra, timestamp=at) for at, extra in enumerate(announced)]
    }
    try:
        run["announce"](measured, **said, inlet_events=inlets, outlet_events=outlets)
    except AirflowSkipException:
        return None
    return dict(outlets[MEASURED_MONTH].extra)


def test_the_same_bytes_are_announced_once_and_a_correction_again(
    pipeline: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_registry(pipeline, tmp_path)
    first = ingest("2022-04", str(month_file(tmp_path, "2022-04")), [])
    assert first is not None
    assert first["month"] == "2022-04"
    assert ingest("2022-04", str(month_file(tmp_path, "2022-04")), [first]) is None
    tasks("ingest_month")["bulletin"](first, partition_key="2022-04")
    assert not (pipeline.settings.home / "reports/monthly").exists()  # in 2026 it is no news
    monkeypatch.setenv("SOGONG_NOW", "2022-07-28T09:00:00+09:00")  # 2022-05 is due, 2022-06 tomorrow
    tasks("ingest_month")["bulletin"](first, partition_key="2022-04")
    monkeypatch.setenv("SOGONG_NOW", NOW)
    assert len(list((pipeline.settings.home / "reports/monthly/2022-04").iterdir())) == 28
    assert ingest("2022-04", str(month_file(tmp_path, "2022-04")), [first], again=True) == first
    second = ingest("2022-04", str(month_file(tmp_path, "2022-04", count=41)), [first])
    assert second is not None
    assert second["measured"] != first["measured"]
    taken_back = ingest("2022-04", str(month_file(tmp_path, "2022-04")), [first, second])
    assert taken_back == first


@pytest.mark.parametrize(("month", "layout"), [("2019-05", "V1"), ("2020-06", "V2")])
def test_a_backfill_takes_months_of_older_layouts(
    pipeline: Installation, tmp_path: Path, month: str, layout: str
) -> None:
    load_registry(pipeline, tmp_path)
    written = {"data_month": month.replace("-", ""), "enrolled_on": "19880101", "re_enrolled_on": "00010101"}
    announced = ingest(month, str(month_file(tmp_path, month, **written)), [])
    assert announced is not None
    assert announced["matched"] == 40
    (staged,) = pipeline.lake.partitions("staged", month)
    assert (staged.facts["header_vintage"], staged.facts["quarantined_rows"]) == (layout, 0)


def test_a_month_is_told_again_where_the_server_cannot_say_what_was_told() -> None:
    """It answers 500 while a run of an earlier event waits for its turn."""
    from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse
    from airflow.sdk.execution_time.context import OutletEventAccessors

    from sogong_pipeline.orchestration.assets import MEASURED_MONTH

    class Unreadable:
        def __iter__(self) -> Any:
            raise AirflowRuntimeError(
                ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"status_code": 500})
            )

    outlets = OutletEventAccessors()
    tasks("ingest_month")["announce"](
        {"measured": "5d3f"},
        params={"again": False},
        partition_key="2022-04",
        inlet_events={MEASURED_MONTH: Unreadable()},
        outlet_events=outlets,
    )
    assert outlets[MEASURED_MONTH].extra == {"month": "2022-04", "measured": "5d3f"}


def test_a_month_without_a_registry_is_in_but_not_announced(pipeline: Installation, tmp_path: Path) -> None:
    assert ingest("2022-04", str(month_file(tmp_path, "2022-04")), []) is None
    assert tasks("ingest_month")["bulletin"]({}, partition_key="2022-04") is None  # nor is there a bulletin
    assert pipeline.passed() == [Month(2022, 4)]


def test_the_wait_tells_a_month_to_come_from_the_newest_one(tmp_path: Path) -> None:
    """The upload labelled 2022-05 holds 2022-04; its label alone could be that of 2022-05 too."""
    month_file(tmp_path / "published", "2022-04")
    published, land = (tasks("ingest_month")[name] for name in ("published", "land"))
    with PortalServer(tmp_path / "published") as portal:
        params = {"source": portal.url}
        # Nobody knows yet what that upload holds; its being near is no reason to go on.
        assert not published(partition_key="2022-05", params=params)
        portal.faults["fileData.do"] = [Fault.ERROR] * 9
        assert not published(partition_key="2022-04", params=params)  # an outage is waited out, too
        portal.faults.clear()
        assert published(partition_key="2022-04", params=params)
        assert not published(partition_key="2022-07", params=params)
        with pytest.raises(LaterError, match="no upload of 2022-05 yet"):
            land(partition_key="2022-05", params=params)
        assert len(land(partition_key="2022-04", params=params)) == 1
        assert not published(partition_key="2022-05", params=params)
        month_file(tmp_path / "published", "2022-05")
        assert published(partition_key="2022-05", params=params)
        assert published(partition_key="2022-04", params=params)


def test_the_api_is_asked_with_the_key_of_a_connection_which_is_told_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    month_file(tmp_path / "published", "2022-04")
    land, said = tasks("ingest_month")["land"], {"partition_key": "2022-04", "params": {"source": "odcloud"}}
    with PortalServer(tmp_path / "published") as portal:
        monkeypatch.setenv("SOGONG_ODCLOUD_URL", portal.url)
        with pytest.raises(
            RefusedError, match="or under Airflow into the password of the connection sogong_api"
        ):
            land(**said)
        monkeypatch.setenv("AIRFLOW_CONN_SOGONG_API", '{"conn_type": "http", "password": "simulated"}')
        vintages = land(**said)
    assert len(vintages) == 1
    assert "simulated" not in caplog.text + str(vintages)


def test_the_wait_begins_on_the_17th_holds_no_worker_and_ends_on_the_28th() -> None:
    dag = dag_of("ingest_month")
    wait = dag.get_task("published")
    assert dag.timetable.expression == "0 9 17 * *"
    assert wait.mode == "reschedule"
    assert wait.timeout == dt.timedelta(days=28 - 17).total_seconds()
    assert dag.get_task("land").upstream_task_ids == {"published"}


def test_a_month_maps_to_its_quarter() -> None:
    """A mapper that does not fit would never fire, and say nothing."""
    from airflow.serialization.decoders import decode_partition_mapper
    from airflow.serialization.encoders import encode_partition_mapper

    from sogong_pipeline.orchestration.assets import DECIDED_QUARTER, MEASURED_MONTH, PROPOSED_QUARTER

    def target(name: str, assets: set[Any], key: str) -> object:
        timetable = dag_of(name).timetable
        condition = timetable.asset_condition
        assert set(getattr(condition, "objects", [condition])) == assets
        return decode_partition_mapper(
            encode_partition_mapper(timetable.default_partition_mapper)
        ).to_downstream(key)

    assert {target("propose_stages", {MEASURED_MONTH}, str(month)) for month in QUARTER.months} == {
        str(QUARTER)
    }
    assert target("publish_reports", {PROPOSED_QUARTER, DECIDED_QUARTER}, str(QUARTER)) == str(QUARTER)


def test_quarters_are_proposed_in_order_and_each_is_published(pipeline: Installation, tmp_path: Path) -> None:
    from airflow.sdk.exceptions import AirflowSkipException
    from airflow.sdk.execution_time.context import OutletEventAccessors

    from sogong_pipeline.orchestration.assets import PROPOSED_QUARTER

    load_registry(pipeline, tmp_path)
    for month in ("2022-06", "2022-07"):
        ingest(month, str(month_file(tmp_path, month)), [])
    run, outlets, notes = tasks("propose_stages"), OutletEventAccessors(), Notes()

    def due(key: str | None, *, every: bool = False) -> dict[str, list[str]]:
        found: dict[str, list[str]] = run["changed"](partition_key=key, params={"every": every})
        return found

    assert due(None) == {}
    assert due("2022-Q3") == {"2022-Q3": ["never proposed"]}
    changed = due("2022-Q3", every=True)
    assert changed == {"2022-Q2": ["never proposed"], "2022-Q3": ["never proposed"]}
    with pytest.raises(AirflowSkipException, match="a dry run"):
        run["propose"](changed, params={"dry_run": True}, outlet_events=outlets, ti=notes)
    assert pipeline.lake.children("editions") == []
    editions = run["propose"](changed, params={"dry_run": False}, outlet_events=outlets, ti=notes)
    assert list(editions) == ["2022-Q2", "2022-Q3"]
    assert outlets[PROPOSED_QUARTER].partition_keys == {"2022-Q2", "2022-Q3"}
    assert due("2022-Q3", every=True) == {}
    correct_month = str(month_file(tmp_path / "corrected", "2022-06", count=41))
    ingest("2022-06", correct_month, [])
    stale = due(None)  # a base of the later quarter, too: both were proposed
    assert list(stale) == list(due("2022-Q3")) == ["2022-Q2", "2022-Q3"]
    assert all(why[0].startswith("2022-06: ") for why in stale.values())
    with pytest.raises(AirflowSkipException, match="no quarter's inputs changed"):
        run["propose"]({}, params={"dry_run": False}, outlet_events=outlets, ti=notes)
    assert re.search(r"2022-Q3, edition \w+: .+ undetermined; \*partial\* without 2022-08, 2022-09", notes[0])
    published = tasks("publish_reports")["publish"](partition_key="2022-Q3", ti=notes)
    assert f"14 reports of 2022-Q3: {published['folder']}/index.html" in notes
    assert published["files"] == len(list(Path(published["folder"]).iterdir())) == 28


def test_a_registry_is_loaded_once_and_a_wrong_path_is_refused(
    pipeline: Installation, tmp_path: Path
) -> None:
    load, notes = tasks("load_registry")["load"], Notes()
    file = str(write(tmp_path / "registry.csv", ROW))
    first = load(params={"file": file, "as_of": None}, ti=notes)
    assert (first["districts"], first["new"]) == (1, True)
    assert load(params={"file": file, "as_of": "2015-01-01"}, ti=notes) == {**first, "new": False}
    with pytest.raises(RefusedError, match=r"nowhere.csv: there is no such file on this worker"):
        load(params={"file": str(tmp_path / "nowhere.csv"), "as_of": None}, ti=notes)
    assert notes == [
        f"registry {first['version']} with 1 district loaded",
        f"registry {first['version']} with 1 district was in force already",
    ]


def test_a_factory_register_is_loaded_once_and_a_wrong_path_is_refused(
    pipeline: Installation, tmp_path: Path
) -> None:
    load, notes = tasks("load_factories")["load"], Notes()
    rows = [{"회사명": "가상상사", "단지명": "가상산업단지", "공장주소": "인천광역시 남동구 남동서로 1"}]
    file = str(registers.write(tmp_path / "a_20241231.csv", registers.FORM_A, rows))
    first = load(params={"file": file, "as_of": None}, ti=notes)
    assert (first["form"], first["rows"], first["new"]) == ("A", 1, True)
    assert load(params={"file": file, "as_of": "2024-12-31"}, ti=notes) == {**first, "new": False}
    with pytest.raises(RefusedError, match=r"nowhere.csv: there is no such file on this worker"):
        load(params={"file": str(tmp_path / "nowhere.csv"), "as_of": None}, ti=notes)
    assert notes == [
        f"register {first['version']}, form A, 1 row loaded",
        f"register {first['version']}, form A, 1 row was in force already",
    ]


def test_a_refusal_fails_at_once_and_what_may_pass_is_tried_later(
    tmp_path: Path,
) -> None:
    from airflow.sdk import RetryAction

    from sogong_pipeline.orchestration.policy import RETRY_POLICY

    def decided(error: BaseException) -> RetryAction:
        return RETRY_POLICY.evaluate(error, 1, 3).action

    (tmp_path / "published").mkdir()
    file = month_file(tmp_path / "published", "2022-04")
    land = tasks("ingest_month")["land"]
    with PortalServer(tmp_path / "published") as portal:
        portal.faults["fileDownload.do"] = [Fault.TRUNCATED] * 9
        with pytest.raises(RefusedError, match="the portal broke off") as broken:
            land(partition_key="2022-04", params={"source": portal.url})
        portal.faults["fileData.do"] = [Fault.ERROR] * 9
        with pytest.raises(RefusedError, match="portal unreachable") as unreachable:
            land(partition_key="2022-04", params={"source": portal.url})
    with pytest.raises(RefusedError, match="holds 2022-04, not 2022-05") as refused:
        land(partition_key="2022-05", params={"source": str(file)})
    assert decided(broken.value) is decided(unreachable.value) is RetryAction.RETRY
    assert decided(refused.value) is RetryAction.FAIL
    assert decided(MemoryError()) is RetryAction.DEFAULT


def test_a_late_month_is_told_as_late_and_a_failure_by_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    from airflow.sdk.exceptions import AirflowSensorTimeout

    from sogong_pipeline.orchestration.policy import tell_failure

    left: dict[str, str] = {}
    task = SimpleNamespace(dag_id="ingest_month", task_id="published", log_url="", xcom_push=left.__setitem__)
    for error in (AirflowSensorTimeout("timeout"), RefusedError("the file is empty")):
        tell_failure({"ti": task, "partition_key": "2026-10", "exception": error})
    late, failed = (record.getMessage() for record in caplog.records if "ingest_month" in record.getMessage())
    assert late.startswith("ingest_month 2026-10: late: not published by the 28th; ")
    assert failed == "ingest_month 2026-10: published failed: the file is empty"
    assert left == {"failure": failed}


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (None, "this run has no partition key; trigger the DAG again with one such as 2026-09"),
        ("2026-9", "'2026-9' is not a month; write it as 2026-09"),
        ("202609", "the partition key '202609' is not in the form 2026-09; trigger it with '2026-09'"),
    ],
)
def test_a_key_that_is_no_month_is_refused_once(key: str | None, reason: str) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    month, quarter = tasks("ingest_month"), tasks("publish_reports")
    with pytest.raises(RefusedError, match=re.escape(reason)):
        month["published"](partition_key=key, params={"source": ""})
    with pytest.raises(AirflowSkipException):
        month["load"](partition_key=key, ti=Notes())
    with pytest.raises(RefusedError):
        quarter["publish"](partition_key=key, ti=Notes())
    with pytest.raises(AirflowSkipException):
        quarter["publish_decided"](partition_key=key)


def test_a_long_line_is_folded_in_a_note_and_keeps_its_remedy() -> None:
    from sogong_pipeline.orchestration.listeners import LONGEST_LINE, folded

    line = f"load failed: <b>file</b> {'x' * 2_000}; run `sogong ingest 2026-09`"
    assert folded("load failed: <b>") == r"load failed: \<b\>"
    assert len(folded(line)) < LONGEST_LINE + 50
    assert "run `sogong ingest 2026-09` (whole in the log)" in folded(line)


def test_outside_indicators_are_fetched_where_there_is_a_key(
    pipeline: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Thread

    from airflow.sdk.exceptions import AirflowSkipException

    from sogong_pipeline.orchestration import installation
    from tests.outside.services import KEY as SERVICE_KEY
    from tests.outside.services import Services

    passwords = {"sogong_kosis": SERVICE_KEY}
    monkeypatch.setattr(installation, "_password", lambda connection: passwords.get(connection, ""))
    run, notes = tasks("fetch_outside")["fetch"], Notes()
    asked = {"params": {"indicator": "", "since": "2026-09"}, "ti": notes}
    services = Services()
    thread = Thread(target=services.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setenv("SOGONG_KOSIS_URL", services.address)
    try:
        lines = run(**asked)
        assert lines[0] == "employment_rate: 18 values to 2026-09, 18 new, 0 revised; vintage 1"
        assert sum("there is no key for" in line for line in lines) == 2
        services.override = lambda *_: (200, '{err:"40",errMsg:"호출가능건수 제한"}')
        with pytest.raises(LaterError, match=r"employment_rate: 127\.0\.0\.1 refuses with 40"):
            run(**asked)
        passwords.clear()
        with pytest.raises(AirflowSkipException, match="set SOGONG_KOSIS_KEY"):
            run(**asked)
    finally:
        services.shutdown()
        services.server_close()
    assert len(notes) == 3
    assert len(pipeline.lake.children("outside")) == 4
