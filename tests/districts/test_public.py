"""Public lists as they come; the headers are the published ones, the rows invented."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from typer.testing import CliRunner

from country.portal.server import PortalServer
from sogong_pipeline.cli.main import app
from sogong_pipeline.districts.public import convert
from sogong_pipeline.districts.template import read_registry
from sogong_pipeline.errors import RefusedError

AS_OF = dt.date(2025, 6, 30)
CENTRES = [
    "시도",
    "시군구",
    "지식산업센터명",
    "입지구분",
    "회사명",
    "공장대표주소(도로명)",
    "공장대표주소(지번)",
]


@pytest.fixture
def centres(tmp_path: Path) -> Path:
    path = tmp_path / "한국산업단지공단_전국지식산업센터현황_20250630.csv"
    rows = [
        [
            "서울특별시",
            "금천구",
            "가상타워",
            "계획입지",
            "가상(주)",
            "",
            "서울특별시 금천구 가산동 371-28번지",
        ],
        ["경기도", "부천시", "보기센터", "개별입지", "", "경기도 부천시 산업로 1", "경기도 부천시 삼정동 1"],
        ["인천광역시", "서구", "예시밸리", "개별입지", "", "", "인천광역시 서구 가좌동 1"],
        ["전라남도", "광양시", "주소없는센터", "개별입지", "", "", ""],
        ["경기도", "화성시", "어디인가", "개별입지", "", "", ""],
        ["서울특별시", "금천구", "가상타워", "계획입지", "", "", "서울특별시 금천구 가산동 371-28"],
    ]
    with path.open("w", encoding="cp949", newline="") as file:
        csv.writer(file).writerows([CENTRES, *rows])
    return path


def test_centres_find_todays_legal_dong_by_their_address(centres: Path) -> None:
    done = convert(centres, AS_OF)
    found = {one.name: (one.kind, one.sigungu_code, one.legal_dong_codes) for one in done.districts}
    centre = "knowledge_industry_centre"
    assert found == {
        "가상타워": (centre, "11545", ("1154510100",)),
        "보기센터": (centre, "41196", ("4119610700",)),
        "예시밸리": (centre, "28275", ("2827511000",)),
        "주소없는센터": (centre, "12190", ()),
    }
    assert [told.split(": ", 1)[1] for told in done.left_out] == [
        "row 6: its place has no code: 경기도 화성시 어디인가 개별입지",  # divided, and no address
        "row 7: 가상타워 stands twice at the same place",
    ]
    assert all("15117154" in one.source and centres.name in one.source for one in done.districts)


def test_complexes_are_read_from_the_sheet_below_its_title(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["목차"])
    sheet = book.create_sheet("전국산업단지현황")
    for line in (
        ["전국산업단지현황통계"],
        [],
        ["유형", "시도", "시군", "단지명", "조성상태"],
        ["", "", "", "", ""],
    ):
        sheet.append(line)
    sheet.append(["국가", "전남", "여수시", "가상", "완료"])
    sheet.append(["농공", "강원", "원주시", "보기", "조성중"])
    sheet.append(["합계", "", "", "", ""])
    book.save(tmp_path / "단지.xlsx")
    done = convert(tmp_path / "단지.xlsx", AS_OF)
    assert {(one.name, one.kind, one.sigungu_code) for one in done.districts} == {
        ("가상", "national_industrial_complex", "12130"),
        ("보기", "agro_industrial_complex", "51130"),
    }
    assert len(done.left_out) == 1


def test_the_command_writes_a_registry_that_loads(centres: Path, tmp_path: Path) -> None:
    out = tmp_path / "registry.csv"
    words = ["registry", "convert", str(centres), "--as-of", str(AS_OF), "--out", str(out), "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["districts"], told["with_legal_dong"], len(told["left_out"])) == (4, 3, 2)
    assert read_registry(out) == convert(centres, AS_OF).districts


def test_the_newest_list_is_fetched_from_the_portal(
    centres: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PortalServer(centres.parent, data_set="15117154") as portal:
        monkeypatch.setenv("SOGONG_PORTAL_URL", portal.url)
        monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
        words = ["registry", "fetch", "15117154", "--out", str(tmp_path / "out"), "--json"]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        other = CliRunner().invoke(app, ["registry", "fetch", "15085886"])
        assert other.exit_code == 1
    fetched = Path(json.loads(done.stdout)["file"])
    assert fetched.name == centres.name
    assert fetched.read_bytes() == centres.read_bytes()
    assert [path.name for path in (tmp_path / "out").iterdir()] == [centres.name]
    unknown = CliRunner().invoke(app, ["registry", "fetch", "15083277"])
    assert "15083277 is none of the lists known: 15085886" in unknown.output


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(
        RefusedError, match=r"other.csv: its first 20 lines hold the columns of none of .*15085886"
    ):
        convert(tmp_path / "other.csv", AS_OF)


def test_venture_districts_come_as_a_layer_and_their_outlines_say_the_legal_dongs(tmp_path: Path) -> None:
    def feature(low: tuple[float, float], **properties: str) -> dict[str, object]:
        (x, y), size = low, 0.004
        ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
        return {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    here = {"UNAME": "벤처기업육성촉진지구", "SIDO_NAME": "경기도", "SIGG_NAME": "부천시 오정구"}
    features = [
        feature((126.7657, 37.5246), **here),
        feature((126.7657, 37.5206), **here),  # the same district, drawn in two parts
        feature((126.7657, 37.5246), **{**here, "SIGG_NAME": "없는시"}),
        {**feature((0, 0), **{**here, "SIGG_NAME": "화성시 만세구"}), "geometry": None},
    ]
    path = tmp_path / "LT_C_UH701.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    done = convert(path, AS_OF)
    (district,) = done.districts
    assert (district.name, district.kind) == ("오정구 벤처기업육성촉진지구", "venture_promotion_district")
    assert (district.sigungu_code, district.legal_dong_codes) == ("41196", ("4119610700",))
    assert district.longitude is not None
    assert [told.split(": ")[2] for told in done.left_out] == ["its place has no code", "it has no geometry"]
    out = tmp_path / "registry.csv"
    words = ["registry", "convert", str(path), "--as-of", str(AS_OF), "--out", str(out)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert read_registry(out) == [district]
