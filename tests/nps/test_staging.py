from __future__ import annotations

import os
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.content import data_month
from sogong_pipeline.nps.file.staging import LOCATED, stage
from sogong_pipeline.periods import Month
from tests.rows import lines, row

MONTH = Month(2022, 4)


def staged(body: bytes, folder: Path, month: Month = MONTH):
    folder.mkdir(parents=True, exist_ok=True)
    raw = folder / "raw.csv"
    raw.write_bytes(body)
    assert data_month(raw, "raw.csv") == month
    built = stage(raw, "raw.csv", month, folder)
    return (
        pq.read_table(built.files["workplace"]).to_pylist(),
        pq.read_table(built.files["quarantine"]).to_pylist(),
        built.facts,
    )


def test_a_row_is_typed(tmp_path: Path) -> None:
    rows, quarantined, facts = staged(lines([row()]), tmp_path)
    assert quarantined == []
    assert facts["rows"] == facts["staged_rows"] == 1
    assert facts["header_vintage"] == "V3"
    (only,) = rows
    assert only["workplace_name"] == "가상정밀(주)"
    assert only["road_address"] is None
    assert only["withdrawn_on"] is None
    assert str(only["enrolled_on"]) == "1988-01-01"
    assert (only["subscribers"], only["billed_amount_krw"]) == (5, 1_211_920)
    assert only["flags"] == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"subscribers": "abc"}, "subscribers: 'abc' is not a count"),
        ({"subscribers": "-1"}, "subscribers: '-1' is not a count"),
        ({"subscribers": ""}, "subscribers: '' is not a count"),
        ({"billed_amount_krw": "12.5"}, "billed_amount_krw: '12.5' is not an amount in won"),
        ({"joined": "1e3"}, "joined: '1e3' is not a count"),
        ({"departed": "x"}, "departed: 'x' is not a count"),
        ({"status": "3"}, "status: '3' is neither 1 nor 2"),
        ({"legal_form": ""}, "legal_form: '' is neither 1 nor 2"),
        ({"enrolled_on": "2022-13-01"}, "enrolled_on: '2022-13-01' is not a date"),
        ({"withdrawn_on": "20220230"}, "withdrawn_on: '20220230' is not a date"),
        ({"data_month": "2022-05"}, "data_month: '2022-05' in a file of 2022-04"),
    ],
)
def test_what_cannot_be_typed_is_quarantined_with_column_and_value(
    tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    rows, quarantined, _ = staged(lines([row(), row(**changes)]), tmp_path)
    assert [only["row_number"] for only in rows] == [1]
    assert [(bad["row_number"], bad["reason"]) for bad in quarantined] == [(2, reason)]
    assert quarantined[0]["line"] == ",".join(row(**changes))


def test_two_faults_of_one_row_are_both_reported(tmp_path: Path) -> None:
    _, (bad,), _ = staged(lines([row(), row(status="9", joined="?")]), tmp_path)
    assert bad["reason"] == "status: '9' is neither 1 nor 2; joined: '?' is not a count"


def test_the_second_of_two_equal_lines_is_quarantined(tmp_path: Path) -> None:
    rows, quarantined, _ = staged(lines([row(), row(departed="2"), row()]), tmp_path)
    assert [only["row_number"] for only in rows] == [1, 2]
    assert [(bad["row_number"], bad["reason"]) for bad in quarantined] == [
        (3, "the same line stands earlier in the file")
    ]


def test_damage_stays_on_its_own_line(tmp_path: Path) -> None:
    good = lines([row(), row(departed="2"), row(departed="3"), row(departed="4"), row(departed="5")]).split(
        b"\r\n"
    )
    good[2] = good[2].replace("가상".encode("cp949"), '"가상'.encode("cp949"), 1)
    good[3] = b"three,short,fields"
    good[4] += b",one too many"
    rows, quarantined, facts = staged(b"\r\n".join(good), tmp_path)
    assert [only["row_number"] for only in rows] == [1, 5]
    assert [(bad["row_number"], bad["reason"].split(" (")[0]) for bad in quarantined] == [
        (2, "the quotes do not close"),
        (3, "3 fields instead of 22"),
        (4, "23 fields instead of 22"),
    ]
    assert quarantined[1]["line"] == "three,short,fields"
    assert facts["rows"] == 5


@pytest.mark.parametrize("stray", [b"\r", b"\x00", b"\x01", b"\x1a", b"\x0b"])
def test_a_control_character_costs_its_own_line_only(tmp_path: Path, stray: bytes) -> None:
    body = lines([row(), row(workplace_name="ZZ"), row(departed="3")]).replace(b"ZZ", b"A" + stray + b"B")
    raw = tmp_path / "raw.csv"
    raw.write_bytes(body)
    built = stage(raw, "raw.csv", MONTH, tmp_path)
    assert [line["row_number"] for line in pq.read_table(built.files["workplace"]).to_pylist()] == [1, 3]
    (bad,) = pq.read_table(built.files["quarantine"]).to_pylist()
    assert (bad["row_number"], bad["reason"]) == (2, "it holds a control character")


MUTATED = 100_000 if os.environ.get("SOGONG_SOAK") else 2_000


def test_mutated_lines_never_crash_and_none_is_unaccounted_for(tmp_path: Path) -> None:
    chance = random.Random(20261122)  # noqa: S311 - a seed, so that a failure can be repeated
    header, *good = lines(
        [row(workplace_name=f'가상"{index}"상사', departed=str(index)) for index in range(MUTATED)]
    ).split(b"\r\n")
    mutated = [header, good[0]]
    for line in good[1:-1]:
        content = bytearray(line)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(content))
            match chance.randrange(4):
                case 0:
                    content[place] = chance.randrange(256)
                case 1:
                    del content[place : place + chance.randint(1, 8)]
                case 2:
                    content[place:place] = chance.choice(
                        [b",", b'"', b"\r", b"\n", b"\t", b"\xff", b"'", b"0", b"-"]
                    )
                case _:
                    content[place:place] = content[: chance.randint(0, 20)]
            if not content:
                break
        mutated.append(bytes(content))
    body = b"\r\n".join(mutated) + b"\r\n"
    raw = tmp_path / "raw.csv"
    raw.write_bytes(body)
    built = stage(raw, "raw.csv", MONTH, tmp_path, block_bytes=100_000)
    expected = sum(bool(line.strip()) for line in body.decode("cp949", "replace").split("\n")) - 1
    typed, broken = (pq.read_table(built.files[name]).to_pylist() for name in ("workplace", "quarantine"))
    assert built.facts["rows"] == expected == len(typed) + len(broken)
    assert sorted(line["row_number"] for line in (*typed, *broken)) == list(range(1, expected + 1))
    assert all(line["reason"] for line in broken)
    assert 0.1 * expected < len(broken) < 0.9 * expected


