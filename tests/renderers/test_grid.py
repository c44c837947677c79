"""Widths of columns: a table wider than the page takes its room from long texts alone."""

from __future__ import annotations

import pytest

from sogong_pipeline.pages.parts import Cell, Column, Row, Table
from sogong_pipeline.pages.widths import text_width
from sogong_pipeline.renderers.grid import PAGE, widths

LONG = "가상부 고시 2020-18 (2020-02-19, 시행 2020-02-25); 선정 보도 2019-09-05 (가상일보 7756, 201909060242)"
DATE, STATE = "2020-02-05", "계획기간 종료"


def table(texts: tuple[str, ...]) -> Table:
    columns = tuple(Column(f"열{place}") for place in range(len(texts)))
    return Table("table", "표", columns, (Row(tuple(Cell(text) for text in texts)),) * 2)


@pytest.mark.parametrize("longs", [1, 2, 3, 4])
def test_dates_and_short_texts_keep_their_line(longs: int) -> None:
    found = widths(table((*(LONG,) * longs, DATE, STATE)))
    assert found[-2] > text_width(DATE, 1)
    assert found[-1] > text_width(STATE, 1)
    assert sum(found) <= PAGE or longs == 4
    assert len({round(width, 6) for width in found[:longs]}) == 1


def test_a_table_that_fits_is_as_wide_as_it_wants() -> None:
    alone = widths(table((DATE,)))[0]
    assert widths(table((DATE,) * 6)) == pytest.approx([alone] * 6)
