"""The office's own file: stored whole or not at all, every problem with row, column and value."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.outside.office_file import load_file
from sogong_pipeline.outside.values import TABLE, in_force, vintages
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.steps.test_steps import load_registry

HEADER = "indicator,area,month,value,unit,source\n"
ROWS = (
    "sales,48123,2026-09,\"1,234\",억원,경남지방청 표본조사\n"
    "sales,경상남도 창원시 성산구,202608,123400000123,원,경남지방청 표본조사\n"
    "arrears,경상남도 거제시,2026-09,-12.5,백만원,\"<script>alert(1)</script>\"\n"
)  # fmt: skip


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "sales.csv"
    file.write_bytes(text.encode(encoding))
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_a_file_is_kept_in_one_unit_with_itself_beside_it(
    pipeline: Installation, tmp_path: Path, encoding: str
) -> None:
    file = write(tmp_path, HEADER + ROWS, encoding)
    arrears, sales = load_file(pipeline, file)
    assert (arrears.indicator, arrears.values, sales.indicator, sales.values) == ("arrears", 1, "sales", 2)
    rows = in_force(pipeline, "sales")
    assert rows["sigungu", "48123", "2026-09"].value.value == Decimal(123_400)  # million won
    assert rows["sigungu", "48123", "2026-08"].value.value == Decimal("123400.000123")
    assert in_force(pipeline, "arrears")["sigungu", "48310", "2026-09"].value.value == Decimal("-12.5")
    (vintage,) = vintages(pipeline, "sales")
    assert vintage.path("file").read_bytes() == file.read_bytes()
    assert set(pd.read_parquet(vintage.path(TABLE)).unit) == {"백만원"}


def test_the_same_file_changes_nothing_and_a_correction_is_a_vintage(
    pipeline: Installation, tmp_path: Path
) -> None:
    load_file(pipeline, write(tmp_path, HEADER + ROWS))
    assert {one.vintage for one in load_file(pipeline, write(tmp_path, HEADER + ROWS))} == {None}
    corrected = ROWS.replace("1,234", "1,300")
    sales = load_file(pipeline, write(tmp_path, HEADER + corrected))[1]
    assert (sales.vintage, sales.new, sales.revised) == (2, 0, 1)
    row = in_force(pipeline, "sales")["sigungu", "48123", "2026-09"]
    assert (row.value.value, row.replaces) == (Decimal(130_000), 1)
    back = load_file(pipeline, write(tmp_path, HEADER + ROWS))[1]
    assert (back.vintage, back.revised) == (3, 1)


def test_a_district_is_one_of_the_registry_in_force(pipeline: Installation, tmp_path: Path) -> None:
    line = "sales,{},2026-09,1,억원,지방청\n"
    with pytest.raises(
        RefusedError, match="row 2: area 'NO-SUCH' is not a district, as no registry is loaded, nor a 시군구"
    ):
        load_file(pipeline, write(tmp_path, HEADER + line.format("NO-SUCH")))
    load_registry(pipeline, tmp_path)
    with pytest.raises(RefusedError, match="area 'NO-SUCH' is not a district of the registry in force"):
        load_file(pipeline, write(tmp_path, HEADER + line.format("NO-SUCH")))
    from sogong_pipeline.districts.loaded import registry_in_force

    registry = registry_in_force(pipeline)
    assert registry is not None
    (district,) = registry.districts
    load_file(pipeline, write(tmp_path, HEADER + line.format(district.district_id)))
    (key,) = in_force(pipeline, "sales")
    assert key == ("district", district.district_id, "2026-09")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEADER, "sales.csv: it has no rows; see docs/outside.md"),
        ("", "sales.csv: it lacks the columns indicator, area, month"),
        ("indicator,area,month\n", "it lacks the columns value, unit, source; see docs/outside.md"),
        ("source," + HEADER, "the header names source twice"),
        (HEADER + "turnover,48123,2026-09,1,원,x\n", "row 2: indicator 'turnover' is not one of arrears, sales"),
        (HEADER + "employment_rate,48123,2026-09,1,원,x\n", "row 2: indicator 'employment_rate' is not one of"),
        (HEADER + "sales,창원,2026-09,1,원,x\n", "row 2: area '창원' is"),
        (HEADER + "sales,48123,2026-13,1,원,x\n", "row 2: month '2026-13' is not a month such as 2026-09"),
        (HEADER + "sales,48123,2026-09,약 3,원,x\n", "row 2: value '약 3' is not a number"),
        (HEADER + "sales,48123,2026-09,,원,x\n", "row 2: value '' is not a number"),
        (HEADER + "sales,48123,2026-09,1,달러,x\n", "row 2: unit '달러' is not one of 원, 천원, 백만원, 억원"),
        (HEADER + "sales,48123,2026-09,1,원,\n", "row 2: source is empty"),
        (HEADER + "sales,48123,2026-09,1,234,원,x\n", "row 2: it has 7 cells and the header 6"),
        (HEADER + "sales,48123,2026-09,1,원,x\nsales,경상남도 창원시 성산구,202609,2,원,x\n",
         "row 3: the same indicator, area and month as row 2"),
        (HEADER + "sales,48123,2026-13,x,원,x\narrears,48123,2026-09,1,원,x\nsales,1,2026-09,1,원,x\n",
         "3 problems, correct the file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_row_and_value_and_nothing_is_kept(
    pipeline: Installation, tmp_path: Path, text: str, line: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        load_file(pipeline, write(tmp_path, text))
    assert line in str(refused.value)
    assert "nothing was changed" in str(refused.value)
    assert pipeline.lake.children("outside") == []


def test_the_command_says_what_it_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOGONG_NOW", NOW)
    done = CliRunner().invoke(app, ["outside", "load", str(write(tmp_path, HEADER + ROWS))])
    assert done.exit_code == 0
    assert done.output == (
        "arrears: 1 values to 2026-09, 1 new, 0 revised; vintage 1\n"
        "sales: 2 values to 2026-09, 2 new, 0 revised; vintage 1\n"
    )
