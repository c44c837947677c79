"""A month over the API, by real HTTP: the same typed rows as its file, and every known fault."""

from __future__ import annotations

import gzip
import json
import logging
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from country.portal.api import KEYS
from country.portal.faults import Fault
from country.portal.server import PortalServer
from country.portal.uploads import list_uploads
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.api import client as api_client
from sogong_pipeline.nps.api.rows import columns_of
from sogong_pipeline.nps.file.columns import Vintage, vintages
from sogong_pipeline.nps.portal.rate_limit import RequestLimits
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.comparison import compare
from tests.conftest import NOW
from tests.nps.conftest import KEY, PUBLISHED, TITLE
from tests.rows import header_line, lines, row

pytestmark = pytest.mark.slow

JUNE = Month(2022, 6)


def of(portal: PortalServer, home: Path, key: str = KEY) -> Installation:
    """Return an installation that asks this machine."""
    return Installation(
        Settings(home=home, now=NOW, portal_url=portal.url, odcloud_url=portal.url, api_key=key)  # type: ignore[arg-type]
    )


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_client, "ROWS_A_PAGE", 15)


def dirty(month: str) -> bytes:
    """Return rows of every kind that JSON changes."""
    changes = [
        {"sido_code": "08", "sigungu_code": "040", "emd_code": "000", "postal_code": "04520"},
        {"postal_code": "363-888", "industry_code": "000000", "industry_name": "해당없음"},
        {"industry_code": "012101", "legal_dong_code": "0000000000", "admin_dong_code": ""},
        {"enrolled_on": "19880101", "re_enrolled_on": "00010101", "withdrawn_on": "0001-01-01"},
        {"workplace_name": '(주)"따옴표" 2공장', "lot_address": "", "road_address": " "},
        {"workplace_name": "20220501", "industry_name": "0012"},
        {"status": "2", "subscribers": "0", "billed_amount_krw": "0"},
        {"subscribers": "다섯"},
    ]
    plain = [row(data_month=month, workplace_name=f"가상상사{index}") for index in range(300)]
    twice = row(data_month=month, workplace_name="두 번")
    return lines(
        [*plain, *(row(**{"data_month": month, **change}) for change in changes), twice, twice]
    ).replace("가상상사7,".encode("cp949"), "가상".encode("cp949") + b"\xff7,")


def loaded(pipeline: Installation, month: Month) -> dict[str, bytes]:
    """Return the stored content of a month's landed file."""
    vintage = pipeline.vintages(month)[0]
    raw = pipeline.lake.require("raw", str(month), vintage)
    return {name: raw.path(name).read_bytes() for name in raw.manifest["files"]}


@pytest.mark.parametrize("vintage", vintages(), ids=lambda vintage: vintage.name)
def test_the_rows_are_those_of_the_file_in_every_header(
    portal: PortalServer, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vintage: Vintage
) -> None:
    monkeypatch.setattr(api_client, "ROWS_A_PAGE", 150)
    file = files / f"{TITLE}_20220719.csv"
    body = dirty(str(JUNE)).partition(b"\r\n")[2]
    file.write_bytes(header_line(vintage.header) + b"\r\n" + body)
    pipeline = of(portal, tmp_path / "home")
    pipeline.months.ingest(JUNE, str(file))
    figures = compare(pipeline, JUNE, "odcloud")
    assert (figures.rows, figures.unequal, figures.examples) == (
        {"lake": 308, "other": 308},
        {"lake": 0, "other": 0},
        [],
    )
    assert len(pipeline.lake.children("raw", str(JUNE))) == 1  # a comparison stores nothing

    (state,) = pipeline.months.ingest(JUNE, "odcloud")
    assert state.staged.facts["rows"] == 310
    assert state.staged.facts["quarantined_rows"] == 2
    assert state.staged.facts["unreadable_at"] == [[8, "workplace_name"]]
    stored = loaded(pipeline, JUNE)
    with zipfile.ZipFile(pipeline.lake.require("raw", str(JUNE), state.vintage).path("answers")) as answers:
        pages = [json.loads(answers.read(name)) for name in answers.namelist()]
    assert [page["currentCount"] for page in pages] == [150, 150, 10]
    assert stored["file"].count(b"\r\n") == 311

    requests_before = len(portal.requests)
    (again,) = pipeline.months.ingest(JUNE, "odcloud")
    assert (again.vintage, again.is_new) == (state.vintage, False)
    assert len(portal.requests) == requests_before  # once it is in, nothing is requested
    fresh = of(portal, tmp_path / "fresh")
    fresh.months.ingest(JUNE, "odcloud")
    assert loaded(fresh, JUNE) == stored


