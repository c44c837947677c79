"""Download flow against a portal on loopback: each page in its known forms, and missing."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path

import pytest

from country.portal.faults import Fault
from country.portal.server import PortalServer
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.portal.client import PortalClient
from sogong_pipeline.nps.portal.pages import Publication
from sogong_pipeline.nps.portal.uploads import uploads_for
from sogong_pipeline.periods import Month
from tests.nps.conftest import PUBLISHED, TITLE, monthly_file

LABELS = sorted(PUBLISHED, reverse=True)


def labels(client: PortalClient) -> list[str]:
    return [upload.label for upload in client.list_uploads().uploads]


def download_newest(client: PortalClient, target: Path) -> str:
    return client.download(client.list_uploads().uploads[0], target)


def asked(portal: PortalServer) -> list[str]:
    return [request.page for request in portal.requests]


def test_uploads_are_listed_newest_first(client: PortalClient, files: Path) -> None:
    assert labels(client) == LABELS
    (files / f"{TITLE}_20220818.csv").write_bytes(monthly_file("2022-07"))
    assert labels(client) == ["20220818", *LABELS]
    assert client.list_uploads().gap == ""


def test_a_download_has_the_bytes_and_the_korean_name(
    client: PortalClient, portal: PortalServer, files: Path, tmp_path: Path
) -> None:
    for upload in client.list_uploads().uploads:
        name = client.download(upload, tmp_path / "month.csv")
        assert name == f"{TITLE}_{upload.label}.csv"
        assert (tmp_path / "month.csv").read_bytes() == (files / name).read_bytes()
    assert asked(portal) == [
        "fileData.do",
        "selectHistAndCsvData.do",
        *["selectFileDataDownload.do", "check-limit.json", "fileDownload.do"] * 3,
    ]


def test_a_large_file_arrives_in_pieces_with_progress_and_little_memory(
    client: PortalClient, files: Path, tmp_path: Path
) -> None:
    size = 64 << 20
    with (files / f"{TITLE}_20220818.csv").open("wb") as file:
        file.write(b"x")
        file.truncate(size)
    steps: list[tuple[int, int | None]] = []
    upload = client.list_uploads().uploads[0]
    tracemalloc.start()
    try:
        client.download(upload, tmp_path / "month.csv", lambda *step: steps.append(step))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(steps) >= 64
    assert steps == sorted(steps)
    assert steps[-1] == (size, size)
    assert peak < 10 << 20  # the portal's own blocks too


def test_a_zip_is_kept_as_it_is(client: PortalClient, files: Path, tmp_path: Path) -> None:
    packed = files / f"{TITLE}_20220818.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("month.csv", "a,b\r\n")
    download_newest(client, tmp_path / "month.zip")
    assert (tmp_path / "month.zip").read_bytes() == packed.read_bytes()


@pytest.mark.parametrize(
    ("page", "variant"),
    [
        ("fileData.do", "bare"),
        ("selectHistAndCsvData.do", "monthly"),
        ("selectHistAndCsvData.do", "registered"),
        ("selectFileDataDownload.do", "registered"),
    ],
)
def test_every_known_form_of_a_page_leads_to_the_file(
    client: PortalClient, portal: PortalServer, files: Path, tmp_path: Path, page: str, variant: str
) -> None:
    portal.variants[page] = variant
    uploads = client.list_uploads().uploads
    digits = 6 if variant == "monthly" else 8
    assert [upload.label for upload in uploads] == [LABELS[0], *(label[:digits] for label in LABELS[1:])]
    for upload, label in zip(uploads, LABELS, strict=True):
        client.download(upload, tmp_path / "month.csv")
        assert (tmp_path / "month.csv").read_bytes() == (files / f"{TITLE}_{label}.csv").read_bytes()


@pytest.mark.parametrize("fault", [Fault.ABSENT, Fault.HTML])
def test_without_the_data_set_page_the_catalogue_names_the_current_file(
    client: PortalClient, portal: PortalServer, files: Path, tmp_path: Path, fault: Fault
) -> None:
    portal.faults["fileData.do"] = [fault]
    listing = client.list_uploads()
    assert [upload.label for upload in listing.uploads] == LABELS[:1]
    assert "only the current file is listed" in listing.gap
    client.download(listing.uploads[0], tmp_path / "month.csv")
    assert (tmp_path / "month.csv").read_bytes() == (files / f"{TITLE}_{LABELS[0]}.csv").read_bytes()
    assert asked(portal) == ["fileData.do", "fileData.json", "check-limit.json", "fileDownload.do"]


@pytest.mark.parametrize("fault", [Fault.ABSENT, Fault.HTML])
def test_without_a_history_the_current_file_is_still_found(
    client: PortalClient, portal: PortalServer, fault: Fault
) -> None:
    portal.faults["selectHistAndCsvData.do"] = [fault]
    listing = client.list_uploads()
    assert [upload.label for upload in listing.uploads] == LABELS[:1]
    assert "its history " in listing.gap


def test_without_an_announcement_the_pop_up_names_the_file(
    client: PortalClient, portal: PortalServer, tmp_path: Path
) -> None:
    portal.faults["selectFileDataDownload.do"] = [Fault.ABSENT]
    download_newest(client, tmp_path / "month.csv")
    assert "selectDpkDetailInfo.do" in asked(portal)
    portal.faults |= {"selectFileDataDownload.do": [Fault.ABSENT], "selectDpkDetailInfo.do": [Fault.HTML]}
    with pytest.raises(RefusedError, match=r"changed its pages: expected a download button at .*오류 안내"):
        download_newest(client, tmp_path / "month.csv")


def test_without_a_captcha_check_the_file_is_asked_for(
    client: PortalClient, portal: PortalServer, tmp_path: Path
) -> None:
    portal.faults["check-limit.json"] = [Fault.ABSENT]
    download_newest(client, tmp_path / "month.csv")
    assert (tmp_path / "month.csv").exists()


def test_a_captcha_is_reported_with_the_way_out_and_nothing_is_fetched(
    client: PortalClient, portal: PortalServer, tmp_path: Path
) -> None:
    portal.faults["check-limit.json"] = [Fault.CAPTCHA]
    with pytest.raises(RefusedError, match="captcha") as refused:
        download_newest(client, tmp_path / "month.csv")
    assert not isinstance(refused.value, LaterError)
    assert f"open {portal.url}/data/15083277/fileData.do in a browser" in str(refused.value)
    assert "into a folder, and run `sogong ingest MONTH --from FOLDER`" in str(refused.value)
    assert "fileDownload.do" not in asked(portal)


def test_an_upload_the_portal_does_not_know_is_refused(client: PortalClient, tmp_path: Path) -> None:
    with pytest.raises(
        RefusedError, match=r"expected the file of upload 20200101 at .*파일이 존재하지 않습니다"
    ):
        client.download(Publication("20200101", "uddi:../../registry"), tmp_path / "month.csv")


def test_a_refused_download_keeps_the_file_that_was_there(
    client: PortalClient, portal: PortalServer, tmp_path: Path
) -> None:
    target = tmp_path / "month.csv"
    target.write_text("earlier")
    portal.faults["fileDownload.do"] = [Fault.TRUNCATED]
    with pytest.raises(LaterError):
        download_newest(client, target)
    assert target.read_text() == "earlier"
    assert list(tmp_path.glob("month*")) == [target]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\r\n <html>" + b" " * 5000, b"a,b\r\n1,2\r\n"])
def test_a_body_that_is_no_monthly_file_is_refused(
    client: PortalClient, files: Path, tmp_path: Path, content: bytes
) -> None:
    (files / f"{TITLE}_20220818.csv").write_bytes(content)
    with pytest.raises(
        RefusedError, match=f"expected a CSV or ZIP file from the portal, got {len(content)} bytes"
    ):
        download_newest(client, tmp_path / "month.csv")
    assert list(tmp_path.glob("month*")) == []


@pytest.mark.parametrize(
    "page",
    [
        "fileData.do",
        "selectHistAndCsvData.do",
        "selectFileDataDownload.do",
        "check-limit.json",
        "fileDownload.do",
    ],
)
@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.UNAVAILABLE, Fault.RESET])
def test_a_page_that_fails_once_is_asked_for_again(
    client: PortalClient, portal: PortalServer, tmp_path: Path, page: str, fault: Fault
) -> None:
    portal.faults[page] = [fault]
    download_newest(client, tmp_path / "month.csv")
    assert asked(portal).count(page) == 2


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
