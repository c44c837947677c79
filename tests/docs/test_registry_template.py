"""The registry page: its example loads, its kinds and columns are those of the code."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from sogong_pipeline.districts.registry import Registry, kinds
from sogong_pipeline.districts.template import TEMPLATE, read_registry
from sogong_pipeline.errors import RefusedError

PAGE = (Path(__file__).parents[2] / "docs" / "registry-template.md").read_text(encoding="utf-8")
AS_OF = dt.date(2015, 1, 1)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example of the page as a file."""
    (block,) = re.findall(r"^```csv\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    path = tmp_path / "districts.csv"
    path.write_text(block, encoding="utf-8")
    return path


def test_the_example_loads_as_the_page_says(example: Path) -> None:
    registry = Registry.of(read_registry(example, AS_OF))
    assert [district.district_id for district in registry.districts] == [
        "EX-1",
        "EX-2",
        "EX-3",
        "EX-3",
        "EX-4",
    ]
    reformed, building, smaller, larger, unplaced = registry.districts
    assert [code[:2] for code in reformed.legal_dong_codes] == ["42", "51"]
    assert building.postal_codes == ("08500", "08501")
    assert (smaller.valid_from, smaller.valid_to) == (AS_OF, dt.date(2024, 12, 31))
    assert len(registry.on(dt.date(2025, 3, 31)).districts) == 4
    assert larger in registry.on(dt.date(2025, 3, 31)).districts
    assert unplaced.legal_dong_codes == ()
    assert [district.office_code for district in registry.districts] == [
        "gangwon",
        "seoul",
        "daegu_gyeongbuk",
        "daegu_gyeongbuk",
        "gwangju_jeonnam",
    ]


def test_the_example_needs_the_date_the_page_gives(example: Path) -> None:
    assert f"--as-of {AS_OF}" in PAGE
    with pytest.raises(RefusedError, match="row 4: valid_from is blank; fill it or load with --as-of DATE"):
        read_registry(example)


def test_the_page_has_every_column_and_every_kind() -> None:
    first_cells = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("|")]
    named = [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]
    assert named == [*TEMPLATE, *kinds()]
    for kind in kinds().values():
        assert f"| `{kind.code}` | {kind.name} |" in PAGE
