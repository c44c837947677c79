"""What a reader begins with: README in two languages, how to cite, queries, notebooks, checksums."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from sogong_pipeline.lake.partitions import sha256_of
from sogong_pipeline.release.package import LICENCE
from sogong_pipeline.release.versions import SUMS, Version

TEMPLATES = {"README.md": "README.md", "README.ko.md": "README.ko.md", "CITATION.cff": "CITATION.cff"}
EXAMPLES = {
    "queries.sql": "templates",
    "my_office.ipynb": "notebooks",
    "how_sure.ipynb": "notebooks",
    "compare_rules.ipynb": "notebooks",
}
"""What lies in `examples/` as it lies here, by name: the folder of this room that has it."""
STATUS_KO = {"draft": "초안", "final": "확정"}
SIMULATED = " **Simulated: every district is invented.**"
SIMULATED_KO = " **시연용 가상 자료입니다. 실제 지역이 아닙니다.**"
CLOSED = " The registry of this release is closed: districts have their identifier, but neither name nor coordinates."
CLOSED_KO = " 이 판의 밀집지역 목록은 비공개여서 지역명과 좌표를 담지 않았습니다."


def write_front(folder: Path, version: Version, districts: int, *, is_open: bool) -> None:
    """Write the texts of a release."""
    said: Mapping[str, object] = {
        "quarter": version.quarter,
        "version": version.version,
        "edition": version.edition,
        "status": version.status,
        "status_ko": STATUS_KO[version.status],
        "date": version.recorded_at[:10],
        "districts": f"{districts:,}",
        "licence": LICENCE["path"],
        "simulated": SIMULATED if version.is_simulated else "",
        "simulated_ko": SIMULATED_KO if version.is_simulated else "",
        "closed": "" if is_open else CLOSED,
        "closed_ko": "" if is_open else CLOSED_KO,
    }
    for name, template in TEMPLATES.items():
        (folder / name).write_text(_part("templates", template).format(**said), encoding="utf-8")
    examples = folder / "examples"
    examples.mkdir()
    for name, kept in EXAMPLES.items():
        (examples / name).write_text(_part(kept, name), encoding="utf-8")


def write_sums(folder: Path) -> None:
    """Write `SHA256SUMS`, as `sha256sum --check` reads it."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in names if name != SUMS]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _part(kept: str, name: str) -> str:
    return (files("sogong_pipeline.release") / kept / name).read_text(encoding="utf-8")
