"""Convert the municipal workbooks: table 3 (division by size) to counts, table 9 (by the owner's age) to owners."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sogong_pipeline.clusters.counts import DIVISIONS, SECTION, Count, OwnerCount, WorkersStatus
from sogong_pipeline.clusters.municipal import Area, Figure, Sheet, TableKind, differences, read_sheet

TABLE_3, TABLE_9 = "local_government_table3", "local_government_table9"
LICENCE = "unknown"


@dataclass(frozen=True, slots=True)
class Converted:
    """Rows of a source and the counts of its cells.

    Attributes:
        rows: Counts or owners.
        cells: Figures read.
        suppressed: Rows whose workers are withheld.
        messages: Assumptions and differing sums.
    """

    rows: tuple[Count, ...] | tuple[OwnerCount, ...]
    cells: int
    suppressed: int
    messages: tuple[str, ...]


def size_class(label: str) -> str | None:
    """Return `1-4` for 1-4명, `10-19`, `1000-` for 1000명 이상; None for another label."""
    joined = re.sub(r"[\s,]", "", label)
    if match := re.fullmatch(r"(\d+)[-~∼～](\d+)(?:명|인)", joined):
        return f"{match[1]}-{match[2]}"
    if match := re.fullmatch(r"(\d+)(?:명|인)이상", joined):
        return f"{match[1]}-"
    return None


def age_class(label: str) -> str | None:
    """Return `0-29` for 29세 이하, `30-39`, `60+` for 60세 이상; None for another label."""
    joined = re.sub(r"\s", "", label)
    if match := re.fullmatch(r"(\d+)세(?:이하)", joined):
        return f"0-{match[1]}"
    if match := re.fullmatch(r"(\d+)세미만", joined):
        return f"0-{int(match[1]) - 1}"
    if match := re.fullmatch(r"(\d+)[-~∼～](\d+)세", joined):
        return f"{match[1]}-{match[2]}"
    if match := re.fullmatch(r"(\d+)세이상", joined):
        return f"{match[1]}+"
    return None


SIZES = TableKind(
    "table 3 of a 사업체조사 workbook (산업중분류 by 종사자규모 and 읍면동)",
    ("산업중분류", "종사자규모", "사업체수", "종사자수"),
    (),
    size_class,
    (frozenset({"1-4", "5-9"}), frozenset({"1-9"})),
)
AGES = TableKind(
    "table 9 of a 사업체조사 workbook (산업중분류 by 대표자연령대 and 읍면동)",
    ("산업중분류", "대표자", "연령", "사업체수", "종사자수"),
    ("종사자규모",),
    age_class,
    (frozenset({"0-29", "30-39", "40-49", "50-59", "60+"}),),
)


def convert_table3(path: Path, retrieved: str, ksic: str | None = None) -> Converted:
    """Convert table 3: manufacturing's divisions and their total, by area, in the small classes and all sizes.

    Other industries and larger classes are read only to check the sums.

    Raises:
        RefusedError: when the layout differs; one line.
    """
    sheet = read_sheet(path, SIZES, ksic)
    rows = tuple(
        Count(
            **_common(sheet, area, division, path=path, retrieved=retrieved, source=TABLE_3),  # type: ignore[arg-type]
            size_class=name,
            establishments=figure.establishments,
            workers=figure.workers,
            workers_status=figure.workers_status,
            scope="all_locations",
        )
        for area, division, name, figure in _figures(sheet, ("1-4", "5-9", "1-9"))
    )
    return _converted(sheet, rows)


def convert_table9(path: Path, retrieved: str, ksic: str | None = None) -> Converted:
    """Convert table 9: manufacturing's divisions and their total by area and age of the owner; raises as above."""
    sheet = read_sheet(path, AGES, ksic)
    rows = tuple(
        OwnerCount(
            **_common(sheet, area, division, path=path, retrieved=retrieved, source=TABLE_9),  # type: ignore[arg-type]
            age_class=name,
            establishments=figure.establishments,
            workers=figure.workers,
            workers_status=figure.workers_status,
        )
        for area, division, name, figure in _figures(sheet, ("0-29", "30-39", "40-49", "50-59", "60+"))
    )
    return _converted(sheet, rows)


def disagreements(counts: tuple[Count, ...], owners: tuple[OwnerCount, ...]) -> Iterator[str]:
    """Yield a line per area, division and year for which the two tables give different totals."""
    totals: Mapping[tuple[object, ...], Count] = {
        (row.reference_year, row.sido, row.sigungu, row.dong, row.division): row
        for row in counts
        if row.size_class == "all" and row.scope == "all_locations"
    }
    for owner in owners:
        other = totals.get((owner.reference_year, owner.sido, owner.sigungu, owner.dong, owner.division))
        if (
            owner.age_class == "all"
            and other
            and (owner.establishments, owner.workers) != (other.establishments, other.workers)
        ):
            yield (
                f"{owner.sigungu} {owner.dong} {owner.division}: owners by age add up to {owner.establishments} "
                f"establishments and {owner.workers} workers, by size to {other.establishments} and {other.workers}"
            )


def _figures(sheet: Sheet, classes: tuple[str, ...]) -> Iterator[tuple[Area, str, str, Figure]]:
    """Yield every figure of manufacturing, the total as `all`."""
    for code in (SECTION, *DIVISIONS):
        if (block := sheet.blocks.get(code)) is None:
            continue
        for index, area in enumerate(sheet.areas):
            if area.place is None:
                continue  # a city above gu: the columns of its gu repeat its figures
            yield area, code, "all", block.total[index]
            for name in classes:
                if name in block.classes:
                    yield area, code, name, block.classes[name][index]


def _common(
    sheet: Sheet, area: Area, division: str, *, path: Path, retrieved: str, source: str
) -> dict[str, object]:
    return {
        "reference_year": sheet.year,
        "sido": sheet.sido,
        "sigungu": area.sigungu,
        "dong": "" if area.is_total else area.name,
        "dong_code": "",
        "dong_code_system": "name",
        "division": division,
        "ksic_revision": sheet.ksic_revision,
        "source": source,
        "source_id": path.name,
        "retrieved": retrieved,
        "licence": LICENCE,
    }


def _converted(sheet: Sheet, rows: tuple[Count, ...] | tuple[OwnerCount, ...]) -> Converted:
    suppressed: WorkersStatus = "suppressed"
    hidden = sum(row.workers_status == suppressed for row in rows)
    return Converted(rows, sheet.cells, hidden, (*sheet.messages, *differences(sheet)))
