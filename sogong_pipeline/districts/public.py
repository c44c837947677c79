"""Public lists of districts, as they come, turned into the template; what cannot be placed is told, never guessed."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sogong_pipeline.districts.registry import District, kinds
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, digest_of, sha256_of
from sogong_pipeline.nps.portal.client import PortalClient
from sogong_pipeline.regions.crosswalk import codes_today, legal_dongs
from sogong_pipeline.regions.reference import regions

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LAYERS = {".geojson", ".json", ".zip"}
HEADER_WITHIN = 20
"""Tables of spreadsheets begin below some lines of title."""


@dataclass(frozen=True)
class Converted:
    """The districts of a public list, and the rows that could not be one, each with the reason."""

    data_set: str
    districts: list[District]
    left_out: list[str]


@cache
def layouts() -> dict[str, dict[str, Any]]:
    """The known lists by data set; see public.yaml."""
    text = resources.files(__package__).joinpath("public.yaml").read_text(encoding="utf-8")
    known: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return known


def convert(path: Path, as_of: dt.date) -> Converted:
    """Turn a public list into districts.

    Args:
        path: CSV (UTF-8 or CP949) or XLSX as downloaded; a layer as GeoJSON or a shapefile in a ZIP.
        as_of: the first day of validity; the lists give none.

    Returns:
        The districts, by id; the source of each names list, file and digest.

    Raises:
        RefusedError: when the file is none of the known lists.
    """
    from sogong_pipeline.districts.outlines import broken, with_outline  # noqa: PLC0415 - shapely, for layers only

    data_set, layout, rows = _recognise(path)
    source = f"{layout['title']} ({data_set}), {path.name}, sha256 {sha256_of(path)[:SHORT]}"
    districts: dict[str, District] = {}
    areas: dict[str, BaseGeometry] = {}
    left_out = []
    for number, row, area in rows:
        name = row.get(layout["name"], "")
        kind = layout["kinds"].get(row.get(layout.get("kind", ""), ""))
        dong = next((code for column in layout["address"] if (code := _dong_of(row.get(column, "")))), None)
        region = " ".join(row.get(column, "") for column in layout["region"])
        sigungu = dong[:5] if dong else _sigungu_of(region)
        is_broken = broken(area) if layout.get("is_layer") else ""
        if not name or kind is None or sigungu is None or is_broken:
            why = (
                "no name"
                if not name
                else "unknown kind"
                if kind is None
                else is_broken or "its place has no code"
            )
            left_out.append(f"{path.name}: row {number}: {why}: {' '.join(filter(None, row.values()))[:80]}")
            continue
        if name == kinds()[kind].name:  # layers call every district what it is
            name = f"{region.split()[-1]} {name}"
        key = f"{layout['prefix']}-{digest_of(name, dong or sigungu)[:SHORT]}"
        if area is not None:
            areas[key] = areas[key].union(area) if key in areas else area
        elif key in districts:
            left_out.append(f"{path.name}: row {number}: {name} stands twice at the same place")
            continue
        districts[key] = District(
            district_id=key,
            name=name,
            kind=kind,
            sigungu_code=sigungu,
            legal_dong_codes=(dong,) if dong else (),
            postal_codes=(),
            longitude=None,
            latitude=None,
            source=source,
            valid_from=as_of,
            valid_to=None,
        )
    districts |= {key: with_outline(districts[key], area) for key, area in areas.items()}
    if not districts:
        raise RefusedError(f"{path.name}: no row of it could be placed; {'; '.join(left_out[:3])}")
    return Converted(data_set, [districts[key] for key in sorted(districts)], left_out)


def fetch(data_set: str, base_url: str, memory: Path, out: Path) -> Path:
    """Download the newest upload of a known list from the portal, which asks for no key.

    Args:
        data_set: one of `layouts`.
        base_url: the portal.
        memory: where this machine remembers what it needs to be a good guest there.
        out: the folder to write to, under the name the portal gives the file.

    Raises:
        LaterError: when the portal is unreachable or asks to be left alone.
        RefusedError: when there is no such list, or the portal sends something else.
    """
    on_portal = {known: layout for known, layout in layouts().items() if not layout.get("is_layer")}
    if data_set not in on_portal:
        told = ", ".join(f"{known} ({layout['title']})" for known, layout in on_portal.items())
        raise RefusedError(f"{data_set} is none of the lists known: {told}")
    client = PortalClient(base_url, memory, data_set=data_set)
    newest = client.list_uploads().uploads[0]
    out.mkdir(parents=True, exist_ok=True)
    arrived = out / f".{data_set}.part"
    name = client.download(newest, arrived)
    return arrived.replace(out / name)


_Rows = Iterator[tuple[int, dict[str, str], "BaseGeometry | None"]]


def _recognise(path: Path) -> tuple[str, dict[str, Any], _Rows]:
    """The list a file is, and its rows with their numbers and, in a layer, outlines."""
    if path.suffix.lower() in LAYERS:
        return _layer(path)
    lines = _spreadsheet(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    for start, line in enumerate(lines[:HEADER_WITHIN]):
        if (data_set := _fitting(line, is_layer=False)) is not None:
            body = lines[start + 1 :]
            rows: _Rows = (
                (number, dict(zip(line, cells, strict=False)), None)
                for number, cells in enumerate(body, start=start + 2)
                if any(cells)
            )
            return data_set, layouts()[data_set], rows
    raise _unknown(path, f"its first {HEADER_WITHIN} lines")


def _layer(path: Path) -> tuple[str, dict[str, Any], _Rows]:
    from sogong_pipeline.districts.outlines import read_features  # noqa: PLC0415 - shapely, for layers only

    try:
        features = read_features(path)
    except ValueError as error:
        raise RefusedError(f"{path.name}: {error}") from None
    data_set = _fitting(features[0][0], is_layer=True) if features else None
    if data_set is None:
        raise _unknown(path, "its features")
    rows = (
        (number, {key: str(value or "").strip() for key, value in given.items()}, area)
        for number, (given, area) in enumerate(features, start=1)
    )
    return data_set, layouts()[data_set], rows


def _fitting(columns: Iterable[str], *, is_layer: bool) -> str | None:
    """The list whose columns these are."""
    held = set(columns)
    for data_set, layout in layouts().items():
        wanted = {layout["name"], *layout["region"], *layout["address"], layout.get("kind", layout["name"])}
        if wanted <= held and layout.get("is_layer", False) == is_layer:
            return data_set
    return None


def _unknown(path: Path, where: str) -> RefusedError:
    told = ", ".join(f"{layout['title']} ({data_set})" for data_set, layout in layouts().items())
    return RefusedError(f"{path.name}: {where} hold the columns of none of {told}")


def _csv(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp949", errors="replace")
    return [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text, newline=""))]


def _spreadsheet(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - needed for spreadsheets only

    book = load_workbook(path, read_only=True, data_only=True)
    lines: list[list[str]] = []
    for sheet in book.worksheets:
        found = [[str(cell or "").strip() for cell in line] for line in sheet.iter_rows(values_only=True)]
        if any({"단지명", "시도"} <= {*line} for line in found[:HEADER_WITHIN]):
            lines = found
            break
    book.close()
    return lines


@cache
def _by_name() -> dict[str, set[str]]:
    """Today's codes by the full name of a legal dong of any day."""
    named: dict[str, set[str]] = {}
    for code, dong in legal_dongs().items():
        named.setdefault(dong.name, set()).update(codes_today(code))
    return named


def _dong_of(address: str) -> str | None:
    """Today's code of the legal dong an address begins with; None where it names none, or several."""
    words = address.split()
    for length in range(min(len(words), 6), 1, -1):
        codes = _by_name().get(" ".join(words[:length]), set())
        if len(codes) == 1:
            return next(iter(codes))
    return None


@cache
def _sigungu_by_name() -> dict[str, str | None]:
    """Today's code of a sigungu by its full name of any day; None where it was divided."""
    return {region.name: region.successor_code for region in regions() if region.level == "sigungu"}


def _sigungu_of(name: str) -> str | None:
    """Today's code of a sigungu, whose 시도 may be written short (전남, 강원특별자치도)."""
    sido, _, below = " ".join(name.split()).partition(" ")
    full = {
        region.name
        for region in regions()
        if region.level == "sido" and sido in {region.name, region.short_name}
    }
    codes = {code for one in full if (code := _sigungu_by_name().get(f"{one} {below}".strip()))}
    return codes.pop() if len(codes) == 1 else None
