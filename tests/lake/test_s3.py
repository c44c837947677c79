"""A bucket as the lake: what breaks there, the copies on this machine, and the same bytes as in a folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from email.message import Message
from pathlib import Path

import pytest

from sogong_pipeline.councils.final import publish_final
from sogong_pipeline.councils.issue import issue_sheets, write_sheets
from sogong_pipeline.councils.mail import Server, deliver_report
from sogong_pipeline.councils.record import record
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Built, Lake
from sogong_pipeline.lake.store import open_lake, open_reports
from sogong_pipeline.periods import Month
from sogong_pipeline.reports.publish import publish_draft
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW
from tests.councils.officer import fill
from tests.districts.test_registry import ROW, write
from tests.lake.test_partitions import ensure
from tests.s3 import KEYS, Answer, S3Server, failing
from tests.steps.test_steps import QUARTER, load_registry, month_file
from tests.warehouse.test_warehouse import dump

pytestmark = pytest.mark.slow

UNAVAILABLE = ("503 Service Unavailable", "ServiceUnavailable")
DENIED = ("403 Forbidden", "AccessDenied")
LARGE = 12_000_000
"""Bytes; more than one part of an upload."""


@pytest.fixture
def settings(lake_url: str, tmp_path: Path) -> Settings:
    reports = lake_url.replace("/lake", "/reports")
    return Settings(home=tmp_path / "home", now=NOW, lake_url=lake_url, reports_url=reports)


@pytest.fixture
def lake(settings: Settings) -> Lake:
    return Lake(open_lake(settings))


def cached(settings: Settings) -> list[Path]:
    return [path for path in (settings.home / "cache").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "url",
    [
        "http://bucket/lake",
        "/srv/lake",
        "s3://",
        "s3://KEY:SECRET@bucket/lake",
        "s3://bucket/../other",
        "s3://bucket//lake",
        "s3://bucket/lake?endpoint_override=elsewhere",
        "s3://Bucket/lake",
    ],
)
def test_another_address_is_refused_in_one_line_that_does_not_repeat_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(
        RefusedError, match=r"^SOGONG_LAKE_URL cannot be read; write s3://BUCKET/PREFIX"
    ) as told:
        open_lake(Settings(home=tmp_path, lake_url=url))
    assert url == "s3://" or url not in str(told.value)
    with pytest.raises(RefusedError, match=r"^SOGONG_REPORTS_URL cannot be read; write s3://BUCKET/PREFIX"):
        open_reports(Settings(home=tmp_path, reports_url=url), "2022-Q2/draft")


def test_an_endpoint_that_cannot_be_read_is_refused(
    lake_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://KEY:SECRET@127.0.0.1:1")
    with pytest.raises(
        RefusedError, match=r"^AWS_ENDPOINT_URL cannot be read; write http://HOST:PORT or https://HOST$"
    ):
        open_lake(Settings(home=tmp_path, lake_url=lake_url))


def test_a_bucket_that_is_not_there_is_refused_before_anything_is_done(s3: S3Server, tmp_path: Path) -> None:
    with pytest.raises(
        RefusedError, match=r"^s3://no-such-bucket/lake: no such bucket; make the bucket, or name another"
    ):
        open_lake(Settings(home=tmp_path, lake_url="s3://no-such-bucket/lake"))


def test_nobody_listening_is_worth_another_try(
    lake_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(ConnectionError) as told:
        open_lake(Settings(home=tmp_path, lake_url=lake_url))
    assert told.value.filename == lake_url
    assert (
        told.value.strerror
        == "HeadBucket: NETWORK_CONNECTION; no step is half kept: check AWS_ENDPOINT_URL and run the same command again"
    )


@pytest.mark.parametrize("parts", [("PUT", "/data-"), ("PUT", "manifest.json")], ids=["data", "manifest"])
@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (UNAVAILABLE, ConnectionError, "PutObject: SERVICE_UNAVAILABLE; no step is half kept"),
        (
            ("500 Internal Server Error", "InternalError"),
            ConnectionError,
            "PutObject: INTERNAL_FAILURE; no step",
        ),
        (("507 Insufficient Storage", "StorageFull"), ConnectionError, "PutObject: StorageFull; no step"),
        (DENIED, RefusedError, "PutObject: ACCESS_DENIED; check the AWS_"),
        (("404 Not Found", "NoSuchBucket"), RefusedError, "PutObject: NO_SUCH_BUCKET; make the bucket"),
        (("400 Bad Request", "ExpiredToken"), RefusedError, "PutObject: ExpiredToken; check the AWS_"),
        (
            ("301 Moved Permanently", "PermanentRedirect"),
            RefusedError,
            "PutObject: PermanentRedirect; check the AWS_",
        ),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else None,
)
def test_a_write_that_fails_leaves_what_was_there_and_is_told_in_one_line(
    lake: Lake, s3: S3Server, parts: tuple[str, ...], answer: Answer, kind: type[Exception], told: str
) -> None:
    ensure(lake, "a", [], raw="1")
    s3.fault = failing(*answer, *parts)
    with pytest.raises(kind) as error:
        ensure(lake, "b", [], raw="2")
    line = getattr(error.value, "strerror", None) or str(error.value)
    assert told in line
    assert "\n" not in str(error.value)
    assert not any(secret in str(error.value) for secret in KEYS.values())
    s3.fault = None
    kept = lake.require("step", "2026-09")
    assert kept.manifest["inputs"] == {"raw": "1"}
    assert kept.path("data").read_text() == "a"
    replaced, _ = ensure(lake, "b", [], raw="2")
    assert replaced.path("data").read_text() == "b"
    assert not any(lake.store.scratch.iterdir())


def test_a_large_file_of_which_a_part_fails_is_not_there(
    lake: Lake, s3: S3Server, settings: Settings
) -> None:
    def build(workspace: Path) -> Built:
        (workspace / "large").write_bytes(os.urandom(LARGE))
        return Built({"large": workspace / "large"})

    s3.fault = failing(*UNAVAILABLE, "PUT", "partNumber=2")
    with pytest.raises(ConnectionError):
        lake.ensure("step", ("large",), inputs={}, recorded_at="now", build=build)
    assert s3.files(settings.lake_url) == {}
    s3.fault = None
    partition, _ = lake.ensure("step", ("large",), inputs={}, recorded_at="now", build=build)
    shutil.rmtree(settings.home / "cache")
    assert partition.path("large").stat().st_size == LARGE


def test_old_files_that_could_not_be_deleted_are_with_the_next_build(
    lake: Lake, s3: S3Server, settings: Settings
) -> None:
    ensure(lake, "a", [], raw="1")
    s3.fault = failing(*UNAVAILABLE, "DELETE")
    with pytest.raises(ConnectionError):
        ensure(lake, "b", [], raw="2")
    s3.fault = None
    assert lake.require("step", "2026-09").path("data").read_text() == "b"
    assert len(s3.files(settings.lake_url)) == 3
    ensure(lake, "c", [], raw="3")
    assert len(s3.files(settings.lake_url)) == 2


KILLED = """
import sys
from pathlib import Path
from sogong_pipeline.lake.partitions import Built, Lake
from sogong_pipeline.settings import Settings
from sogong_pipeline.lake.store import open_lake, open_reports

