"""The trend's table of outside indicators: newest values up to the end of the quarter, with source and day."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.outside.fetching import fetch
from sogong_pipeline.outside.office_file import load_file
from sogong_pipeline.pages.wording import number
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.trends.outside import outside_tables
from tests.outside.services import Services


def cells(catalogue: Catalogue, area: str, quarter: Quarter) -> list[tuple[str, ...]]:
    (table,) = outside_tables(catalogue, quarter)[area]
    assert table.caption == "외부 지표(참고)"
    return [tuple(cell.text for cell in row.cells) for row in table.rows]


def test_a_page_shows_the_newest_value_to_the_quarters_end(
    catalogue: Catalogue, services: Services, tmp_path: Path
) -> None:
    assert outside_tables(catalogue, Quarter(2026, 3)) == {}
    fetch(catalogue, "employment_rate")
    source, day = "국가데이터처 KOSIS 101/DT_1DA7004S", "2026-10-20"
    for quarter, month in ((Quarter(2026, 3), Month(2026, 9)), (Quarter(2026, 2), Month(2026, 6))):
        value = number(Decimal(services.value("경남", month)), 2)
        row = ("고용률(15세 이상)", "경남", month.korean, value, "%", source, day)
        assert cells(catalogue, "48", quarter) == [row]
    both = cells(catalogue, "12", Quarter(2026, 3))
    assert [row[1] for row in both] == ["광주", "전남"]  # the agency still separates them
    assert cells(catalogue, "00", Quarter(2026, 3))[0][1] == "전국"
    assert set(outside_tables(catalogue, Quarter(2026, 3))) >= {"00", "11", "12", "51", "52"}

    file = tmp_path / "sales.csv"
    file.write_text(
        "indicator,area,month,value,unit,source\nsales,48123,2026-08,5,억원,<b>지방청\nsales,48310,2026-07,6,억원,x\n",
        encoding="utf-8",
    )
    load_file(catalogue, file)
    last = cells(catalogue, "48", Quarter(2026, 3))[-1]
    assert last == ("매출액(지방청 자료)", "시군구 2곳", "2026년 8월", "–", "백만원", "<b>지방청", day)
    assert "29" not in outside_tables(catalogue, Quarter(2026, 3))


def test_values_after_the_quarter_are_not_shown(catalogue: Catalogue) -> None:
    fetch(catalogue, "employment_rate", Month(2026, 7))
    assert outside_tables(catalogue, Quarter(2026, 2)) == {}
    with pytest.raises(KeyError):
        cells(catalogue, "48", Quarter(2026, 2))
