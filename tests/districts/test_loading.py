"""A registry with all that goes with it: whole, or not at all and with everything that is wrong."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pyproj
import pytest
import shapefile

from sogong_pipeline.districts.changes import changes, shared_ground
from sogong_pipeline.districts.loaded import registry_in_force, registry_of_version
from sogong_pipeline.districts.loading import Given, read_all
from sogong_pipeline.districts.placements import COLUMNS
from sogong_pipeline.districts.registry import Registry
from sogong_pipeline.districts.template import OPTIONAL, TEMPLATE, read_registry, write_registry
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.steps.installation import Installation
from tests.districts.test_matching import grades, matched
from tests.districts.test_registry import ROW, write

ALL = (*TEMPLATE, *OPTIONAL)
OUTER = [[127.0, 37.0], [127.2, 37.0], [127.2, 37.2], [127.0, 37.2], [127.0, 37.0]]
INNER = [[127.05, 37.05], [127.1, 37.05], [127.1, 37.1], [127.05, 37.1], [127.05, 37.05]]
BOW = [[127.0, 37.0], [127.1, 37.1], [127.1, 37.0], [127.0, 37.1], [127.0, 37.0]]


def placed(path: Path, *rows: dict[str, str]) -> Path:
    row = {
        "district_id": "D1",
        "workplace_name": "가상정밀(주)",
        "business_number_prefix": "123456",
        "legal_dong_code": "",
        "reason": "공단 입주 명부",
        "valid_from": "2020-01-01",
        "valid_to": "",
    }
    return write(path, *({**row, **changed} for changed in rows), header=COLUMNS)


def geojson(path: Path, rings: dict[str, list[list[float]]], kind: str = "Polygon") -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {"district_id": one},
            "geometry": {"type": kind, "coordinates": [ring]},
        }
        for one, ring in rings.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def zipped(path: Path, rings: dict[str, list[list[float]]], grid: str) -> Path:
    """A shapefile as the public ones come: on a Korean grid, its texts in CP949."""
    to_grid = pyproj.Transformer.from_crs("EPSG:4326", grid, always_xy=True)
    base = path.with_suffix("")
    with shapefile.Writer(str(base), shapeType=shapefile.POLYGON, encoding="cp949") as writer:
        writer.field("DISTR_ID", "C", 20)
        writer.field("단지명", "C", 60)
        for one, ring in rings.items():
            writer.poly([[to_grid.transform(*point) for point in reversed(ring)]])
            writer.record(one, "가상일반산업단지")
    with zipfile.ZipFile(path, "w") as archive:
        for suffix in (".shp", ".dbf", ".shx"):
            archive.write(base.with_suffix(suffix), "경계" + suffix)
        archive.writestr("경계.prj", pyproj.CRS(grid).to_wkt("WKT1_ESRI"))
    return path


def test_everything_wrong_in_every_file_is_told_at_once_and_nothing_changes(
    pipeline: Installation, tmp_path: Path
) -> None:
    pipeline.registry.load(write(tmp_path / "good.csv", ROW))
    before = registry_in_force(pipeline)
    broken = write(
        tmp_path / "broken.csv",
        {**ROW, "valid_to": "2019-12-31"},
        {**ROW, "valid_from": "2020-06-01"},
        {**ROW, "valid_from": "2021-01-01"},
        {**ROW, "district_id": "D2", "kind": "mall", "aliases": "단지"},
        {**ROW, "district_id": "D3", "parent_id": "D9"},
        header=ALL,
        encoding="cp949",
    )
    given = Given(
        overrides=placed(tmp_path / "overrides.csv", {"district_id": "D7"}, {"reason": ""}),
        workplaces=placed(tmp_path / "list.csv", {}, {}, {"district_id": "", "business_number_prefix": "12"}),
        outlines=geojson(
            tmp_path / "outlines.geojson", {"D1": BOW, "D8": OUTER, "D3": [[1, 1], [2, 1], [2, 2], [1, 1]]}
        ),
    )
    with pytest.raises(RefusedError) as refusal:
        pipeline.registry.load(broken, None, given)
    told = str(refusal.value)
    for problem in (
        "row 3: district_id 'D1' (row 2 is valid from 2015-01-01 to 2019-12-31, row 3 from 2020-06-01) leaves a gap",
        "row 4: district_id 'D1' (row 3 is valid from 2020-06-01 to now, row 4 from 2021-01-01) stands twice",
        "row 5: kind 'mall' is none of",
        "row 5: aliases: '단지' is shorter than 3",
        "row 6: parent_id 'D9' is no district_id of this file",
        "overrides.csv: row 2: district_id 'D7' is not in the registry",
        "overrides.csv: row 3: reason is blank",
        "list.csv: row 3: '가상정밀(주)' is placed twice for the same days",
        "list.csv: row 4: district_id is blank",
        "list.csv: row 4: business_number_prefix '12' has not 6 digits",
        "outlines.geojson: outline 1 (D1): broken geometry: Self-intersection",
        "outlines.geojson: outline 2 (D8): its district_id is not in the registry",
        "outlines.geojson: outline 3 (D3): it lies outside Korea",
        "13 problems, mend the file",
    ):
        assert problem in told
    assert registry_in_force(pipeline) is before
    assert len(pipeline.registry.loaded()) == 1


@pytest.mark.parametrize("grid", ["EPSG:5179", "EPSG:5186", "EPSG:5174"])
def test_outlines_on_a_korean_grid_give_points_and_nesting(tmp_path: Path, grid: str) -> None:
    rows = [{**ROW, "longitude": "", "latitude": ""}, {**ROW, "district_id": "D2"}]
    registry = write(tmp_path / "r.csv", *rows)
    given = Given(outlines=zipped(tmp_path / "outlines.zip", {"D1": INNER, "D2": OUTER}, grid))
    inner, outer = read_all(registry, None, given).districts
    assert (inner.parent_id, outer.parent_id) == ("D2", None)
    assert 127.05 < float(inner.longitude or 0) < 127.1
    assert 37.05 < float(inner.latitude or 0) < 37.1
    assert outer.longitude == "126.9"  # what a row says stays


def test_an_outline_says_the_legal_dongs_and_so_who_is_in_it(tmp_path: Path) -> None:
    """구장리 has few postal codes; 삼정동 many, so only a district that fills it is told by it."""
    blank = {**ROW, "legal_dong_codes": "", "postal_codes": ""}
    town = {**blank, "sigungu_code": "41196"}
    rows = [blank, {**town, "district_id": "PART"}, {**town, "district_id": "ALL", "parent_id": ""}]
    boxes = {
        "D1": (126.867, 37.184, 126.871, 37.188),
        "PART": (126.766, 37.525, 126.768, 37.527),
        "ALL": (126.7604, 37.5138, 126.7769, 37.5355),
    }
    rings = {
        one: [[x, y], [right, y], [right, top], [x, top], [x, y]] for one, (x, y, right, top) in boxes.items()
    }
    outlines = geojson(tmp_path / "o.geojson", rings)
    there = {"legal_dong_code": "4119610700", "lot_address": None, "postal_code": "14500"}
    found = {}
    for held in (["D1", "PART"], ["D1", "ALL"]):
        given = Given(outlines=geojson(outlines, {one: rings[one] for one in held}))
        registry = write(tmp_path / "r.csv", *(row for row in rows if row["district_id"] in held))
        districts = read_all(registry, None, given).districts
        found[held[1]] = grades(matched(tmp_path, [{}, there], *districts))
    known = read_all(registry, None, Given()).districts
    assert grades(matched(tmp_path, [{}, there], *known)) == [(None, "none", None)] * 2
    assert found["PART"] == [("D1", "medium", "legal_dong"), (None, "not_assignable", "dong_alone")]
    assert found["ALL"] == [("D1", "medium", "legal_dong"), ("ALL", "medium", "legal_dong")]


def test_a_file_that_holds_no_outlines_is_told(tmp_path: Path) -> None:
    registry = write(tmp_path / "r.csv", ROW)
    (tmp_path / "a.geojson").write_text('{"type": "Feature"}', encoding="utf-8")
    with pytest.raises(RefusedError, match=r"a.geojson: cannot be read as outlines: it is no GeoJSON"):
        read_all(registry, None, Given(outlines=tmp_path / "a.geojson"))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("b.shp", b"")
    with pytest.raises(RefusedError, match=r"b.zip: cannot be read as outlines: the ZIP has no .dbf, .prj"):
        read_all(registry, None, Given(outlines=tmp_path / "b.zip"))


def test_what_was_loaded_reads_back_as_it_was(pipeline: Installation, tmp_path: Path) -> None:
    rows = [
        {
            **ROW,
            "whole_dong_codes": "4159036031",
            "roads": "공단로|산단1로",
            "aliases": "가상밸리",
            "industry_codes": "29",
        },
        {
            **ROW,
            "district_id": "D2",
            "kind": "knowledge_industry_centre",
            "parent_id": "D1",
            "is_alone": "yes",
        },
    ]
    given = Given(
        overrides=placed(tmp_path / "o.csv", {"district_id": "", "valid_to": "2021-12-31"}),
        workplaces=placed(tmp_path / "w.csv", {"district_id": "D2"}),
    )
    registry, is_new = pipeline.registry.load(write(tmp_path / "r.csv", *rows, header=ALL), None, given)
    again = registry_of_version(Installation(pipeline.settings), registry.version)
    assert is_new
    assert (again.version, again.districts, again.placements) == (
        registry.version,
        registry.districts,
        registry.placements,
    )
    assert pipeline.registry.load(write(tmp_path / "r.csv", *rows, header=ALL), None, given)[1] is False
    (tmp_path / "copy.csv").write_text(write_registry(registry.districts), encoding="utf-8")
    assert tuple(read_registry(tmp_path / "copy.csv")) == registry.districts


def test_what_differs_between_two_registries(tmp_path: Path) -> None:
    before = [
        ROW,
        {**ROW, "district_id": "D2"},
        {**ROW, "district_id": "D3"},
        {**ROW, "district_id": "D4", "legal_dong_codes": "4159036021"},
        {**ROW, "district_id": "D5"},
    ]
    after = [
        {**ROW, "valid_to": "2026-06-30"},
        {**ROW, "district_id": "D2", "name": "새이름산단"},
        {**ROW, "district_id": "D3", "postal_codes": "18578"},
        {**ROW, "district_id": "D4", "legal_dong_codes": "4159134021"},  # another code of the same dong
        {**ROW, "district_id": "D6"},
    ]
    one, other = (
        Registry.of(read_registry(write(tmp_path / f"{name}.csv", *rows)))
        for name, rows in (("a", before), ("b", after))
    )
    assert [(change.district_id, change.what) for change in changes(one, other)] == [
        ("D1", "ended"),
        ("D2", "renamed"),
        ("D3", "moved"),
        ("D5", "removed"),
        ("D6", "added"),
    ]
    assert changes(one, one) == []


def test_shared_ground_is_told_and_whether_it_is_meant(tmp_path: Path) -> None:
    rows = [
        ROW,
        {**ROW, "district_id": "D2", "parent_id": "D1"},
        {**ROW, "district_id": "D3", "postal_codes": ""},
        {**ROW, "district_id": "D4", "postal_codes": "11111"},
    ]
    registry = Registry.of(read_registry(write(tmp_path / "r.csv", *rows, header=ALL)))
    day = registry.districts[0].valid_from
    assert [(pair.one, pair.other, pair.places, pair.nested) for pair in shared_ground(registry, day)] == [
        ("D1", "D2", 2, True),
        ("D1", "D3", 2, False),
        ("D2", "D3", 2, False),
        ("D3", "D4", 2, False),
    ]
