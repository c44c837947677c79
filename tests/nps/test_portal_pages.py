"""Parsers of pages, records and headers, in every known form and in unknown ones."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sogong_pipeline.nps.portal.headers import read_file_name, read_retry_after
from sogong_pipeline.nps.portal.pages import (
    File,
    Publication,
    glimpse,
    read_announcement,
    read_button,
    read_catalogue,
    read_current,
    read_history,
    read_label,
    says_outage,
)
from tests.nps.conftest import TITLE


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


@pytest.mark.parametrize(
    "page",
    [
        '<title>내역_20260825 | 포털</title><input value="uddi:1">',
        '<meta content="내역_20260825"><input name="publicDataDetailPk" id="x" value="uddi:1">',
        "{\"alternateName\": \"내역_20260825\"}<i onclick=\"fn_fileDataDown('15083277','uddi:1','','1','3')\">",
        "<title>내역_20260825</title><i onclick=\"fn_fileDataDown('15083033', 'uddi:other', '', '1')\">"
        "<i onclick=\"x.fn_fileDataDown( '15083277' , 'uddi:1' , '' , '1' , '3' )\">",
        "<title>내역_20260825</title><i data-pk='uddi:other'><input name=\"publicDataDetailPk\" value='uddi:1'>",
    ],
)
def test_the_current_upload_is_the_one_of_our_data_set(page: str) -> None:
    assert read_current(page) == Publication("20260825", "uddi:1")


@pytest.mark.parametrize(
    "page", ['<title>로그인</title><input value="uddi:1">', "<title>내역_20260825</title>", ""]
)
def test_a_page_without_a_date_or_a_key_is_no_data_set_page(page: str) -> None:
    assert read_current(page) is None


def test_the_catalogue_names_the_current_file() -> None:
    offer = {"contentUrl": "https://x/cmm/cmm/fileDownload.do?atchFileId=FILE_000000001&fileDetailSn=1"}
    record: dict[str, Any] = {"name": "내역", "alternateName": "내역_20260825", "distribution": [offer]}
    assert read_catalogue(record) == Publication("20260825", "", File("FILE_000000001", "1"))
    assert read_catalogue({**record, "alternateName": "내역"}) is None
    assert read_catalogue({**record, "distribution": None}) is None
    assert read_catalogue({**record, "distribution": ["no record", {"contentUrl": 5}]}) is None
    assert read_catalogue({**record, "distribution": [{"contentUrl": "/x?atchFileId=../../etc"}]}) is None


def test_the_history_is_read_in_each_known_form() -> None:
    page = """
    <a href="#" onclick="fn_fileDataDetail('uddi:0a-1_201512', '3'); return false;"> 2015년&nbsp;12월 </a>
    <a class="openFileDetailPopup" data-public-pk="uddi:0b-2" data-public-detail-sn="2"><b>내역_20200624</b></a>
    <a data-public-pk="uddi:0c-3">컬럼정보</a> <a href="/notice">2020-01-01</a>
    <table><tr><td><a data-public-pk='uddi:0d-4'>과거 자료</a></td><td>2020-07-20</td></tr></table>
    """
    assert read_history(page) == [
        Publication("201512", "uddi:0a-1_201512"),
        Publication("20200624", "uddi:0b-2"),
        Publication("20200720", "uddi:0d-4"),
    ]
    assert read_history("<h3>주기성 과거 데이터(0)</h3><table></table>") == []
    assert read_history("<h1>로그인</h1>") is None


def test_a_button_and_an_announcement_name_the_file() -> None:
    popup = "<a onclick=\"fn_fileDataDown('15083277','uddi:1', 'FILE_000000007', '2', 'csv')\">"
    assert read_button(popup) == File("FILE_000000007", "2")
    assert read_button(popup.replace("15083277", "15083033")) is None
    answer = {"status": True, "atchFileId": "FILE_7", "fileDetailSn": 2}
    assert read_announcement(answer, "uddi:1") == File("FILE_7", "2")
    assert read_announcement({**answer, "dpk": "uddi:1", "fileDetailSn": None}, "uddi:1") == File(
        "FILE_7", "1"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"status": False},
        {"status": "true"},
        {"dpk": "uddi:2"},
        {"atchFileId": "../x"},
        {"fileDetailSn": "1&x=2"},
    ],
)
def test_an_announcement_of_nothing_or_of_another_upload_names_none(change: dict[str, Any]) -> None:
    answer = {"status": True, "atchFileId": "FILE_7", "fileDetailSn": "1", **change}
    assert read_announcement(answer, "uddi:1") is None


@pytest.mark.parametrize(
    ("page", "outage"),
    [
        ("<h1>시스템 점검 중입니다.</h1>", True),
        ("<title>안내</title>일시적인 오류가 발생했습니다. 잠시 후 다시 시도해 주세요.", True),
        ("<h1>Service unavailable</h1>", True),
        ("<h1>요청하신 페이지를 찾을 수 없습니다.</h1>", False),
        ("<script>alert('일시적인 오류가 발생했습니다.')</script><h1>로그인</h1>", False),
        ("<p>시스템 점검 안내</p>" + "<p>가나다라마바사</p>" * 500, False),
        ("", False),
    ],
)
def test_an_outage_is_what_a_short_page_shows_to_a_person(page: str, outage: bool) -> None:
    assert says_outage(page) is outage


def test_a_glimpse_is_short_and_without_markup_or_control_characters() -> None:
    assert glimpse("<b>가&amp;나</b><script>x</script> 다") == "'가&나 다'"
    assert "\x1b" not in glimpse("\x1b[2J")
    assert len(glimpse("다" * 200)) == 62


@pytest.mark.parametrize(
    "piece", ["<a ", "<tr><a>", "<a>x", "<!--", "<title>", 'content="', "uddi:", "<![CDATA[", "&#"]
)
def test_a_long_page_of_one_thing_is_read_in_seconds(piece: str) -> None:
    page = "<tr>" + piece * ((1 << 18) // len(piece))
    began = time.monotonic()
    read_current(page)
    read_history(page)
    read_button(page)
    says_outage(page)
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="%EB%82%B4%EC%97%AD_20260825.csv"', "내역_20260825.csv"),
        ("attachment; filename*=UTF-8''%EB%82%B4%EC%97%AD.csv", "내역.csv"),
        ("attachment;filename=" + "내역.csv".encode().decode("latin-1"), "내역.csv"),
        ('attachment; filename="..%2F..%5Cetc/pass\x1b[2Jwd.csv"', "pass[2Jwd.csv"),
        ('attachment; filename="' + "x" * 5000 + '.csv"', "x" * 200),
        ("inline", ""),
    ],
)
def test_file_names_are_decoded_and_kept_short_and_to_their_last_part(disposition: str, name: str) -> None:
    assert read_file_name(disposition) == name


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 60),
        ("Wed, 21 Oct 2020 07:28:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert read_retry_after(value, now=1792567620.0) == seconds
