"""What the portal's pages and headers say: uploads, their dates, download buttons, file names.

Pure functions over text somebody else wrote. They look for what the portal's own scripts use (the `uddi:`
key, the arguments of `fn_fileDataDown`) rather than for layout, which changes more often.
"""

from __future__ import annotations

import contextlib
import html
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

_UDDI = re.compile(r"uddi:[0-9A-Za-z_-]+")
_ANCHOR = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_DATED_TITLE = re.compile(r"(?:<title>|content=\")([^\"<]*_20\d{6})\b", re.IGNORECASE)
_DOWNLOAD_BUTTON = re.compile(r"fn_fileDataDown\(\s*'\d+'\s*,\s*'uddi:[^']+'\s*,\s*'(FILE_[^']+)'")
_YEAR_FIRST = re.compile(r"(?<!\d)(20\d\d)\D{0,2}(1[0-2]|0?[1-9])(?:\D{0,2}(\d{1,2}))?(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])[/_-](\d{1,2})[/_-](20\d\d)(?!\d)")
_FILE_NAME = re.compile(r"filename\*?\s*=\s*(?:UTF-8'[^']*')?\"?([^\";]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Publication:
    """One upload on the portal.

    Attributes:
        label: The extraction date the portal shows, as digits: `20261019`, or `201512` when it shows no day.
        detail_pk: The portal's key of the upload, `uddi:…`.
    """

    label: str
    detail_pk: str


def read_current(page: str) -> Publication | None:
    """The current upload as the data set page shows it, or None when that is not such a page."""
    key, title = _UDDI.search(page), _DATED_TITLE.search(page)
    return Publication(read_label(title[1]), key[0]) if key and title else None


def read_history(page: str) -> list[Publication]:
    """The earlier uploads in the page's order: every link that carries a key and shows a date."""
    links = (
        (_UDDI.search(html.unescape(attributes)), read_label(_text(content)))
        for attributes, content in _ANCHOR.findall(page)
    )
    return [Publication(label, key[0]) for key, label in links if key and label]


def read_buttons(popup: str) -> set[str]:
    """The file ids (`FILE_…`) that an upload's pop-up offers for download."""
    return set(_DOWNLOAD_BUTTON.findall(popup))


def read_label(title: str) -> str:
    """The date in a title as digits, or nothing; titles write `…_20261019`, `2015년 12월` or `10/22/2021`."""
    if found := _YEAR_LAST.search(title):
        month, day, year = found.groups()
    elif found := _YEAR_FIRST.search(title):
        year, month, day = found.groups()
    else:
        return ""
    return f"{year}{month:0>2}" + (f"{day:0>2}" if day else "")


def read_file_name(disposition: str) -> str:
    """The bare name in a Content-Disposition header, whether percent-encoded or raw UTF-8, or nothing."""
    found = _FILE_NAME.search(disposition)
    name = unquote(found[1]) if found else ""
    with contextlib.suppress(UnicodeError):  # what was percent-encoded is text already
        name = name.encode("latin-1").decode("utf-8")
    name = PurePosixPath(name.replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable()).strip()


def glimpse(answer: str) -> str:
    """The first words of an unexpected answer, quoted, without tags or control characters."""
    return repr(_text(answer)[:60])


def _text(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
