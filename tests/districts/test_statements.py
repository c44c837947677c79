"""Registries as offices keep them: read where they can be, refused by row where what they say contradicts itself."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import unicodedata
import zipfile
from pathlib import Path

import pyproj
import pytest
import shapefile
from openpyxl import Workbook

from sogong_pipeline.districts.loading import Given, codes_that_never_were, read_all
from sogong_pipeline.districts.outlines import read_features
from sogong_pipeline.districts.template import TEMPLATE, read_registry
from sogong_pipeline.errors import RefusedError
from tests.districts.test_registry import ROW, write

DAY = dt.date(2015, 1, 1)
HEADER = list(ROW)


def text_of(rows: list[list[str]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()


def test_korean_habits_are_read_and_not_refused(tmp_path: Path) -> None:
    as_template = {**ROW, "valid_from": "2024-01-05", "is_alone": "yes"}
    plain = read_registry(write(tmp_path / "plain.csv", as_template, header=(*TEMPLATE, "is_alone")))
    said = {**ROW, "valid_from": "2024.1.5", "kind": "일반산업단지", "is_alone": "예"}
    rows = [list(said), list(said.values())]
    (tmp_path / "cp949.csv").write_bytes(text_of(rows).encode("cp949"))
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.active.cell(2, list(said).index("valid_from") + 1).value = dt.datetime(2024, 1, 5)  # noqa: DTZ001 - a cell
    book.save(tmp_path / "book.xlsx")
    decomposed = unicodedata.normalize("NFD", text_of(rows)).replace("2024.1.5", "2024년 1월 5일")
    (tmp_path / "nfd.csv").write_text(decomposed, encoding="utf-8")
    broken = [
        list(said),
        list({**said, "name": f"\n{said['name']} \n", "is_alone": "Y"}.values()),
    ]
    (tmp_path / "lines.csv").write_text(text_of(broken), encoding="utf-8-sig")
    for name in ("cp949.csv", "book.xlsx", "nfd.csv", "lines.csv"):
        assert read_registry(tmp_path / name) == plain, name


def test_what_is_neither_encoding_is_told_by_its_row(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(text_of([HEADER]).encode() + b"\xff\xff\xff\n")
    with pytest.raises(RefusedError, match=r"a\.csv: row 2: neither UTF-8 nor CP949"):
        read_registry(tmp_path / "a.csv")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("dong_unknown", "row 2: SIM-0001: legal_dong_codes: 1114099999 was no code since 2000"),
        ("dong_sgg", "row 2: SIM-0001: legal_dong_codes: 1114000000 is the code of a 시군구"),
        ("postal_unknown", "row 2: SIM-0001: postal_codes: 99999 is no postal code"),
    ],
)
def test_codes_that_never_existed_are_listed_by_row(test_data: Path, name: str, told: str) -> None:
    file = test_data / "faults" / f"registry-{name}.csv"
    read_all(file, None, Given())
    (line,) = codes_that_never_were(file, None)
    assert told in line


@pytest.mark.real_data
def test_the_whole_registry_of_the_folder_contradicts_nothing(test_data: Path) -> None:
    file = test_data / "faults" / "base-registry.csv"
    assert len(read_all(file, DAY, Given()).districts) == 40
    assert codes_that_never_were(file, DAY) == []


@pytest.mark.real_data
def test_a_point_or_an_outline_elsewhere_is_refused(test_data: Path) -> None:
    faults = test_data / "faults"
    with pytest.raises(
        RefusedError, match=r"row 2: longitude 129\.0 and latitude 35\.1 lie in 시군구 26\d{3}"
    ):
        read_all(faults / "registry-lonlat_wrongplace.csv", None, Given())
    with pytest.raises(RefusedError, match=r"its outline touches none of its legal_dong_codes"):
        read_all(faults / "outlines-registry.csv", None, Given(outlines=faults / "wrongplace.geojson"))


def test_a_dong_of_another_sido_than_the_sigungu_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", {**ROW, "sigungu_code": "11140", "legal_dong_codes": "2611010100"})
    with pytest.raises(RefusedError, match=r"a\.csv: row 2: sigungu_code 11140 and .* lie in different 시도"):
        read_all(file, DAY, Given())


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["registry-nfd.csv", "registry-newline_name.csv"])
def test_names_are_composed_and_stand_in_one_line(test_data: Path, name: str) -> None:
    for district in read_registry(test_data / "faults" / name):
        assert district.name == unicodedata.normalize("NFC", district.name)
        assert "\n" not in district.name


def zipped(folder: Path, prj: str, cpg: str) -> Path:
    """A shapefile of one square near 원주, in a ZIP."""
    parts = {suffix: io.BytesIO() for suffix in ("shp", "shx", "dbf")}
    writer = shapefile.Writer(**parts, encoding="cp949")
    writer.field("distr_id", "C")
    writer.field("이름", "C")
    writer.poly(
        [[[200_000, 500_000], [200_000, 501_000], [201_000, 501_000], [201_000, 500_000], [200_000, 500_000]]]
    )
    writer.record("A-1", "보기단지")
    writer.close()
    target = folder / "a.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for suffix, part in parts.items():
            archive.writestr(f"a.{suffix}", part.getvalue())
        archive.writestr("a.prj", prj)
        archive.writestr("a.cpg", cpg)
    return target


KNOWN = pyproj.CRS("EPSG:5186").to_wkt("WKT1_ESRI")


@pytest.mark.parametrize(
    "cpg", ["ANSI 949", "x-windows-949", "MS949", "CP949", "949", "EUC-KR", "ks_c_5601-1987"]
)
def test_every_name_of_cp949_is_known(tmp_path: Path, cpg: str) -> None:
    ((properties, _),) = read_features(zipped(tmp_path, KNOWN, cpg))
    assert properties["이름"] == "보기단지"


def test_an_unknown_encoding_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"names the encoding 'klingon', which nobody knows"):
        read_features(zipped(tmp_path, KNOWN, "klingon"))


def test_a_grid_whose_datum_shift_nobody_knows_is_refused(tmp_path: Path) -> None:
    unknown = pyproj.CRS("EPSG:5174").to_wkt("WKT1_ESRI").replace("Korean_Datum_1985", "Nobody_Knows")
    with pytest.raises(ValueError, match="cannot be read as outlines: no datum shift is known"):
        read_features(zipped(tmp_path, unknown, "949"))


@pytest.mark.real_data
def test_outlines_without_a_grid_are_refused_well(test_data: Path) -> None:
    faults = test_data / "faults"
    assert json.loads((faults / "e5179_nocrs.geojson").read_text(encoding="utf-8"))
    with pytest.raises(RefusedError, match="outside Korea"):
        read_all(faults / "outlines-registry.csv", None, Given(outlines=faults / "e5179_nocrs.geojson"))


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["s_cpg_ansi.zip", "s_cpg_bad.zip"])
def test_the_shapefiles_of_the_folder_are_read(test_data: Path, name: str) -> None:
    faults = test_data / "faults"
    assert read_all(faults / "outlines-registry.csv", None, Given(outlines=faults / name)).districts