def test_bytes_that_are_not_cp949_are_replaced_counted_located_and_flagged(tmp_path: Path) -> None:
    body = lines([row(), row(workplace_name="ZZ"), row(industry_code="ZZ"), row(departed="ZZ")])
    rows, quarantined, facts = staged(body.replace(b"ZZ", b"A\xffB"), tmp_path)
    assert facts["unreadable_characters"] == 3
    assert facts["unreadable_at"] == [[2, "workplace_name"], [3, "industry_code"], [4, "departed"]]
    assert [only["flags"] for only in rows] == ["", "unreadable_bytes", "unreadable_bytes"]
    assert [only["workplace_name"] for only in rows] == ["가상정밀(주)", "A\ufffdB", "가상정밀(주)"]
    assert [bad["reason"] for bad in quarantined] == ["departed: 'A\ufffdB' is not a count"]


def test_a_few_unreadable_characters_are_located_and_all_are_counted(tmp_path: Path) -> None:
    rows, _, facts = staged(
        lines([row(workplace_name="ZZ", departed=str(index)) for index in range(300)]).replace(
            b"ZZ", b"\xff\xff"
        ),
        tmp_path,
    )
    assert facts["unreadable_characters"] == 600
    assert len(facts["unreadable_at"]) == LOCATED
    assert {only["flags"] for only in rows} == {"unreadable_bytes"}


def test_a_spoilt_first_row_does_not_hide_the_month(tmp_path: Path) -> None:
    rows, quarantined, _ = staged(lines([row(data_month="April"), row()]), tmp_path)
    assert [only["row_number"] for only in rows] == [2]
    assert [bad["reason"] for bad in quarantined] == ["data_month: 'April' in a file of 2022-04"]


