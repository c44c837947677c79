from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from sogong_pipeline.districts.registry import Registry, kinds
from sogong_pipeline.districts.template import TEMPLATE, read_registry
from sogong_pipeline.errors import RefusedError

ROW = {
    "district_id": "D1",
    "name": "가상산단",
    "kind": "general_industrial_complex",
    "sigungu_code": "41590",
    "legal_dong_codes": "4159036031|4159036032",
    "postal_codes": "18577",
    "longitude": "126.9",
    "latitude": "37.1",
    "source": "test",
    "valid_from": "2015-01-01",
    "valid_to": "",
}


def write(
    path: Path, *rows: dict[str, str], header: tuple[str, ...] = TEMPLATE, encoding: str = "utf-8"
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, header, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_registry_reads_back(tmp_path: Path) -> None:
    (district,) = read_registry(write(tmp_path / "r.csv", ROW, encoding="utf-8-sig"))
    assert district.legal_dong_codes == ("4159036031", "4159036032")
    assert district.postal_codes == ("18577",)
    assert (district.sido_code, district.office_code) == ("41", "gyeonggi")
    assert district.valid_on(dt.date(2026, 9, 30))
    assert not district.valid_on(dt.date(2014, 12, 31))


def test_a_district_in_jeju_has_no_office(tmp_path: Path) -> None:
    row = {**ROW, "sigungu_code": "50110", "legal_dong_codes": "5011010100"}
    assert read_registry(write(tmp_path / "r.csv", row))[0].office_code is None


def test_an_old_code_belongs_to_the_office_of_its_successor(tmp_path: Path) -> None:
    row = {**ROW, "sigungu_code": "42110", "legal_dong_codes": "4211010100"}
    (district,) = read_registry(write(tmp_path / "r.csv", row))
    assert (district.sido_code, district.office_code) == ("51", "gangwon")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": " "}, "row 2: name is blank"),
        ({"district_id": "D1|D2"}, "row 2: district_id 'D1|D2' has other characters than letters"),
        (
            {"legal_dong_codes": "9999999999"},
            "row 2: there is no 시도 '99'; look at sigungu_code and legal_dong_codes",
        ),
        ({"sigungu_code": "4159"}, "row 2: sigungu_code '4159' has not 5 digits"),
        ({"kind": "mall"}, "row 2: kind 'mall' is none of national_industrial_complex"),
        ({"legal_dong_codes": "415903603"}, "row 2: legal_dong_codes: '415903603' has not 10 digits"),
        (
            {"legal_dong_codes": "", "sigungu_code": ""},
            "row 2: legal_dong_codes and sigungu_code are both blank",
        ),
        ({"postal_codes": "1857"}, "row 2: postal_codes: '1857' has not 5 digits"),
        ({"longitude": "37.1"}, "row 2: longitude '37.1' is not between 124 and 132 degrees"),
        ({"latitude": "1e2"}, "row 2: latitude '1e2' is not between 33 and 39 degrees"),
        ({"valid_from": "2015/01/01"}, "row 2: valid_from '2015/01/01'"),
        ({"valid_from": ""}, "row 2: valid_from is blank; fill it or load with --as-of DATE"),
        ({"valid_to": "2014-01-01"}, "row 2: valid_to 2014-01-01 lies before valid_from 2015-01-01"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, changes: dict[str, str], told: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        read_registry(write(tmp_path / "r.csv", {**ROW, **changes}))
    assert str(refusal.value).startswith(f"r.csv: {told}")


def test_a_duplicate_id_is_refused_and_further_problems_counted(tmp_path: Path) -> None:
    with pytest.raises(
        RefusedError,
        match=r"(?s)row 4: district_id 'D1' .*stands twice for the same days.*row 3: .*2 problems",
    ):
        read_registry(write(tmp_path / "r.csv", ROW, {**ROW, "valid_from": "2020-01-01"}, ROW))


def test_the_same_id_may_follow_itself(tmp_path: Path) -> None:
    earlier = {**ROW, "valid_to": "2019-12-31"}
    registry = Registry.of(
        read_registry(write(tmp_path / "r.csv", {**ROW, "valid_from": "2020-01-01"}, earlier))
    )
    assert [district.valid_from.year for district in registry.on(dt.date(2019, 12, 31)).districts] == [2015]
    assert [district.valid_from.year for district in registry.on(dt.date(2020, 1, 1)).districts] == [2020]


def test_equal_districts_have_equal_versions_whatever_the_order(tmp_path: Path) -> None:
    other = {**ROW, "district_id": "D2"}
    one = Registry.of(read_registry(write(tmp_path / "a.csv", ROW, other)))
    two = Registry.of(read_registry(write(tmp_path / "b.csv", other, ROW)))
    assert one.version == two.version
    assert one.version != Registry.of(read_registry(write(tmp_path / "c.csv", ROW))).version


def test_missing_columns_wrong_encoding_and_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="lacks the columns source"):
        read_registry(write(tmp_path / "r.csv", ROW, header=tuple(c for c in TEMPLATE if c != "source")))
    with pytest.raises(RefusedError, match="neither UTF-8 nor CP949"):
        read_registry(write(tmp_path / "r.csv", ROW, encoding="utf-16"))
    with pytest.raises(RefusedError, match="it holds no district"):
        read_registry(write(tmp_path / "r.csv"))


def test_every_kind_names_its_legal_item() -> None:
    assert {kind.legal_item for kind in kinds().values()} == {"14①2", "14①3", "14①4", "14①7나"}
