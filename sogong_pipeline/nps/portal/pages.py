"""Parsers of the portal's pages: uploads, their dates, files, captchas, outages.

Pure functions over untrusted text. They look for identifiers that the portal's own scripts use (the `uddi:` key, the
arguments of `fn_fileDataDown`, the catalogue's record) rather than for layout, which changes more often.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sogong_pipeline.nps.portal.markup import read_markup

DATA_SET = "15083277"
LONGEST_OUTAGE = 2_000

_ANY_KEY = re.compile(r"(uddi:[0-9A-Za-z_-]{1,80})")
_FILE_ID = re.compile(r"FILE_[0-9A-Za-z]{1,60}")
_FIELD = re.compile(r"publicDataDetailPk[\"'][^<>]{0,200}?value=[\"'](uddi:[0-9A-Za-z_-]{1,80})")
_OWN_BUTTON = r"fn_fileDataDown\(\s*'{}'\s*,\s*'(uddi:[0-9A-Za-z_-]{{1,80}})'"
_FILE_BUTTON = (
    r"fn_fileDataDown\(\s*'{}'\s*,\s*'[^']*'\s*,\s*'(FILE_[0-9A-Za-z]{{1,60}})'\s*,\s*'(\d{{1,3}})'"
)
_DATED_TITLE = re.compile(
    r'(?:<title>|content="|"(?:alternateName|name)"\s*:\s*")([^"<]*_20\d{6})\b', re.IGNORECASE
)
_YEAR_FIRST = re.compile(r"(?<!\d)(20\d\d)\D{0,2}(1[0-2]|0?[1-9])(?:\D{0,2}(\d{1,2}))?(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])[/_-](\d{1,2})[/_-](20\d\d)(?!\d)")
_OUTAGE = re.compile(
    r"(?:시스템|서비스|서버)\s*점검|점검\s*중|서비스\s*(?:가\s*)?(?:일시\s*)?중단|일시적인?\s*(?:오류|장애|접속)|접속이?\s*지연"
    r"|접속자가\s*많|잠시\s*후|service unavailable|temporarily",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class File:
    """Identifiers that the portal's download requires."""

    file_id: str
    detail_sn: str


@dataclass(frozen=True)
class Publication:
    """One upload on the portal.

    Attributes:
        label: The extraction date the portal shows, as digits: `20261019`, or `201512` when it shows no day.
        detail_pk: The portal's key of the upload, `uddi:…`; blank where only the catalogue lists it.
        file: The upload's file, where it is known from the beginning.
    """

    label: str
    detail_pk: str
    file: File | None = None


def read_current(page: str, data_set: str = DATA_SET) -> Publication | None:
    """Return the current upload from the data set page, or None for a page of another form.

    The page may name other uploads too, those of recommended data sets, so the button and the form come first.
    """
    key = re.search(_OWN_BUTTON.format(data_set), page) or _FIELD.search(page) or _ANY_KEY.search(page)
    title = _DATED_TITLE.search(page)
    return Publication(read_label(title[1]), key[1]) if key and title else None


def read_catalogue(record: dict[str, Any]) -> Publication | None:
    """Return the current upload from the catalogue's schema.org record, or None when it names no dated file."""
    label = next(
        (label for name in ("alternateName", "name") if (label := read_label(str(record.get(name))))), ""
    )
    offers = record.get("distribution")
    for offer in offers if isinstance(offers, list) else []:
        fields = parse_qs(urlsplit(str(offer.get("contentUrl"))).query) if isinstance(offer, dict) else {}
        file = read_file(fields.get("atchFileId", [""])[0], fields.get("fileDetailSn", ["1"])[0])
        if label and file:
            return Publication(label, "", file)
    return None


def read_history(page: str) -> list[Publication] | None:
    """Return the earlier uploads in the page's order, or None for a page of another form.

    An upload is a link that carries a key; its date stands in its text, or else in its row.
    """
    markup = read_markup(page)
    row_labels = [read_label(row) for row in markup.rows]
    uploads = []
    for link in markup.links:
        key = _ANY_KEY.search(link.values)
        label = read_label(link.text) or (row_labels[link.row] if link.row is not None else "")
        if key and label:
            uploads.append(Publication(label, key[1]))
    return uploads if uploads or "과거 데이터" in markup.text else None


def read_button(popup: str, data_set: str = DATA_SET) -> File | None:
    """Return the file that an upload's pop-up offers for download, or None."""
    match = re.search(_FILE_BUTTON.format(data_set), popup)
    return File(match[1], match[2]) if match else None


def read_announcement(answer: dict[str, Any], detail_pk: str) -> File | None:
    """Return the file announced for an upload, or None without one or for another upload's."""
    if answer.get("status") is not True or answer.get("dpk") not in {None, detail_pk}:
        return None
    return read_file(answer.get("atchFileId"), answer.get("fileDetailSn") or "1")


def read_file(file_id: object, detail_sn: object) -> File | None:
    """Return a file by its id and number, or None when they are malformed."""
    file = File(str(file_id), str(detail_sn))
    return file if _FILE_ID.fullmatch(file.file_id) and re.fullmatch(r"\d{1,3}", file.detail_sn) else None


def read_label(title: str) -> str:
    """Return the date in a title as digits, or blank; titles write `…_20261019`, `2015년 12월` or `10/22/2021`."""
    if match := _YEAR_LAST.search(title):
        month, day, year = match.groups()
    elif match := _YEAR_FIRST.search(title):
        year, month, day = match.groups()
    else:
        return ""
    return f"{year}{month:0>2}" + (f"{day:0>2}" if day else "")


def says_outage(answer: str) -> bool:
    """Return True when an unexpected answer announces a temporary outage, so that the pages have not changed.

    Such a page is short; a long one may mention an outage in a notice or a script.
    """
    text = read_markup(answer).text
    return len(text) <= LONGEST_OUTAGE and _OUTAGE.search(text) is not None


def glimpse(answer: str) -> str:
    """Quote the first words of an unexpected answer, without tags or control characters."""
    return repr(read_markup(answer).text[:60])
