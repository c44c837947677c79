"""Support recorded by offices: matched by name and number, all or nothing, append-only, counted in plans."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.plans.model import build_plans
from sogong_pipeline.plans.publish import collect_plans
from sogong_pipeline.programmes.support import COLUMNS, OPTIONAL, by_programme, record_support, rows_given
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.tables import schemas
from tests.conftest import NOW
from tests.districts.test_registry import ROW
from tests.steps.test_steps import QUARTER, load_registry, month_file

pytestmark = pytest.mark.slow
DISTRICT = ROW["district_id"]
PERIOD = HalfYear(2022, 1)


@pytest.fixture(scope="module")
def proposed_one(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A quarter of one district with forty workplaces."""
    folder = tmp_path_factory.mktemp("support")
    pipeline = Installation(Settings(home=folder / "home", now=NOW))
    load_registry(pipeline, folder)
    for month in QUARTER.months:
        pipeline.months.ingest(month, str(month_file(folder, str(month))))
    pipeline.quarters.propose(QUARTER)
    return pipeline


@pytest.fixture(scope="module")
def number(proposed_one: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The business number of all workplaces, read from the file."""
    path = month_file(tmp_path_factory.mktemp("again"), str(QUARTER.months[-1]))
    (only,) = pd.read_csv(path, encoding="cp949", dtype=str)["사업자등록번호"].unique()
    return str(only)


def sheet(path: Path, rows: Sequence[Sequence[object]], header: Sequence[str] = tuple(COLUMNS)) -> Path:
    """Write a sheet as CSV in CP949, or as XLSX by the suffix of its name."""
    if path.suffix == ".xlsx":
        book = Workbook()
        page = book.worksheets[0]
        for row in (header, *rows):
            page.append(list(row))
        book.save(path)
    else:
        frame = pd.DataFrame([list(map(str, row)) for row in rows], columns=list(header))
        frame.to_csv(path, index=False, encoding="cp949")
    return path


def test_a_sheet_is_recorded_once_and_another_is_added(
    proposed_one: Installation, number: str, tmp_path: Path
) -> None:
    first = sheet(
        tmp_path / "first.csv",
        [
            ("2022.5.3", DISTRICT, "가상상사1", f"{number}-78-90123", "act26", "수출 상담", "1,500,000"),
            ("2022-05-04", DISTRICT, "가상 상사2", number, "act26", "", ""),
        ],
    )
    rows, is_new = record_support(proposed_one, first, "이확인")
    assert is_new
    assert record_support(proposed_one, first, "박확인") == (rows, False)
    second = sheet(
        tmp_path / "second.xlsx",
        [("2022-06-30", DISTRICT, "가상상사1", number, "decree30", "보증", 2_000_000)],
    )
    record_support(proposed_one, second, "이확인")

    edition = proposed_one.edition(QUARTER)
    assert edition is not None
    last = str(QUARTER.months[-1])
    members = pq.read_table(
        proposed_one.lake.require(
            "matched", last, edition.facts["months"][last], str(edition.manifest["inputs"]["districts"])
        ).path("district_member")
    ).to_pandas()
    staged = pq.read_table(
        proposed_one.lake.require("staged", last, edition.facts["months"][last]).path("workplace")
    ).to_pandas()
    ids = members.merge(staged, on="row_number").set_index("workplace_name")["workplace_id"]
    recorded = rows_given(proposed_one)
    assert [(str(row.given_on), row.workplace_id, row.programme_id, row.amount_krw) for row in recorded] == [
        ("2022-05-03", ids["가상상사1"], "act26", 1_500_000),
        ("2022-05-04", ids["가상상사2"], "act26", None),
        ("2022-06-30", ids["가상상사1"], "decree30", 2_000_000),
    ]
    assert by_programme(recorded) == {"act26": (2, 1_500_000), "decree30": (1, 2_000_000)}

    stored = pq.read_table(proposed_one.lake.require("support", rows[0].recording).path("support_given"))
    assert stored.schema.names == [column["name"] for column in schemas()["support_given"]["columns"]]
    assert "가상상사" not in str(stored.to_pylist())
    assert schemas()["support_given"]["lake_only"]

    pages = {page.stem: page for page in build_plans(collect_plans(proposed_one, PERIOD))}
    tables = {
        table.key: [[cell.text for cell in row.cells] for row in table.rows]
        for section in pages[f"sido-{ROW['sigungu_code'][:2]}"].sections
        for table in section.tables
    }
    assert [row[1:] for row in tables["given"]] == [["2", "1,500,000"], ["1", "2,000,000"]]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"지원일": "어제"}, "row 2: 지원일 '어제' is not a date"),
        ({"지원일": "2022-02-30"}, "row 2: 지원일 '2022-02-30' is not a date"),
        ({"지원일": "2027-01-01"}, "row 2: 지원일 2027-01-01 is after today, 2026-10-20"),
        ({"밀집지역 번호": "D404"}, "row 2: 밀집지역 번호 'D404' has no workplace in 2022-06"),
        ({"사업장명": "없는상사"}, f"row 2: 사업장명 and 사업자등록번호 match no workplace of {DISTRICT}"),
        (
            {"사업자등록번호": "000000"},
            f"row 2: 사업장명 and 사업자등록번호 match no workplace of {DISTRICT}",
        ),
        ({"사업 번호": "act99"}, "row 2: 사업 번호 'act99' is not in the list"),
        ({"지원 금액(원)": "백만"}, "row 2: 지원 금액(원) '백만' is not a number of won"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_nothing_is_recorded(
    proposed_one: Installation, number: str, tmp_path: Path, changed: dict[str, str], complaint: str
) -> None:
    before = proposed_one.lake.children("support")
    good = dict(zip(COLUMNS, ("2022-05-03", DISTRICT, "가상상사3", number, "act26", "", ""), strict=True))
    file = sheet(tmp_path / "sheet.csv", [tuple({**good, **changed}.values()), tuple(good.values())])
    with pytest.raises(RefusedError) as refusal:
        record_support(proposed_one, file, "이확인")
    assert str(refusal.value).startswith(f"sheet.csv: {complaint}")
    assert "nothing was recorded" in str(refusal.value)
    assert proposed_one.lake.children("support") == before


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_missing_column_is_named_unless_it_may_be_left_out(
    proposed_one: Installation, number: str, tmp_path: Path, name: str
) -> None:
    header = [column for column in COLUMNS if column != name]
    values = dict(zip(COLUMNS, ("2022-05-05", DISTRICT, "가상상사4", number, "act26", "", ""), strict=True))
    file = sheet(tmp_path / f"{len(name)}.csv", [[values[column] for column in header]], header)
    if name in OPTIONAL:
        rows, _ = record_support(proposed_one, file, "이확인")
        assert getattr(rows[0], COLUMNS[name]) is None
    else:
        with pytest.raises(RefusedError, match=f"it lacks the columns {name}; see docs/plans.md"):
            record_support(proposed_one, file, "이확인")


def test_an_amount_that_a_comma_cut_is_refused_and_never_read_as_one_won(
    proposed_one: Installation, number: str, tmp_path: Path
) -> None:
    file = tmp_path / "cut.csv"
    file.write_text(
        ",".join(COLUMNS) + f"\n2022-05-03,{DISTRICT},가상상사5,{number},act26,보증,1,500,000\n",
        encoding="utf-8",
    )
    with pytest.raises(
        RefusedError, match="row 2: it has 9 cells and the header 7; a comma in a cell needs quotes"
    ):
        record_support(proposed_one, file, "이확인")
