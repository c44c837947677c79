"""Opening a file that somebody sent: what is no plain XLSX is refused before anything in it is read.

Sheets come back saved by Excel, LibreOffice or Hancom Office. Nothing in them is run, followed or evaluated.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.xml.functions import fromstring

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What a compound file begins with: an XLSX under a password, or a spreadsheet of before 2007."""
MOST_BYTES = 8_000_000
MOST_UNPACKED = 24_000_000
"""Ten times what the largest office's sheet unpacks to; `zipfile` never gives more than a member declares."""
MOST_MEMBERS = 300
MOST_PAGES, MOST_ROWS, MOST_COLUMNS = 4, 4_000, 64
ACTIVE = (
    "vbaproject",
    "macrosheets/",
    "activex/",
    "embeddings/",
    "ctrlprops/",
    "externallinks/",
    "dialogsheets/",
)
COMMENTS = re.compile(r"xl/(?:.*/)?(?:comments?|threadedComments?/threadedComment)\d*\.xml", re.IGNORECASE)
"""Where programs keep the notes of cells."""
MACRO_TYPE = b"macroenabled"


class UnreadableError(Exception):
    """The file cannot be read as a sheet; the message is a sentence in Korean for the officer who sent it."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A cell that holds something: a formula or a value."""

    page: str
    row: int
    column: int
    value: Any
    is_formula: bool

    @property
    def place(self) -> str:
        """`R15`, as a spreadsheet calls it."""
        letters, column = "", self.column
        while column:
            column, rest = divmod(column - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{letters}{self.row}"


@dataclass(frozen=True, slots=True)
class Comment:
    """A note that hangs on a cell: its place, as R15, and its text."""

    place: str
    text: str


def read_comments(file: Path) -> list[Comment]:
    """The notes of every page of a file that `read_cells` read; of a thread each answer is one."""
    found: dict[tuple[str, str], Comment] = {}
    with zipfile.ZipFile(file) as archive:
        for name in sorted(archive.namelist()):
            if COMMENTS.fullmatch(name):
                for comment in _comments(archive.read(name)):
                    found.setdefault((comment.place, comment.text), comment)
    return list(found.values())


def _comments(content: bytes) -> Iterator[Comment]:
    """The notes of one part, of either form that programs write."""
    try:
        root = fromstring(content)
    except ParseError as error:
        raise UnreadableError("파일이 손상되어 메모를 읽을 수 없습니다.") from error
    for element in root.iter():
        if element.tag.rpartition("}")[2] in {"comment", "threadedComment"}:
            text = " ".join("".join(element.itertext()).split())
            if text:
                yield Comment(str(element.get("ref", "")), text)


def read_cells(file: Path) -> list[Filled]:
    """Every cell that holds something, page by page, row by row.

    Raises:
        UnreadableError: when the file is no XLSX, is locked by a password, holds a macro, or is made to do harm.
    """
    with file.open("rb") as opened:
        _examine(opened)
        opened.seek(0)
        try:
            return list(_cells(opened))
        except UnreadableError:
            raise
        except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
            raise UnreadableError(
                "파일이 손상되어 읽을 수 없습니다. 받으신 파일을 ‘Excel 통합 문서(.xlsx)’로 다시 저장해 주십시오."
            ) from error


def _examine(opened: BinaryIO) -> None:
    head = opened.read(len(OLE))
    if head == OLE:
        raise UnreadableError(
            "암호가 걸려 있거나 옛 형식(.xls)인 파일입니다. 암호를 풀고 ‘Excel 통합 문서(.xlsx)’로 저장해 주십시오."
        )
    opened.seek(0, 2)
    if opened.tell() > MOST_BYTES:
        raise UnreadableError(
            f"파일이 너무 큽니다({opened.tell():,}바이트). 그림 등 더 넣은 것을 빼 주십시오."
        )
    if not head.startswith(b"PK") or not zipfile.is_zipfile(opened):
        raise UnreadableError(
            "XLSX 파일이 아닙니다. 받으신 파일을 ‘Excel 통합 문서(.xlsx)’로 저장해 주십시오."
        )
    try:
        with zipfile.ZipFile(opened) as archive:
            _examine_members(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise UnreadableError("파일이 손상되었거나 암호가 걸려 있어 읽을 수 없습니다.") from error


def _examine_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise UnreadableError(
            "압축을 풀면 지나치게 커지는 파일이라 열지 않았습니다. 받으신 파일에 채워 주십시오."
        )
    names = [member.filename.lower() for member in members]
    if "content.xml" in names and "mimetype" in names:
        raise UnreadableError(
            "ODS(개방형 문서) 파일입니다. 쓰시는 프로그램의 ‘다른 이름으로 저장’에서 ‘Excel 통합 문서(.xlsx)’를 골라 "
            "저장해 주십시오."
        )
    if "[content_types].xml" not in names or not any(name.startswith("xl/workbook") for name in names):
        raise UnreadableError("스프레드시트가 아닌 파일입니다. 받으신 파일(.xlsx)을 보내 주십시오.")
    if any(part in name for name in names for part in ACTIVE):
        raise UnreadableError(
            "매크로나 다른 파일로 이어지는 연결이 들어 있습니다. 빼고 ‘Excel 통합 문서(.xlsx)’로 저장해 주십시오."
        )
    for member in members:
        if member.filename.lower().endswith((".xml", ".rels")):
            # Read whole, so that a lie about its size or checksum is found here. No office program writes a DOCTYPE.
            text = archive.read(member).replace(b"\0", b"").lower()
            if b"<!doctype" in text or b"<!entity" in text:
                raise UnreadableError("스프레드시트 프로그램이 만들지 않는 내용이 들어 있어 열지 않았습니다.")
            if member.filename.lower() == "[content_types].xml" and MACRO_TYPE in text:
                raise UnreadableError(
                    "매크로 사용 통합 문서입니다. ‘Excel 통합 문서(.xlsx)’로 저장해 주십시오."
                )


def _cells(opened: BinaryIO) -> Iterator[Filled]:
    book = load_workbook(opened, read_only=True, keep_links=False)
    try:
        if len(book.worksheets) > MOST_PAGES:
            raise UnreadableError(f"시트가 {len(book.worksheets)}개 있습니다. 보내 드린 표만 남겨 주십시오.")
        for page in book.worksheets:
            page.reset_dimensions()
            for row in page.iter_rows(max_col=MOST_COLUMNS):
                for cell in row:
                    if cell.value is None:
                        continue
                    if cell.row > MOST_ROWS:
                        raise UnreadableError(f"‘{page.title}’에 {MOST_ROWS:,}줄이 넘게 적혀 있습니다.")
                    yield Filled(page.title, cell.row, cell.column, cell.value, cell.data_type == "f")
    finally:
        book.close()