def test_the_real_rows_come_out_the_same_both_ways(
    portal: PortalServer, files: Path, tmp_path: Path, test_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_client, "ROWS_A_PAGE", 4_000)
    file = files / f"{TITLE}_20220519.csv"
    rows = (test_data / "nps" / "nps_2022-04_first25000.cp949.csv").read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(rows[:10_001]))
    pipeline = of(portal, tmp_path / "home")
    pipeline.months.ingest(Month(2022, 4), str(file))
    figures = compare(pipeline, Month(2022, 4), "odcloud")
    assert figures.rows["lake"] == figures.rows["other"] > 9_990
    assert figures.unequal == {"lake": 0, "other": 0}, figures.examples


def test_from_the_command_line_differences_are_shown_by_column(
    typed: Callable[..., tuple[int, str]], files: Path, tmp_path: Path
) -> None:
    file = files / f"{TITLE}_20220719.csv"
    status, output = typed("reconcile", "2022-06", "--against", "odcloud")
    assert (status, "typed rows equal" in output) == (0, True)
    file.write_bytes(file.read_bytes().replace(b",5,1211920,", b",7,1211920,", 1))
    status, output = typed("reconcile", "2022-06", "--against", "odcloud")
    assert status == 1
    assert "1 in the lake alone, 1 there alone" in output
    assert "가상상사0 123456 4159036031: subscribers 5 in the lake, 7 there" in output
    assert KEY not in output.replace(str(tmp_path), "")


@dataclass(frozen=True)
class Case:
    """A fault, the request on which it occurs, its message, and whether it may pass."""

    fault: Fault
    says: str
    later: bool
    after: int = 0
    times: int = 9


