"""What a mailbox may hold: nothing but a plain XLSX is ever opened, and each refusal is a sentence for the sender."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from sogong_pipeline.sheets.intake import MOST_BYTES, MOST_UNPACKED, OLE, UnreadableError, read_cells


def plain(folder: Path) -> bytes:
    """A small workbook."""
    book = xlsxwriter.Workbook(str(folder / "plain.xlsx"))
    book.add_worksheet().write_string(0, 0, "글")
    book.close()
    return (folder / "plain.xlsx").read_bytes()


def rebuilt(content: bytes, replace: dict[str, bytes], add: dict[str, bytes] | None = None) -> bytes:
    """The workbook with members replaced and added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", 8) as written:
        for name in source.namelist():
            written.writestr(name, replace.get(name, source.read(name)))
        for name, data in (add or {}).items():
            written.writestr(name, data)
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def declared(content: bytes, size: int) -> bytes:
    """The workbook with a sheet that declares another size than it has, in both headers."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        true = source.getinfo(SHEET).file_size
    return content.replace(struct.pack("<I", true), struct.pack("<I", size))


def cases(folder: Path) -> dict[str, tuple[bytes, str]]:
    content = plain(folder)
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        sheet, types = source.read(SHEET), source.read("[Content_Types].xml")
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'
    utf_16 = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'.encode(
        "utf-16"
    )
    many = {f"x{number}": b"" for number in range(400)}
    return {
        "password": (OLE + bytes(600), "암호가 걸려 있거나 옛 형식"),
        "text": (b"district_id,stage\n", "XLSX 파일이 아닙니다"),
        "empty": (b"", "XLSX 파일이 아닙니다"),
        "pdf": (b"%PDF-1.7\n", "XLSX 파일이 아닙니다"),
        "other zip": (zipped({"a.txt": b"a"}), "스프레드시트가 아닌 파일"),
        "cut off": (content[: len(content) // 2], "XLSX 파일이 아닙니다"),
        "large": (b"PK" + bytes(MOST_BYTES), "파일이 너무 큽니다"),
        "macro": (rebuilt(content, {}, {"xl/vbaProject.bin": b"x"}), "매크로나 다른 파일로 이어지는 연결"),
        "old macro": (rebuilt(content, {}, {"xl/macrosheets/sheet1.xml": b"<a/>"}), "매크로나"),
        "link": (rebuilt(content, {}, {"xl/externalLinks/externalLink1.xml": b"<a/>"}), "매크로나"),
        "macro type": (
            rebuilt(
                content,
                {"[Content_Types].xml": types.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")},
            ),
            "매크로 사용 통합 문서",
        ),
        "entities": (rebuilt(content, {SHEET: entity}), "스프레드시트 프로그램이 만들지 않는 내용"),
        "entities in UTF-16": (rebuilt(content, {SHEET: utf_16}), "스프레드시트 프로그램이 만들지 않는 내용"),
        "bomb": (rebuilt(content, {SHEET: sheet + bytes(MOST_UNPACKED)}), "지나치게 커지는"),
        "lying bomb": (declared(rebuilt(content, {SHEET: sheet + b" " * 9_000}), 64), "손상되"),
        "many members": (rebuilt(content, {}, many), "지나치게 커지는"),
        "broken sheet": (rebuilt(content, {SHEET: sheet[:-30]}), "손상되어"),
        "many rows": (
            rebuilt(content, {SHEET: sheet.replace(b'r="1"', b'r="9000"').replace(b'r="A1"', b'r="A9000"')}),
            "4,000줄이 넘게",
        ),
    }


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as written:
        for name, data in members.items():
            written.writestr(name, data)
    return target.getvalue()


def test_a_plain_workbook_is_read(tmp_path: Path) -> None:
    (tmp_path / "file.xlsx").write_bytes(plain(tmp_path))
    (cell,) = read_cells(tmp_path / "file.xlsx")
    assert (cell.place, cell.value, cell.is_formula) == ("A1", "글", False)


def test_everything_else_is_refused_in_one_sentence(tmp_path: Path) -> None:
    for name, (content, words) in cases(tmp_path).items():
        file = tmp_path / "file.xlsx"
        file.write_bytes(content)
        try:
            found: object = read_cells(file)
        except UnreadableError as error:
            found = str(error)
        assert words in str(found), (name, found)


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://127.0.0.1")', "+1", "@SUM(A1)"])
def test_a_text_that_looks_like_a_formula_is_none(tmp_path: Path, text: str) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "file.xlsx"))
    book.add_worksheet().write_string(0, 0, text)
    book.close()
    (cell,) = read_cells(tmp_path / "file.xlsx")
    assert (cell.value, cell.is_formula) == (text, False)
