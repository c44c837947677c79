"""Build workbooks of the municipal series: any place, areas, industries and classes, with sums that add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

SIZES = {"1-4명": 2, "5-9명": 7, "10-19명": 14, "20-49명": 30}
"""Labels of the size rows, and workers of a workplace in each."""
SECTIONS = {
    "A.농업, 임업 및 어업(01~03)": ["01.농업"],
    "C.제조업(10~34)": [
        "10.식료품 제조업",
        "25.금속가공제품 제조업; 기계 및 가구 제외",
        "34.산업용 기계 및 장비 수리업",
    ],
    "J.정보통신업(58~63)": ["58.출판업", "60.방송업"],
}
Counts = Mapping[str, Mapping[str, Mapping[str, int]]]
"""Establishments by division label, dong and size label; missing combinations are 0."""


def write_table3(
    path: Path,
    place: str,
    areas: Sequence[str],
    counts: Counts,
    *,
    year: int = 2023,
    sections: Mapping[str, Sequence[str]] = SECTIONS,
    sizes: Mapping[str, int] = SIZES,
    missing: Sequence[tuple[str, str]] = (),
    stub: int = 3,
    title: str = "3. 산업중분류, 종사자규모 및 읍면동별 사업체수, 종사자수",
    total: str = "",
    notes: Sequence[str] = (),
    gu: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """Write table 3; `missing` names size rows (label of the industry, label of the size) to leave out.

    Workers are withheld, as in the real ones, where establishments are one or two.
    """
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "데이터"
    sheet.append([title])
    sheet.append([f"({year} 기준년도, {place})"])
    columns: list[tuple[str, list[str]]] = [(total or place.rsplit(maxsplit=1)[-1], list(areas))]
    if gu:
        for name, dongs in gu.items():
            columns += [(name, list(dongs)), *((dong, [dong]) for dong in dongs)]
    else:
        columns += [(area, [area]) for area in areas]
    pad = [None] * (stub - 1)
    sheet.append(
        ["산업분류\nIndustrial Classification", *pad, *(cell for name, _ in columns for cell in (name, None))]
    )
    sheet.append([None, *pad, *(["사업체수\nEstab.", "종사자수\nWorkers"] * len(columns))])
    for column in range(len(columns)):
        sheet.merge_cells(
            start_row=3, end_row=3, start_column=stub + 1 + 2 * column, end_column=stub + 2 + 2 * column
        )

    def rows(label: str, codes: Sequence[str | None], divisions: Sequence[str]) -> None:
        by_size = {
            size: [
                sum(counts.get(name, {}).get(dong, {}).get(size, 0) for name in divisions for dong in below)
                for _, below in columns
            ]
            for size in sizes
        }
        totals = [sum(values) for values in zip(*by_size.values(), strict=True)]
        workers = [sum(sizes[size] * by_size[size][at] for size in sizes) for at in range(len(columns))]
        head = [*codes, label] if stub == 3 else [label]
        sheet.append([*head, *cells(totals, workers)])
        for size, each in sizes.items():
            if (label, size) not in missing:
                lead = [None] * (stub - 1)
                sheet.append(
                    [
                        *lead,
                        f"         {size}",
                        *cells(by_size[size], [each * count for count in by_size[size]]),
                    ]
                )

    def cells(establishments: Sequence[int], workers: Sequence[int]) -> list[int | str]:
        return [
            cell
            for count, staff in zip(establishments, workers, strict=True)
            for cell in (count, "*" if count in {1, 2} else staff)
        ]

    every = [name for names in sections.values() for name in names]
    rows("TT 전체산업", ["**", "**"], every)
    for section, names in sections.items():
        rows(section, [section[0], "**"], names)
        for name in names:
            rows(f"  {name}", [None, name[:2]], [name])
    for note in notes:
        sheet.append([note])
    book.save(path)
    return path