def build(workspace):
    (workspace / "data.txt").write_text("b")
    return Built({"data": workspace / "data.txt"})

Lake(open_lake(Settings())).ensure("step", ("2026-09",), inputs={"raw": "2"}, recorded_at="now", build=build)
"""


def test_killed_between_data_and_manifest_the_last_good_state_stays(
    lake: Lake, s3: S3Server, settings: Settings
) -> None:
    ensure(lake, "a", [], raw="1")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED],
        env={**os.environ, "SOGONG_HOME": str(settings.home), "SOGONG_LAKE_URL": settings.lake_url},
    )

    def kill(request: str) -> Answer | None:
        if request.startswith("PUT") and "manifest.json" in request:
            process.kill()
            process.wait()
            return UNAVAILABLE
        return None

    s3.fault = kill
    assert process.wait(60) == -signal.SIGKILL
    s3.fault = None
    assert len(s3.files(settings.lake_url)) == 3
    assert lake.require("step", "2026-09").path("data").read_text() == "a"
    ensure(lake, "c", [], raw="3")
    assert len(s3.files(settings.lake_url)) == 2
    assert not any(lake.store.scratch.iterdir())


def test_a_file_is_fetched_once_and_again_when_its_copy_is_lost_or_damaged(
    lake: Lake, s3: S3Server, settings: Settings, tmp_path: Path
) -> None:
    ensure(lake, "a", [], raw="1")
    other = Settings(home=tmp_path / "another machine", lake_url=settings.lake_url)
    partition = Lake(open_lake(other)).require("step", "2026-09")

    def fetched() -> int:
        assert partition.path("data").read_text() == "a"
        return sum(request.startswith("GET") and "/data-" in request for request in s3.requests)

    before = fetched()
    assert fetched() == before
    (copy,) = cached(other)
    copy.write_text("damaged")
    assert fetched() == before + 1
    shutil.rmtree(other.home / "cache")
    assert fetched() == before + 2
    assert not any((other.home / ".work").iterdir())


def test_a_manifest_replaced_between_its_length_and_its_bytes_is_read_again(
    lake: Lake, s3: S3Server, settings: Settings
) -> None:
    partition, _ = ensure(lake, "a", [], raw="1")
    bucket, _, key = f"{settings.lake_url.removeprefix('s3://')}/{partition.folder}/manifest.json".partition(
        "/"
    )
    longer = json.dumps({**partition.manifest, "inputs": {"raw": "2" * 99}})

    def replace(request: str) -> None:
        if request.startswith(f"GET /{bucket}/{key}"):
            s3.fault = None
            s3.client.put_object(Bucket=bucket, Key=key, Body=longer.encode())

    s3.fault = replace
    assert lake.require("step", "2026-09").manifest == json.loads(longer)


def test_bytes_that_are_not_those_of_the_manifest_are_never_used(
    lake: Lake, s3: S3Server, settings: Settings
) -> None:
    partition, _ = ensure(lake, "a", [], raw="1")
    shutil.rmtree(settings.home / "cache")
    bucket, _, key = f"{settings.lake_url.removeprefix('s3://')}/{partition.folder}".partition("/")
    name = partition.manifest["files"]["data"]["file"]
    s3.client.put_object(Bucket=bucket, Key=f"{key}/{name}", Body=b"other")
    with pytest.raises(ConnectionError, match="its bytes are not those its manifest names"):
        partition.path("data")
    s3.client.delete_object(Bucket=bucket, Key=f"{key}/{name}")
    with pytest.raises(FileNotFoundError, match="it was replaced while it was read, or lost"):
        partition.path("data")
    assert cached(settings) == []


FETCH = """
from sogong_pipeline.lake.partitions import Lake
from sogong_pipeline.settings import Settings
from sogong_pipeline.lake.store import open_lake, open_reports

