"""Outlines of districts: GeoJSON, or a shapefile in a ZIP, in degrees or on any grid.

A published address has no point, so an outline does not say who lies in it. It says in which legal dongs the district
lies, and these place workplaces; besides, which district lies in which, and where it is on the map.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyproj
import pyproj.exceptions
import shapefile
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from sogong_pipeline.districts.problems import Problems
from sogong_pipeline.districts.registry import District
from sogong_pipeline.regions.crosswalk import codes_today
from sogong_pipeline.regions.dong_outlines import lying_in

IDS = ("district_id", "distr_id", "dan_id")
"""What may carry the district's id: ours, ours in the ten letters of a shapefile, that of the public outlines."""
WGS84 = "EPSG:4326"
INSIDE = 0.95
"""A district lies in another when this much of its area does: outlines are drawn by hand."""
LEAST_IN_DONG = 0.1
"""A district without legal dongs in the registry gets those in which as much of its outline lies."""
LEAST_OF_DONG = 0.5
"""A legal dong is filled by a district whose outline covers as much of it; the rest is hills and fields."""
CP949_NAMES = {
    "cp949",
    "949",
    "ansi949",
    "ms949",
    "windows949",
    "xwindows949",
    "uhc",
    "euckr",
    "ksc56011987",
    "korean",
}
"""Names of CP949 in `.cpg` files, without signs; EUC-KR is a part of it."""
KOREA = shapely.box(124, 33, 132, 39)
LARGEST_BYTES = 200_000_000
"""Unpacked; all 1,363 outlines of complexes take a tenth."""


def check_outlines(path: Path, district_ids: Collection[str], problems: Problems) -> dict[str, BaseGeometry]:
    """Read outlines and note what is wrong with them.

    Args:
        path: GeoJSON (in degrees, or with a `crs` member) or a ZIP with one shapefile and its `.prj`; texts of a
            `.dbf` are CP949 unless its `.cpg` says otherwise.
        district_ids: the districts of the registry.
        problems: where to note problems.

    Returns:
        The outlines in degrees by district id; they count only when nothing is wrong.
    """
    found: dict[str, BaseGeometry] = {}
    try:
        features = read_features(path)
    except ValueError as error:
        problems.add(path.name, str(error))
        return found
    for number, (properties, geometry) in enumerate(features, start=1):
        district_id = _id_of(properties)
        told = f"outline {number} ({district_id or 'no district_id'}): "
        complaint = _complaint(district_id, geometry, district_ids, found)
        if complaint or geometry is None:
            problems.add(path.name, told + (complaint or "it has no geometry"))
        else:
            found[district_id] = geometry
    return found


def read_features(path: Path) -> list[tuple[dict[str, Any], BaseGeometry | None]]:
    """Every feature of a GeoJSON or zipped shapefile: its properties, names in small letters, and geometry in degrees.

    Raises:
        ValueError: when the file cannot be read as either.
    """
    try:
        features = list(_shapefile(path) if path.suffix.lower() == ".zip" else _geojson(path))
    except (
        ValueError,
        KeyError,
        OSError,
        zipfile.BadZipFile,
        shapefile.ShapefileException,
        pyproj.exceptions.ProjError,
    ) as error:
        raise ValueError(f"cannot be read as outlines: {' '.join(str(error).split())[:200]}") from None
    return [({key.lower(): value for key, value in given.items()}, area) for given, area in features]


def _complaint(
    district_id: str,
    geometry: BaseGeometry | None,
    district_ids: Collection[str],
    found: Mapping[str, BaseGeometry],
) -> str:
    """What is wrong with an outline, or nothing."""
    if not district_id:
        return "it carries no district_id"
    if district_id not in district_ids:
        return "its district_id is not in the registry"
    if district_id in found:
        return "its district_id stands twice"
    return broken(geometry)


def broken(geometry: BaseGeometry | None) -> str:
    """What is wrong with a geometry as the outline of a district, or nothing."""
    if geometry is None or geometry.is_empty:
        return "it has no geometry"
    if geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        return f"it is a {geometry.geom_type} and no polygon"
    if not geometry.is_valid:
        return f"broken geometry: {shapely.is_valid_reason(geometry)}"
    if not KOREA.contains(geometry):
        return "it lies outside Korea; is its grid the one the file names?"
    return ""


def _geojson(path: Path) -> Iterator[tuple[dict[str, Any], BaseGeometry | None]]:
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise ValueError("it is no GeoJSON FeatureCollection")
    crs = document.get("crs", {}).get("properties", {}).get("name", WGS84)
    for feature in document["features"]:
        yield feature.get("properties") or {}, _in_degrees(feature.get("geometry"), crs)


