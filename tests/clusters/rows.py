"""Compact rows of counts for tests."""

from __future__ import annotations

from sogong_pipeline.clusters.cells import Cell, gather
from sogong_pipeline.clusters.counts import Count
from sogong_pipeline.clusters.table import Cluster, clusters


def count(
    where: str,
    division: str,
    establishments: int | None,
    *,
    year: int = 2023,
    size: str = "1-9",
    workers: int | None = None,
    status: str = "absent",
    **changes: str,
) -> Count:
    """Return a count; `where` is 시도 시군구 읍면동, 시군구 of one or two words, 읍면동 `*` for a whole 시군구."""
    sido, *sigungu, dong = where.split()
    values: dict[str, str] = {
        "dong_code": "", "dong_code_system": "name", "ksic_revision": "10", "scope": "all_locations",
        "source": "census", "source_id": "test.csv", "retrieved": "2026-11-30", "licence": "test", **changes,
    }  # fmt: skip
    return Count(
        reference_year=year,
        sido=sido,
        sigungu=" ".join(sigungu),
        dong="" if dong == "*" else dong,
        division=division,
        size_class=size,
        establishments=establishments,
        workers=workers,
        workers_status="ok" if workers is not None else status,  # type: ignore[arg-type]
        **values,
    )


def cells(*counts: Count) -> list[Cell]:
    """Return the cells of some counts."""
    return gather(counts)


def judged(*counts: Count) -> dict[tuple[int, str, str], Cluster]:
    """Return the rows of the table by year, dong and division."""
    return {(row.reference_year, row.dong, row.division): row for row in clusters(gather(counts))}