def test_a_file_is_staged_the_same_in_any_blocks(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_bytes(
        lines([row(departed=str(index % 70), joined="x" if index % 9 == 0 else "1") for index in range(99)])
    )
    read = []
    for size in (1_000, 1 << 20):
        built = stage(raw, "raw.csv", MONTH, tmp_path, block_bytes=size)
        read.append((built.facts, *(pq.read_table(path) for path in built.files.values())))
    assert read[0] == read[1]
    assert read[0][0]["quarantined_rows"] > 30


def test_a_file_is_staged_to_the_same_bytes_every_time(tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_bytes(lines([row(workplace_name=f"가상{index}") for index in range(2_000)]))
    bytes_of = set()
    for _ in range(5):
        built = stage(raw, "raw.csv", MONTH, tmp_path, block_bytes=50_000)
        bytes_of.add(tuple(path.read_bytes() for path in built.files.values()))
    assert len(bytes_of) == 1


def test_oddities_stay_and_are_flagged(tmp_path: Path) -> None:
    rows, quarantined, _ = staged(
        lines(
            [
                row(billed_amount_krw="1211930"),
                row(status="2", subscribers="3"),
                row(subscribers="0", billed_amount_krw="0"),
                row(lot_address=" ", road_address=" ", legal_dong_code="0"),
            ]
        ),
        tmp_path,
    )
    assert quarantined == []
    assert [only["flags"] for only in rows] == [
        "amount_not_in_20_won",
        "withdrawn_with_subscribers",
        "enrolled_without_subscribers",
        "no_address",
    ]
    assert rows[3]["legal_dong_code"] is None


@pytest.mark.parametrize(
    ("published", "typed"),
    [
        ("06236", "06236"),
        ("6236", "06236"),
        ("363-888", "363-888"),
        ("363888", "363-888"),
        ("", None),
        (" ", None),
        ("0", None),
        ("000000", None),
        ("12-34", "12-34"),
        ("우편", "우편"),
    ],
)
def test_postal_codes_old_and_new(tmp_path: Path, published: str, typed: str | None) -> None:
    (only,), _, _ = staged(lines([row(postal_code=published)]), tmp_path)
    assert only["postal_code"] == typed


@pytest.mark.parametrize(
    "text", ["-988-01-01", "1988/01/01", "1988-1-1", "99999-01-01", "0000-00-00", "infinity"]
)
def test_what_only_resembles_a_date_is_none(tmp_path: Path, text: str) -> None:
    _, (bad,), _ = staged(lines([row(), row(enrolled_on=text)]), tmp_path)
    assert bad["reason"] == f"enrolled_on: '{text}' is not a date"


def test_lost_leading_zeros_come_back(tmp_path: Path) -> None:
    (only,), _, _ = staged(lines([row(industry_code="11000", emd_code="60", data_month="202204")]), tmp_path)
    assert (only["industry_code"], only["emd_code"], only["data_month"]) == ("011000", "060", "2022-04")


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_do_not_matter(tmp_path: Path, ending: str, last: bool) -> None:
    body = lines([row(), row(departed="2")], ending)
    rows, quarantined, _ = staged(body if last else body.rstrip(), tmp_path)
    assert len(rows) == 2
    assert quarantined == []
    assert rows[1]["departed"] == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "x.csv: the file is empty"),
        (b"  \r\n", "x.csv: the file is empty"),
        (b"\xef\xbb\xbf<html>", "x.csv: this is a web page, not a CSV file"),
        ("자료생성년월,사업장명".encode("utf-16"), "x.csv: this is not CP949 text (UTF-16"),
        (lines([row()]).decode("cp949").encode(), "x.csv: this is UTF-8 text, published files are CP949"),
        (
            lines([row()]).decode("cp949").encode("utf-8-sig"),
            "x.csv: this is UTF-8 text, published files are",
        ),
        (b"<!DOCTYPE html><html>", "x.csv: this is a web page, not a CSV file"),
        (lines([]), "x.csv: there is a header and no row"),
        (lines([row(), row()])[:-30], "x.csv: the file stops in the middle of its last line"),
        (lines([row(data_month="April")]), "x.csv: row 1, data_month: 'April' is not a month"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path: Path, body: bytes, message: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(body)
    with pytest.raises(RefusedError) as refusal:
        data_month(path, "x.csv")
    assert str(refusal.value).startswith(message)
    assert "\n" not in str(refusal.value)