def _shapefile(path: Path) -> Iterator[tuple[dict[str, Any], BaseGeometry | None]]:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_BYTES:
            raise ValueError(f"it unpacks to more than {LARGEST_BYTES:,} bytes")
        parts = {Path(name).suffix.lower(): name for name in archive.namelist() if not name.endswith("/")}
        missing = [suffix for suffix in (".shp", ".dbf", ".prj") if suffix not in parts]
        if missing:
            raise ValueError(f"the ZIP has no {', '.join(missing)}")
        held = {suffix: archive.read(name) for suffix, name in parts.items()}
    encoding = _encoding(held[".cpg"]) if ".cpg" in held else "cp949"
    crs = held[".prj"].decode("utf-8", errors="replace")
    reader = shapefile.Reader(shp=io.BytesIO(held[".shp"]), dbf=io.BytesIO(held[".dbf"]), encoding=encoding)
    for record in reader.iterShapeRecords():
        yield record.record.as_dict(), _in_degrees(record.shape.__geo_interface__, crs)


def _encoding(cpg: bytes) -> str:
    """The encoding that a `.cpg` names; programs call CP949 by many names.

    Raises:
        ValueError: when nobody knows the name.
    """
    name = cpg.decode("ascii", errors="replace").strip()
    if re.sub(r"[^a-z0-9]", "", name.lower()) in CP949_NAMES:
        return "cp949"
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError(f"its .cpg names the encoding {name[:40]!r}, which nobody knows") from None


def _id_of(properties: Mapping[str, Any]) -> str:
    return next((str(properties[name]) for name in IDS if properties.get(name)), "")


def _in_degrees(geometry: Any, crs: str) -> BaseGeometry | None:
    """A geometry of any grid in degrees; None for none.

    Raises:
        ValueError: when it cannot be read as a geometry.
    """
    if not geometry:
        return None
    try:
        read: BaseGeometry = shape(geometry)
    except (AttributeError, TypeError, shapely.errors.GEOSException) as error:
        raise ValueError(f"a geometry cannot be read ({error})") from None
    # A guess where the shift of the datum is unknown is off by hundreds of metres.
    grid = pyproj.CRS(crs)
    try:
        transformer = pyproj.Transformer.from_crs(grid, WGS84, always_xy=True, allow_ballpark=False)
    except pyproj.exceptions.ProjError:
        raise ValueError(
            f"no datum shift is known for its grid {grid.name!r}; save it in EPSG:5179"
        ) from None
    return shapely.transform(read, lambda points: _moved(points, transformer))


def _moved(points: Any, transformer: pyproj.Transformer) -> Any:
    longitude, latitude = transformer.transform(points[:, 0], points[:, 1])
    moved = points.copy()
    moved[:, 0], moved[:, 1] = longitude, latitude
    return moved


def with_outlines(districts: Sequence[District], outlines: Mapping[str, BaseGeometry]) -> list[District]:
    """The districts with what outlines say, where their rows say nothing: legal dongs, a point, the district around."""
    around = _around(outlines)
    return [
        replace(
            with_outline(district, outlines[district.district_id]),
            parent_id=district.parent_id or around.get(district.district_id),
        )
        if district.district_id in outlines
        else district
        for district in districts
    ]


def with_outline(district: District, outline: BaseGeometry) -> District:
    """A district with a point inside and the legal dongs its outline lies in, if it names none, and those it fills."""
    point = outline.representative_point()
    has_point = district.longitude is not None and district.latitude is not None
    lying = lying_in(outline)
    dongs = district.legal_dong_codes or tuple(
        one.legal_dong_code for one in lying if one.share_of_area >= LEAST_IN_DONG
    )
    filled = {one.legal_dong_code for one in lying if one.share_of_dong >= LEAST_OF_DONG}
    whole = tuple(code for code in dongs if filled.intersection(codes_today(code)))
    return replace(
        district,
        longitude=district.longitude if has_point else f"{point.x:.5f}",
        latitude=district.latitude if has_point else f"{point.y:.5f}",
        legal_dong_codes=dongs,
        whole_dong_codes=district.whole_dong_codes or whole,
    )


def _around(outlines: Mapping[str, BaseGeometry]) -> dict[str, str]:
    """For each outline the smallest other one it lies in."""
    ids = sorted(outlines)
    areas = [outlines[one] for one in ids]
    tree = shapely.STRtree(areas)
    around = {}
    for place, one in enumerate(ids):
        near = [int(other) for other in tree.query(areas[place]) if other != place]
        holding = [
            other
            for other in near
            if areas[other].area > areas[place].area
            and areas[place].intersection(areas[other]).area >= INSIDE * areas[place].area
        ]
        if holding:
            around[one] = ids[min(holding, key=lambda other: (areas[other].area, ids[other]))]
    return around
