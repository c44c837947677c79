"""Seoul's microdata: the columns of every year, against a plain count with pandas."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd
import pytest

from sogong_pipeline.clusters.cells import gather
from sogong_pipeline.clusters.seoul import convert_microdata
from sogong_pipeline.clusters.table import clusters
from sogong_pipeline.errors import RefusedError

DAY = "2026-11-30"
WORKERS = {
    2020: "WOKE_ALL_SUM",
    2021: "WOKE_SUM",
    2022: "SURV_PHS_WOKE_SUM",
    2023: "SURV_PHS_WOKE_SUM",
    2024: "SURV_PHS_WOKE_SUM",
}


def rows(year: int, count: int = 600) -> pd.DataFrame:
    """Invented establishments of a year in its own columns."""
    rng = random.Random(year)  # noqa: S311
    digits = 7 if year < 2022 else 8
    dongs = [("1101053" + "0" * 1)[:digits], "11010670"[:digits], "11030510"[:digits]]
    records = []
    for _ in range(count):
        division = rng.choice(["14", "18", "33", "34", "47", "56"])
        records.append(
            {
                "SURV_BASE_YEAR": year,
                "AD_CD": rng.choice(dongs),
                "INDST_LCLS_CD": "C" if int(division) < 35 else "G" if division == "47" else "I",
                "MBZ_INDST_CLS_CD": f"{division}{rng.randint(100, 999)}",
                "ORGFM_DIV_CD": rng.choice([1, 2]),
                WORKERS[year]: rng.choice([1, 1, 2, 4, 5, 9, 10, 30]),
            }
        )
    return pd.DataFrame(records)


def write(path: Path, frame: pd.DataFrame, encoding: str = "utf-8-sig") -> Path:
    frame.to_csv(path, index=False, encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
@pytest.mark.parametrize("year", sorted(WORKERS))
def test_every_year_counts_as_pandas_does(tmp_path: Path, year: int, encoding: str) -> None:
    frame = rows(year)
    converted = convert_microdata(write(tmp_path / f"{year}.csv", frame.assign(NAME="주소"), encoding), DAY)
    assert (converted.cells, converted.messages) == (600, ())
    frame["division"] = frame.MBZ_INDST_CLS_CD.str[:2]
    workers = frame[WORKERS[year]]
    made = frame[frame.INDST_LCLS_CD == "C"]
    for size, chosen in (
        ("1-4", workers.between(1, 4)),
        ("5-9", workers.between(5, 9)),
        ("all", workers >= 0),
    ):
        expected = made[chosen[made.index]].groupby(["AD_CD", "division"])[WORKERS[year]].agg(["size", "sum"])
        counted = {
            (row.dong_code, row.division): (row.establishments, row.workers)
            for row in converted.rows
            if row.size_class == size and row.establishments  # type: ignore[union-attr]
        }
        assert counted == {key: (int(one["size"]), int(one["sum"])) for key, one in expected.iterrows()}
    assert {row.ksic_revision for row in converted.rows} == {"11" if year == 2024 else "10"}
    assert {row.dong_code_system for row in converted.rows} == {"kostat7" if year < 2022 else "kostat8"}
    assert len(converted.rows) == 3 * 25 * 3  # absence from a census means 0


def test_a_list_of_codes_gives_the_dongs_their_names(tmp_path: Path) -> None:
    names = tmp_path / "codes.csv"
    names.write_text(
        "code,sigungu,dong\n11010530,종로구,사직동\n11010670,종로구,창신1동\n11030510,용산구,후암동\n",
        encoding="utf-8",
    )
    converted = convert_microdata(write(tmp_path / "2023.csv", rows(2023)), DAY, names=names)
    assert {row.dong for row in converted.rows} == {"사직동", "창신1동", "후암동"}
    table = clusters(gather(converted.rows))  # type: ignore[arg-type]
    assert {row.area_code for row in table} == {"1111053000", "1111067000", "1117051000"}
    names.write_text("code,sigungu,dong\n11010530,중구,사직동\n", encoding="utf-8")
    with pytest.raises(RefusedError, match=r"lies in 종로구, not in .중구.*missing code 11010670"):
        convert_microdata(tmp_path / "2023.csv", DAY, names=names)


def test_establishments_without_a_number_of_workers_stay_in_all_sizes(tmp_path: Path) -> None:
    frame = rows(2023).astype({WORKERS[2023]: "Int64"})
    made = frame.index[frame.INDST_LCLS_CD == "C"]
    frame.loc[made[0], WORKERS[2023]] = pd.NA
    frame.loc[made[1], WORKERS[2023]] = 0
    converted = convert_microdata(write(tmp_path / "2023.csv", frame), DAY)
    assert len(converted.messages) == 2
    assert sum(row.establishments for row in converted.rows if row.size_class == "all") == len(made)  # type: ignore[union-attr, misc]
    first = frame.loc[made[0]]
    cell = next(
        row
        for row in converted.rows
        if (row.dong_code, row.division, row.size_class) == (first.AD_CD, first.MBZ_INDST_CLS_CD[:2], "all")  # type: ignore[union-attr]
    )
    assert (cell.workers, cell.workers_status) == (None, "absent")


@pytest.mark.parametrize(
    ("year", "change", "message"),
    [
        (
            2023,
            {"SURV_PHS_WOKE_SUM": "WOKE_SUM"},
            "has its workers in SURV_PHS_WOKE_SUM; the header has no such column but WOKE_SUM",
        ),
        (2023, {"AD_CD": "DONG"}, "the header lacks AD_CD"),
        (2020, {"WOKE_ALL_SUM": "종사자수"}, "a file of 2020 has its workers in WOKE_ALL_SUM"),
    ],
)
def test_another_header_is_refused_with_what_differs(
    tmp_path: Path, year: int, change: dict[str, str], message: str
) -> None:
    with pytest.raises(RefusedError, match=message):
        convert_microdata(write(tmp_path / "file.csv", rows(year).rename(columns=change)), DAY)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("SURV_BASE_YEAR", 2022, "row 4: SURV_BASE_YEAR '2022' in a file of 2023"),
        ("AD_CD", "1101053", "row 4: AD_CD '1101053' is not a code of a dong of Seoul with 8 digits"),
        ("AD_CD", "21010530", "row 4: AD_CD '21010530' is not a code"),
        ("SURV_PHS_WOKE_SUM", "많음", "row 4: SURV_PHS_WOKE_SUM '많음' is not a number of workers"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_row_column_and_value(
    tmp_path: Path, column: str, value: object, message: str
) -> None:
    frame = rows(2023).astype(object)
    frame.loc[2, "INDST_LCLS_CD"], frame.loc[2, "MBZ_INDST_CLS_CD"] = "C", "14111"
    frame.loc[2, column] = value
    with pytest.raises(RefusedError, match=message):
        convert_microdata(write(tmp_path / "2023.csv", frame), DAY)


def test_a_year_nobody_looked_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="the columns of '2019' are not known"):
        convert_microdata(write(tmp_path / "2019.csv", rows(2020).assign(SURV_BASE_YEAR=2019)), DAY)


def test_sections_that_do_not_fit_their_division_are_left_out_and_counted(tmp_path: Path) -> None:
    frame = rows(2023)
    frame.loc[frame.index[frame.INDST_LCLS_CD == "C"][:3], "INDST_LCLS_CD"] = "G"
    converted = convert_microdata(write(tmp_path / "2023.csv", frame), DAY)
    assert converted.messages == (
        "2023.csv: 3 establishments whose section and division disagree are left out",
    )
