from __future__ import annotations

import csv
import json
import os
import random
from pathlib import Path

import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.columns import COLUMNS, V3_HEADER, recognise, vintage_for, vintages
from sogong_pipeline.nps.file.content import cells_of
from sogong_pipeline.periods import Month
from tests.rows import header_line

MUTATED = 100_000 if os.environ.get("SOGONG_SOAK") else 2_000
NEAREST = "; the nearest known header is V3, used since 2021-10"
PUBLISHED = {"V1": "V1_csv_and_odcloud", "V2": "V2_csv", "V3": "V3_csv_and_odcloud"}


@pytest.mark.real_data
def test_our_headers_are_the_published_ones(test_data: Path) -> None:
    headers = json.loads((test_data / "nps" / "header_vintages.json").read_text(encoding="utf-8"))
    assert {v.name: list(v.header) for v in vintages()} == {
        name: headers[key] for name, key in PUBLISHED.items()
    }
    assert len(COLUMNS) == 22


@pytest.mark.parametrize("vintage", vintages(), ids=lambda vintage: vintage.name)
@pytest.mark.parametrize("before", ["", " ", "  ", "\t"])
@pytest.mark.parametrize("end", [b"", b"\r"])
def test_every_published_header_is_recognised_with_blanks_and_tabs(vintage, before: str, end: bytes) -> None:
    line = header_line(vintage.header, before=before)
    layout = recognise(cells_of(line + end), "x.csv")
    assert (layout.vintage, layout.differences) == (vintage.name, ())


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    assert recognise(cells_of(b"\xef\xbb\xbf" + header_line(V3_HEADER)), "x.csv").vintage == "V3"


@pytest.mark.parametrize(
    ("month", "vintage"),
    [("2015-11", "V1"), ("2020-02", "V1"), ("2020-03", "V2"), ("2021-09", "V2"), ("2021-10", "V3")],
)
def test_each_month_has_the_header_of_its_time(month: str, vintage: str) -> None:
    assert vintage_for(Month.parse(month)).name == vintage


def test_new_notes_are_accepted_and_reported() -> None:
    """The notes of V2 named the ceilings of the year, so they must have changed with it."""
    header = [
        name.replace("2020.7.~2021.6. 5030000원", "2021.7.~2022.6. 5240000원")
        for name in vintage_for(Month(2021, 9)).header
    ]
    layout = recognise(header, "x.csv")
    assert (layout.vintage, layout.differences) == ("V2", ("당월고지금액",))


def test_a_missing_column_is_named() -> None:
    header = [name for name in V3_HEADER if name not in {"가입자수", "우편번호"}]
    with pytest.raises(RefusedError) as refusal:
        recognise(header, "x.csv")
    assert str(refusal.value) == (
        f"x.csv: the header lacks 2 of 22 columns: 우편번호, 가입자수 (it has 20){NEAREST}; "
        "is this the monthly file of data set 15083277?"
    )


def test_a_column_under_a_new_name_is_named_with_the_one_that_is_missing() -> None:
    header = [name.replace("가입자수", "가입인원") for name in vintage_for(Month(2016, 1)).header]
    with pytest.raises(RefusedError) as refusal:
        recognise(header, "x.csv")
    assert (
        "lacks 2 of 22 columns: 가입자수, 상실가입자수 (it has 22; unknown columns: 가입인원 JNNGP_CNT"
        in str(refusal.value)
    )
    assert "nearest known header is V1, used since 2015-11" in str(refusal.value)


def test_swapped_columns_are_refused_with_their_place() -> None:
    header = list(V3_HEADER)
    header[20], header[21] = header[21], header[20]
    with pytest.raises(
        RefusedError, match=f"column 21 of the header is '상실가입자수', expected '신규취득자수'{NEAREST}"
    ):
        recognise(header, "x.csv")


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(RefusedError, match=f"unknown columns: 업태{NEAREST}"):
        recognise([*V3_HEADER, "업태"], "x.csv")


def test_a_doubled_column_is_named() -> None:
    with pytest.raises(RefusedError, match=f"the header has a column twice: 가입자수{NEAREST}"):
        recognise([*V3_HEADER, "가입자수"], "x.csv")


@pytest.mark.parametrize("meaning", ["1 탈퇴 2 등록", "0:탈퇴1:등록"])
def test_a_code_that_means_something_else_is_refused(meaning: str) -> None:
    header = [name.replace("1 등록 2 탈퇴", meaning) for name in V3_HEADER]
    with pytest.raises(
        RefusedError, match=f"the header says '사업장가입상태코드 {meaning}', expected '1등록2탈퇴'"
    ):
        recognise(header, "x.csv")


@pytest.mark.real_data
def test_the_ten_column_sample_is_refused_with_the_missing_columns(test_data: Path) -> None:
    path = test_data / "nps" / "workplaces_2026-06_national_sample.csv"
    with path.open(encoding="utf-8") as file:
        header = next(csv.reader(file))
    with pytest.raises(RefusedError, match=r"lacks 22 of 22 columns: 자료생성년월, 사업장명.*it has 10"):
        recognise(header, path.name)


def test_mutated_headers_are_recognised_or_refused_in_one_line() -> None:
    chance = random.Random(20261122)  # noqa: S311 - a seed, so that a failure can be repeated
    recognised = 0
    for _ in range(MUTATED):
        content = bytearray(header_line(chance.choice(vintages()).header, before=chance.choice(["", " "])))
        for _ in range(chance.randint(1, 3)):
            place, other = sorted(chance.randrange(len(content)) for _ in range(2))
            match chance.randrange(5):
                case 0:
                    content[place] = chance.randrange(256)
                case 1:
                    del content[place : place + chance.randint(1, 40)]
                case 2:
                    content[place:place] = chance.choice(
                        [b",", b'"', b"\r", b"\t", b" ", b"(", b"\x00", b"\xff"]
                    )
                case 3:
                    content[other:other] = content[place : place + 60]
                case _:
                    cells = bytes(content).split(b",")
                    chance.shuffle(cells) if chance.random() < 0.3 else cells.pop(
                        chance.randrange(len(cells))
                    )
                    content = bytearray(b",".join(cells)) or bytearray(b",")
        cells = cells_of(bytes(content).split(b"\n")[0])
        try:
            layout = recognise(cells, "x.csv")
        except RefusedError as refusal:
            message = str(refusal)
            assert message.startswith("x.csv: ")
            assert message.isprintable()
            assert len(message) < 800
        else:
            recognised += 1
            assert layout.vintage in PUBLISHED
            assert len(cells) == 22
    assert 0.05 * MUTATED < recognised < 0.8 * MUTATED
