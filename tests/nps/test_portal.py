"""The client against a portal on loopback: what it lists, what it fetches, and how it refuses."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.portal import PortalClient, Publication, uploads_for
from sogong_pipeline.nps.portal_pages import read_current, read_file_name, read_history, read_label
from sogong_pipeline.periods import Month
from sogong_pipeline.simulator.portal import Fault, PortalServer
from sogong_pipeline.simulator.portal_uploads import Upload

TITLE = "국민연금공단_국민연금 가입 사업장 내역"


def monthly_file(month: str, rows: int = 40) -> bytes:
    """An invented monthly file, longer than any header."""
    lines = ["자료생성년월,사업장명,가입자수", *(f"{month},가상공장{row},{row + 3}" for row in range(rows))]
    return "\r\n".join(lines).encode("cp949")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = tmp_path / "portal" / "files"
    files.mkdir(parents=True)
    for label, month in (("20260819", "2026-07"), ("20260918", "2026-08"), ("20261019", "2026-09")):
        (files / f"{TITLE}_{label}.csv").write_bytes(monthly_file(month))
    return files


@pytest.fixture
def portal(folder: Path) -> Iterator[PortalServer]:
    with PortalServer(folder.parent) as server:
        yield server


@pytest.fixture
def client(portal: PortalServer) -> PortalClient:
    return PortalClient(portal.url)


def download_newest(client: PortalClient, target: Path) -> None:
    client.download(client.publications()[0], target)


def refusal_of_newest(client: PortalClient, target: Path) -> str:
    """The refusal of a download, which must leave nothing behind."""
    with pytest.raises(RefusedError) as refused:
        download_newest(client, target)
    assert list(target.parent.glob(f"{target.name}*")) == []
    assert "--from FILE" in str(refused.value)
    return str(refused.value)


def test_uploads_are_listed_newest_first(client: PortalClient) -> None:
    assert [upload.label for upload in client.publications()] == ["20261019", "20260918", "20260819"]


def test_a_file_laid_in_later_is_listed(client: PortalClient, folder: Path) -> None:
    (folder / f"{TITLE}_20261119.csv").write_bytes(monthly_file("2026-10"))
    assert client.publications()[0].label == "20261119"


def test_a_download_has_the_bytes_the_digest_and_the_korean_name(
    client: PortalClient, portal: PortalServer, folder: Path, tmp_path: Path
) -> None:
    for upload in client.publications():
        original = (folder / f"{TITLE}_{upload.label}.csv").read_bytes()
        received = client.download(upload, tmp_path / "month.csv")
        assert received.path.read_bytes() == original
        assert received.sha256 == hashlib.sha256(original).hexdigest()
        assert received.bytes == len(original)
        assert received.file_name == f"{TITLE}_{upload.label}.csv"
        assert received.origin.startswith(f"{portal.url}/cmm/cmm/fileDownload.do?atchFileId=FILE_")


def test_a_large_file_arrives_in_pieces_with_progress(
    client: PortalClient, folder: Path, tmp_path: Path
) -> None:
    content = monthly_file("2026-10", rows=200_000)
    (folder / f"{TITLE}_20261119.csv").write_bytes(content)
    steps: list[tuple[int, int | None]] = []
    client.download(client.publications()[0], tmp_path / "month.csv", lambda *step: steps.append(step))
    assert len(steps) > 3
    assert steps == sorted(steps)
    assert steps[-1] == (len(content), len(content))


def test_a_zip_is_kept_as_it_is(client: PortalClient, folder: Path, tmp_path: Path) -> None:
    packed = folder / f"{TITLE}_20261119.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("month.csv", "a,b\r\n")
    assert packed.stat().st_size < 383
    received = client.download(client.publications()[0], tmp_path / "month.zip")
    assert received.path.read_bytes() == packed.read_bytes()


def test_half_a_body_is_refused_with_both_lengths(
    client: PortalClient, portal: PortalServer, folder: Path, tmp_path: Path
) -> None:
    size = (folder / f"{TITLE}_20261019.csv").stat().st_size
    portal.faults["fileDownload.do"] = [Fault.TRUNCATED]
    message = refusal_of_newest(client, tmp_path / "month.csv")
    assert "broke off" in message
    assert f"expected {size} bytes" in message


def test_a_refused_download_keeps_the_file_that_was_there(
    client: PortalClient, portal: PortalServer, tmp_path: Path
) -> None:
    target = tmp_path / "month.csv"
    target.write_text("earlier")
    portal.faults["fileDownload.do"] = [Fault.TRUNCATED]
    with pytest.raises(RefusedError):
        download_newest(client, target)
    assert target.read_text() == "earlier"


def test_an_html_page_with_status_200_is_refused_and_shown(
    client: PortalClient, portal: PortalServer, tmp_path: Path
) -> None:
    portal.faults["fileDownload.do"] = [Fault.HTML]
    message = refusal_of_newest(client, tmp_path / "month.csv")
    assert "expected a CSV or ZIP file" in message
    assert "오류 안내" in message
    assert portal.faults["fileDownload.do"] == []


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\r\n <html>" + b" " * 5000, b"a,b\r\n1,2\r\n"])
def test_a_body_that_is_no_monthly_file_is_refused(
    client: PortalClient, folder: Path, tmp_path: Path, content: bytes
) -> None:
    (folder / f"{TITLE}_20261119.csv").write_bytes(content)
    message = refusal_of_newest(client, tmp_path / "month.csv")
    assert f"got {len(content)} bytes" in message


def test_without_a_history_page_the_current_file_is_still_found(
    client: PortalClient, portal: PortalServer
) -> None:
    portal.faults["selectHistAndCsvData.do"] = [Fault.ABSENT, Fault.ABSENT]
    assert [upload.label for upload in client.publications()] == ["20261019"]
    with pytest.raises(RefusedError, match=r"no upload for 2026-07: 1 in all, labelled 20261019"):
        client.candidates(Month(2026, 7))


def test_a_captcha_is_refused_with_the_way_out_and_nothing_is_fetched(
    client: PortalClient, portal: PortalServer, tmp_path: Path
) -> None:
    portal.faults |= {"check-limit.json": [Fault.CAPTCHA], "fileDownload.do": [Fault.ERROR]}
    assert "captcha" in refusal_of_newest(client, tmp_path / "month.csv")
    assert portal.faults["fileDownload.do"] == [Fault.ERROR]


@pytest.mark.parametrize(
    "page",
    [
        "fileData.do",
        "selectHistAndCsvData.do",
        "selectDpkDetailInfo.do",
        "selectFileDataDownload.do",
        "check-limit.json",
        "fileDownload.do",
    ],
)
def test_one_failing_answer_is_asked_for_again(
    client: PortalClient, portal: PortalServer, tmp_path: Path, page: str
) -> None:
    portal.faults[page] = [Fault.ERROR]
    download_newest(client, tmp_path / "month.csv")
    assert portal.faults[page] == []


def test_patience_ends_after_four_failing_answers(portal: PortalServer) -> None:
    portal.faults["fileData.do"] = [Fault.ERROR] * 10
    with pytest.raises(RefusedError, match=r"portal unreachable: .* keeps answering 500"):
        PortalClient(portal.url).publications()
    assert len(portal.faults["fileData.do"]) == 6


def test_a_portal_that_is_gone_is_unreachable(folder: Path) -> None:
    with PortalServer(folder.parent) as server:
        url = server.url
    with pytest.raises(RefusedError, match=r"portal unreachable: .*Connection refused"):
        PortalClient(url, session=requests.Session()).publications()


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("fileData.do", Fault.HTML),
        ("fileData.do", Fault.ABSENT),
        ("selectDpkDetailInfo.do", Fault.HTML),
        ("selectDpkDetailInfo.do", Fault.ABSENT),
        ("selectFileDataDownload.do", Fault.HTML),
        ("check-limit.json", Fault.HTML),
        ("fileDownload.do", Fault.ABSENT),
    ],
)
def test_a_page_that_changed_is_told_from_a_portal_that_is_down(
    client: PortalClient, portal: PortalServer, tmp_path: Path, page: str, fault: Fault
) -> None:
    portal.faults[page] = [fault]
    message = refusal_of_newest(client, tmp_path / "month.csv")
    assert message.startswith("portal changed its pages: expected ")
    assert page in message
    assert ("오류 안내" if fault is Fault.HTML else "404") in message


@pytest.mark.parametrize("page", ["fileData.do", "fileDownload.do"])
def test_a_redirect_to_another_host_is_not_followed(
    client: PortalClient, portal: PortalServer, tmp_path: Path, page: str
) -> None:
    portal.faults[page] = [Fault.REDIRECT]
    message = refusal_of_newest(client, tmp_path / "month.csv")
    assert "redirects" in message
    assert "https://portal.invalid" in message


def test_an_upload_the_portal_does_not_know_is_refused(client: PortalClient, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="portal changed its pages"):
        client.download(Publication("20200101", "uddi:../../registry"), tmp_path / "month.csv")


def test_an_announced_file_the_upload_did_not_offer_is_refused(
    client: PortalClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    upload = client.publications()[0]
    ids = iter(["FILE_1", "FILE_2"])  # the pop-up's, then the announcement's
    monkeypatch.setattr(Upload, "file_id", property(lambda _: next(ids)))
    with pytest.raises(RefusedError, match=r"expected FILE_1 at .*, got 'FILE_2'"):
        client.download(upload, tmp_path / "month.csv")


@pytest.mark.parametrize(
    "address",
    ["http://www.data.go.kr", "ftp://127.0.0.1", "127.0.0.1:8000", "https://user:secret@www.data.go.kr", ""],
)
def test_an_address_without_protection_is_refused(address: str) -> None:
    with pytest.raises(RefusedError) as refused:
        PortalClient(address)
    assert "secret" not in str(refused.value)


def test_candidates_come_from_the_likeliest_label_month(client: PortalClient) -> None:
    assert [upload.label for upload in client.candidates(Month(2026, 8))] == [
        "20260918",
        "20260819",
        "20261019",
    ]


def test_labels_that_disagree_with_the_content_are_still_reached() -> None:
    late, month_only, first, second = (
        Publication(label, f"uddi:{label}") for label in ("20221218", "202210", "20221117", "20221124")
    )
    far = Publication("20230118", "uddi:far")
    assert uploads_for(Month(2022, 10), [far, late, second, first, month_only]) == [
        first,
        second,
        month_only,
        late,
    ]


def test_a_month_nobody_uploaded_is_refused(client: PortalClient) -> None:
    with pytest.raises(RefusedError, match=r"no upload for 2019-03: 3 in all, labelled 20260819 to 20261019"):
        client.candidates(Month(2019, 3))


@pytest.mark.parametrize(
    ("title", "label"),
    [
        (f"{TITLE}_20260825", "20260825"),
        (f"{TITLE}_20151217.csv", "20151217"),
        ("2015년 12월", "201512"),
        ("2016년 1월", "201601"),
        ("2017년 3월 24일", "20170324"),
        ("2021-03-22", "20210322"),
        ("10/22/2021", "20211022"),
        ("9_7_2021", "20210907"),
        ("202011", "202011"),
        ("컬럼정보", ""),
        ("15083277", ""),
        ("20261332", ""),
    ],
)
def test_labels_are_read_in_every_way_the_portal_wrote_them(title: str, label: str) -> None:
    assert read_label(title) == label


def test_history_links_are_read_in_both_known_layouts() -> None:
    page = """
    <a href="#" onclick="fn_fileDataDetail('uddi:0a-1_201512', '3'); return false;"> 2015년&nbsp;12월 </a>
    <a class="openFileDetailPopup" data-public-pk="uddi:0b-2" data-public-detail-sn="2"><b>내역_20200624</b></a>
    <a data-public-pk="uddi:0c-3">컬럼정보</a> <a href="/notice">2020-01-01</a>
    """
    assert read_history(page) == [
        Publication("201512", "uddi:0a-1_201512"),
        Publication("20200624", "uddi:0b-2"),
    ]


def test_a_page_without_a_dated_title_is_no_data_set_page() -> None:
    assert read_current('<title>로그인</title><input value="uddi:1">') is None
    assert read_current('<meta content="내역_20260825"><input value="uddi:1">') == Publication(
        "20260825", "uddi:1"
    )


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="%EB%82%B4%EC%97%AD_20260825.csv"', "내역_20260825.csv"),
        ("attachment; filename*=UTF-8''%EB%82%B4%EC%97%AD.csv", "내역.csv"),
        ("attachment;filename=" + "내역.csv".encode().decode("latin-1"), "내역.csv"),
        ('attachment; filename="..%2F..%5Cetc/pass\x1b[2Jwd.csv"', "pass[2Jwd.csv"),
        ("inline", ""),
    ],
)
def test_file_names_are_decoded_and_kept_to_their_last_part(disposition: str, name: str) -> None:
    assert read_file_name(disposition) == name