FAULTS = [
    Case(Fault.DRIFT, "changed upload 20220719 while it was read: 40 rows on page 1 and 41", True, 1, 1),
    Case(Fault.SHORT_PAGE, "14 rows on page 1", True),
    Case(Fault.SHORT_PAGE, "14 rows on page 2 of 40", True, 1, 1),
    Case(Fault.NO_SERVICE, "refuses with 404: there is no such service", False),
    Case(Fault.ENCODED_TWICE, "refuses with 400: most often the key was encoded twice", False),
    Case(Fault.ERROR, "keeps answering 500", True, 1),
    Case(Fault.UNAVAILABLE, "keeps answering 503", True),
    Case(Fault.BUSY, "asks to be left alone", True, 2),
    Case(Fault.BUSY_FOR, "asks to be left alone", True),
    Case(Fault.HTML, "expected page 1 of rows as JSON", False),
    Case(Fault.MAINTENANCE, "is down for now", True, 1),
    Case(Fault.REDIRECT, "another host, which is not followed", False),
    Case(Fault.RESET, "gave no answer", True, 1),
    Case(Fault.TRUNCATED, "gave no answer", True, 1),
    Case(Fault.FORBIDDEN, "refuses", False),
]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: f"{case.fault}-{case.after}")
def test_a_fault_of_the_api_keeps_nothing_and_says_what_it_is(
    portal: PortalServer, tmp_path: Path, set_limits: Callable[..., RequestLimits], case: Case
) -> None:
    set_limits(retry_waits=(0.01, 0.01))
    upload = list_uploads(portal.data_dir)[0]
    nothing = [Fault.WRONG_TYPE] * case.after  # the right rows, whatever they are called
    portal.faults[upload.detail_pk] = [*nothing, *[case.fault] * case.times]
    pipeline = of(portal, tmp_path / "home")
    with pytest.raises(RefusedError) as refusal:
        pipeline.months.ingest(JUNE, "odcloud")
    assert case.says in str(refusal.value)
    assert isinstance(refusal.value, LaterError) is case.later
    assert "\n" not in str(refusal.value)
    assert KEY not in str(refusal.value)
    assert not (pipeline.settings.home / "lake" / "raw").exists()
    if case.fault in {Fault.DRIFT, Fault.SHORT_PAGE, Fault.ERROR, Fault.RESET}:
        portal.faults.clear()
        assert pipeline.months.ingest(JUNE, "odcloud")[0].staged.facts["rows"] == 40


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "the API wants a key: apply for one at https://www.data.go.kr"),
        ("nobody-knows-this", "refuses with 401: the key is not registered"),
        ("simulated-elsewhere", "refuses with 401: the key is not allowed to use this service"),
        ("not\na key", "has characters that no key has"),
    ],
)
def test_a_key_that_is_refused_is_never_repeated(
    portal: PortalServer, tmp_path: Path, key: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pipeline = of(portal, tmp_path / "home", key)
    with pytest.raises(RefusedError) as refusal:
        pipeline.months.ingest(JUNE, "odcloud")
    assert says in str(refusal.value)
    assert not isinstance(refusal.value, LaterError)
    if key:
        output = str(refusal.value) + caplog.text + repr(pipeline.settings)
        output += "".join(map(str, _chain(refusal.value)))
        assert key not in output
    assert not (pipeline.settings.home / "lake" / "raw").exists()


def _chain(error: BaseException | None) -> list[BaseException]:
    return [error, *_chain(error.__cause__ or error.__context__)] if error else []


def test_the_key_is_in_no_file_and_in_no_address(
    portal: PortalServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pipeline = of(portal, tmp_path / "home", "%2573imulated")  # encoded twice
    pipeline.months.ingest(JUNE, "odcloud")
    written = [path for path in pipeline.settings.home.rglob("*") if path.is_file()]
    assert written
    for path in written:
        body = path.read_bytes()
        assert KEY.encode() not in (gzip.decompress(body) if path.suffix == ".gz" else body), path
    assert KEY not in caplog.text
    sent = [
        request.headers["Authorization"] for request in portal.requests if "Authorization" in request.headers
    ]
    assert set(sent) == {f"Infuser {KEY}"}
    asked = {request.page for request in portal.requests if "Authorization" not in request.headers}
    assert asked == {"docs"}  # its description needs no key


def test_a_month_that_no_upload_holds_yet_is_waited_for(portal: PortalServer, tmp_path: Path) -> None:
    pipeline = of(portal, tmp_path / "home")
    assert pipeline.months.is_published(JUNE, "odcloud")
    pipeline.months.ingest(JUNE, "odcloud")
    assert not pipeline.months.is_published(JUNE.shift(1), "odcloud")
    with pytest.raises(LaterError, match="has no upload of 2022-07 yet"):
        pipeline.months.ingest(JUNE.shift(1), "odcloud")


def test_rows_with_other_columns_are_refused_by_name() -> None:
    good = dict.fromkeys(vintages()[-1].header, 1)
    assert len(columns_of(good, "x")) == 22
    spoilt = {**{name: value for name, value in good.items() if name != "가입자수"}, "사장님": 1}
    with pytest.raises(
        RefusedError, match="x: its rows lack 가입자수 and have '사장님', expected the 22 columns"
    ):
        columns_of(spoilt, "x")


def test_the_local_api_answers_as_the_real_one_is_described(portal: PortalServer) -> None:
    """SOURCE: a key as query or header, numbers as integers, one path per month, the month in the summary alone."""
    described = requests.get(f"{portal.url}/oas/docs?namespace=15083277/v1", timeout=5).json()
    assert [path["get"]["summary"] for path in described["paths"].values()] == [
        f"{TITLE}_{label}" for label in sorted(PUBLISHED, reverse=True)
    ]
    path = f"{portal.url}/api{next(iter(described['paths']))}"
    assert requests.get(path, timeout=5).status_code == 401
    answer = requests.get(path, {"serviceKey": KEY, "page": "2", "perPage": "30"}, timeout=5).json()
    assert {name: answer[name] for name in answer if name != "data"} == {
        "page": 2, "perPage": 30, "totalCount": 40, "currentCount": 10, "matchCount": 40,
    }  # fmt: skip
    assert answer["data"][0]["법정동주소광역시도코드"] == 41
    assert set(KEYS) == {KEY, "simulated-elsewhere"}