print(Lake(open_lake(Settings())).require("step", "2026-09").path("data").read_text())
"""


def test_two_processes_fetch_the_same_file_at_once(lake: Lake, s3: S3Server, settings: Settings) -> None:
    ensure(lake, "a", [], raw="1")
    shutil.rmtree(settings.home / "cache")
    both = threading.Barrier(2, timeout=60)

    def wait(request: str) -> None:
        if request.startswith("GET") and "/data-" in request:
            both.wait()

    s3.fault = wait
    environment = {**os.environ, "SOGONG_HOME": str(settings.home), "SOGONG_LAKE_URL": settings.lake_url}
    running = [
        subprocess.Popen([sys.executable, "-c", FETCH], env=environment, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    assert [process.communicate(timeout=120)[0] for process in running] == [b"a\n", b"a\n"]
    assert len(cached(settings)) == 1
    assert not any(lake.store.scratch.iterdir())


def test_a_pipeline_in_a_bucket_leaves_the_bytes_of_one_in_a_folder(
    settings: Settings, s3: S3Server, tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    def run(to: Settings) -> dict[str, object]:
        pipeline = Installation(to)
        load_registry(pipeline, tmp_path)
        for month in QUARTER.months:
            pipeline.months.ingest(month, str(month_file(tmp_path / "files", str(month))))
        pipeline.quarters.propose(QUARTER)
        published = publish_draft(pipeline, QUARTER)
        assert published.folder == f"{to.reports_url or to.home / 'reports'}/{QUARTER}/draft"
        warehouse = Warehouse(pipeline)
        issue, _ = issue_sheets(pipeline, HalfYear.parse("2022-H1"))
        sheets = write_sheets(pipeline, issue)
        assert sheets.folder == f"{to.reports_url or to.home / 'reports'}/2022-H1"
        if not returned.exists():  # it is the same sheet, wherever it was sent from
            fill(Path(sheets.folder) / "gyeonggi.xlsx", returned)
        record(warehouse, returned, "확인자")
        finals = publish_final(pipeline, QUARTER)
        assert (finals.decided, finals.nation) == (["gyeonggi"], True)
        sent: list[Message] = []
        (to.home / "councils.yaml").write_text("gyeonggi: {email: a@b.example}\n", encoding="utf-8")
        told = deliver_report(pipeline, QUARTER, "gyeonggi", Server("c@d.example", sent.append))
        assert told in {"mailed to a@b.example", "gyeonggi has it already"}
        (to.home / "councils.yaml").unlink()
        warehouse.rebuild()
        return dump(warehouse)

    returned = tmp_path / "returned.xlsx"
    folder = Settings(home=tmp_path / "folder", now=NOW)
    expected = run(folder)
    assert run(settings) == expected
    shutil.rmtree(settings.home)
    assert run(settings) == expected
    assert s3.files(settings.lake_url) == digest_tree(folder.home / "lake")
    assert s3.files(settings.reports_url) == digest_tree(folder.home / "reports")
    assert sorted(path.name for path in settings.home.iterdir()) == [".work", "cache", "warehouse.sqlite"]
    bucket, _, prefix = settings.reports_url.removeprefix("s3://").partition("/")
    for name in (f"{QUARTER}/draft/index.html", f"{QUARTER}/final/gyeonggi.html"):
        page = s3.client.head_object(Bucket=bucket, Key=f"{prefix}/{name}")
        assert page["ContentType"] == "text/html"


def test_a_lake_is_moved_by_copying_it(
    settings: Settings, s3: S3Server, tmp_path: Path, pipeline: Installation
) -> None:
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04")))
    edition, _ = pipeline.quarters.propose(QUARTER)
    bucket, _, prefix = settings.lake_url.removeprefix("s3://").partition("/")
    lake = pipeline.settings.home / "lake"
    for path in lake.rglob("*"):
        if path.is_file():
            s3.client.upload_file(str(path), bucket, f"{prefix}/{path.relative_to(lake)}")
    assert Installation(settings).quarters.propose(QUARTER) == (edition, False)


def test_the_command_line_tells_where_the_lake_lies_and_what_is_wrong_with_it(
    settings: Settings, s3: S3Server, tmp_path: Path
) -> None:
    def sogong(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("sogong"), *arguments],
            env={**os.environ, "SOGONG_HOME": str(settings.home), "SOGONG_LAKE_URL": settings.lake_url},
            capture_output=True,
            text=True,
            check=False,
        )

    registry = write(tmp_path / "registry.csv", ROW)
    assert sogong("registry", "load", registry).returncode == 0
    status = json.loads(sogong("status", "--json").stdout)
    assert status["lake"] == settings.lake_url
    assert status["lake_bytes"] > registry.stat().st_size
    assert not (settings.home / "lake").exists()
    s3.fault = failing(*DENIED, "PUT")
    refused = sogong("ingest", "2022-04", "--from", month_file(tmp_path, "2022-04"))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"sogong: {settings.lake_url}: PutObject: ACCESS_DENIED; check the AWS_")
    s3.fault = failing(*UNAVAILABLE, "GET")
    later = sogong("status")
    assert later.returncode == 1
    assert later.stderr.startswith(
        f"sogong: {settings.lake_url}: ListObjectsV2: SERVICE_UNAVAILABLE; no step is"
    )
    for told in (refused.stderr, later.stderr):
        assert told.count("\n") == 1
        assert not any(secret in told for secret in KEYS.values())
