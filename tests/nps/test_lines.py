"""Lines as rows: parsed from bytes, with the same result for every block size."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from sogong_pipeline.nps.file.columns import COLUMNS
from sogong_pipeline.nps.file.lines import LONGEST_LINE_BYTES, Block, read_blocks
from tests.rows import lines, row


def read(body: bytes, folder: Path, block_bytes: int = 1 << 20) -> Block:
    """Read a file's rows as one block, whatever the block size of the reader."""
    path = folder / "raw.csv"
    path.write_bytes(body)
    whole = Block(1, [])
    for block in read_blocks(path, block_bytes):
        assert block.first_row == len(whole.lines) + 1
        assert block.lines
        shift = len(whole.lines)
        whole.lines += block.lines
        whole.broken |= {row + shift: why for row, why in block.broken.items()}
        whole.duplicates += [row + shift for row in block.duplicates]
        whole.unreadable += [(row + shift, column) for row, column in block.unreadable]
        whole = replace(whole, text=whole.text + block.text.replace(b"\r\n", b"\n"))
    return whole


def test_no_half_of_a_letter_is_a_comma_a_quote_or_a_line_end() -> None:
    """Precondition of the byte-wise scan: ASCII bytes are never part of a letter or of an unreadable pair."""
    for first, second in product(range(0x80, 0x100), range(0x40)):
        text = bytes((first, second)).decode("cp949", "replace")
        assert text == f"\ufffd{chr(second)}"
    for code in range(0x40):
        assert bytes((code,)).decode("cp949") == chr(code)


def dirty(count: int, seed: int) -> bytes:
    """Return a file with every kind of faulty line, and duplicates near and far."""
    chance = random.Random(seed)  # noqa: S311 - a seed, so that a failure can be repeated
    header, *rows = lines(
        [
            row(workplace_name=chance.choice(["가상", '가상"A"', "(주) 시연"]), departed=str(i))
            for i in range(count)
        ]
    ).split(b"\r\n")
    for _ in range(count // 3):
        place = chance.randrange(len(rows))
        rows[place] = chance.choice(
            [
                b"",
                b"  ",
                "\u3000".encode("cp949"),
                b"\r",
                b'"',
                b"three,short,fields",
                rows[place] + b",more",
                rows[place].replace("가".encode("cp949"), b"\xb0\xff", 1),
                rows[place].replace(b"12345", b"1\x0045", 1),
                rows[place].replace(b"12345", b'"12345', 1),
                rows[chance.randrange(len(rows))],
            ]
        )
    return b"\r\n".join([header, *rows])


@pytest.mark.parametrize("seed", range(10))
def test_what_is_read_does_not_depend_on_the_blocks(tmp_path: Path, seed: int) -> None:
    body = dirty(150, seed)
    whole = read(body, tmp_path)
    assert whole.broken
    assert whole.duplicates
    assert whole.unreadable
    for block_bytes in (1, 7, 150, 1_000, 5_000):
        assert read(body, tmp_path, block_bytes) == whole


def test_a_line_is_a_copy_when_the_same_bytes_stand_earlier(tmp_path: Path) -> None:
    rows = [row(), row(departed="2"), row(), row(departed="2"), row(departed="3"), row()]
    assert read(lines(rows), tmp_path).duplicates == [2, 3, 5]
    assert read(lines(rows).rstrip(), tmp_path).duplicates == [2, 3, 5]  # the last line has no line end


def test_lines_that_share_a_hash_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sogong_pipeline.nps.file.duplicates.hash", len, raising=False)
    rows = [row(), row(departed="2"), row(departed="3"), row(departed="2")]
    assert read(lines(rows), tmp_path, 200).duplicates == [3]


def test_unreadable_bytes_are_reported_by_row_and_column(tmp_path: Path) -> None:
    body = lines(
        [
            row(),
            row(workplace_name="ZZZZ", road_address="YY"),
            row(workplace_name='"ZZZZ"', industry_name="YY"),
            [*row()[:3], "ZZZZ"],
            row(workplace_name="ZZ\tZZ"),
        ]
    )
    block = read(body.replace(b"ZZ", b"\xff").replace(b"YY", b"\xb0"), tmp_path)
    assert block.unreadable == [
        *([(1, "workplace_name")] * 2),
        (1, "road_address"),
        *([(2, "workplace_name")] * 2),
        (2, "industry_name"),
        *([(3, None)] * 2),
        *([(4, "workplace_name")] * 2),
    ]
    assert "\ufffd".encode() in block.text


def test_a_line_too_long_for_a_row_is_broken(tmp_path: Path) -> None:
    block = read(lines([row(), row(workplace_name="x" * LONGEST_LINE_BYTES), row(departed="2")]), tmp_path)
    assert list(block.broken) == [1]
    assert block.broken[1].endswith(" bytes are no row")


def test_a_blank_after_commas_keeps_quotes_quotes(tmp_path: Path) -> None:
    """As in one copy of the header; should rows be written so, a quote still opens a field."""
    body = lines([row(workplace_name='가상 "A", 동')]).replace(b",", b", ").replace(b'A"", ', b'A"",')
    block = read(body, tmp_path)
    assert not block.broken
    assert block.text.decode().split(',"')[1].startswith('가상 ""A"",')
    assert len(block.text.decode().strip().split(",")) == len(COLUMNS) + 1
