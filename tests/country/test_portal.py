"""The local portal under plain requests: its pages, and its access limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from country.portal.server import PortalServer
from country.portal.uploads import list_uploads
from sogong_pipeline.errors import RefusedError

FILE = "/cmm/cmm/fileDownload.do"
BROWSER = {"User-Agent": "a browser", "Referer": "http://127.0.0.1/data/15083277/fileData.do"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "가상 내역_20260918.csv").write_bytes(b"older")
    (tmp_path / "files" / "가상 내역_20261019.csv").write_bytes(b"newer")
    (tmp_path / "registry.csv").write_bytes(b"not for the portal")
    (tmp_path / "files" / "notes_20261019.txt").write_bytes(b"not for the portal")
    return tmp_path


@pytest.fixture
def portal(folder: Path) -> Iterator[PortalServer]:
    with PortalServer(folder) as server:
        yield server


def test_the_data_set_page_shows_the_current_file(portal: PortalServer, folder: Path) -> None:
    page = requests.get(f"{portal.url}/data/15083277/fileData.do", timeout=5).text
    newest = list_uploads(folder)[0]
    assert "<title>가상 내역_20261019 " in page
    assert f'name="publicDataDetailPk" value="{newest.detail_pk}"' in page
    assert f"fn_fileDataDown('15083277', '{newest.detail_pk}', '', '1', '3')" in page
    catalog = requests.get(f"{portal.url}/catalog/15083277/fileData.json", timeout=5).json()
    file = requests.get(catalog["distribution"][0]["contentUrl"], headers=BROWSER, timeout=5)
    assert file.content == b"newer"


def test_the_history_shows_the_earlier_files(portal: PortalServer) -> None:
    address = f"{portal.url}/tcs/dss/selectHistAndCsvData.do"
    page = requests.post(address, data={"publicDataPk": "15083277"}, timeout=5).text
    assert "가상 내역_20260918" in page
    assert "가상 내역_20261019" not in page
    assert len(re.findall(r'data-public-pk="uddi:[0-9a-f-]{36}"', page)) == 1
    assert requests.get(address, timeout=5).status_code == 404


def test_ids_follow_from_the_name_alone(folder: Path) -> None:
    newest = list_uploads(folder)[0]
    assert newest.detail_pk == "uddi:1511c6b9-0c24-5d19-971b-bcd17b400575"
    assert newest.file_id == "FILE_643391600166261"


def test_a_name_with_markup_stays_text(portal: PortalServer, folder: Path) -> None:
    (folder / "files" / "<b onclick='x'>&_20261119.csv").write_bytes(b"x")
    page = requests.get(f"{portal.url}/data/15083277/fileData.do", timeout=5).text
    assert "<b onclick" not in page
    assert "&lt;b onclick" in page


def test_a_download_needs_what_a_browser_sends(portal: PortalServer, folder: Path) -> None:
    address = f"{portal.url}{FILE}?atchFileId={list_uploads(folder)[0].file_id}&fileDetailSn=1"
    assert requests.get(address, headers=BROWSER, timeout=5).content == b"newer"
    bare = requests.get(address, timeout=5)
    assert bare.status_code == 200
    assert bare.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "address",
    [
        "/registry.csv",
        "/files/../registry.csv",
        "/../registry.csv",
        "/%2e%2e/registry.csv",
        f"{FILE}?atchFileId=registry.csv",
        f"{FILE}?atchFileId=../registry.csv",
        f"{FILE}?atchFileId=%2Fetc%2Fpasswd",
        f"{FILE}/../../../registry.csv",
    ],
)
def test_nothing_but_uploads_can_be_reached(portal: PortalServer, address: str) -> None:
    request = requests.Request("GET", portal.url, headers=BROWSER).prepare()
    request.url = portal.url + address  # as it is, not tidied up by the client
    with requests.Session() as session:
        answer = session.send(request, timeout=5)
    assert "오류 안내" in answer.content.decode()
    assert b"not for the portal" not in answer.content


def test_a_folder_without_files_below_it_is_served_itself(folder: Path) -> None:
    assert [upload.label for upload in list_uploads(folder / "files")] == ["20261019", "20260918"]


def test_an_empty_folder_has_no_data_set_page_yet(tmp_path: Path) -> None:
    with PortalServer(tmp_path) as portal:
        assert requests.get(f"{portal.url}/data/15083277/fileData.do", timeout=5).status_code == 404


def test_a_missing_folder_and_a_taken_port_are_refused(portal: PortalServer, folder: Path) -> None:
    with pytest.raises(RefusedError, match="no folder"):
        PortalServer(folder / "absent")
    with pytest.raises(RefusedError, match="is not free"):
        PortalServer(folder, portal.server_address[1])


def test_the_answers_stop_with_the_server(folder: Path) -> None:
    with requests.Session() as session:
        with PortalServer(folder) as portal:
            address = f"{portal.url}/data/15083277/fileData.do"
            assert session.get(address, timeout=5).ok
        with pytest.raises(requests.ConnectionError):
            session.get(address, timeout=5)
