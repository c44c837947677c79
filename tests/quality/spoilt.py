"""For each expectation a month that breaks it; `tests/quality/test_gate.py` tries them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tests.quality.months import CEILING, DONGS, MONTH, PLACE, Rows, changed, month, without

LARGE = 12_000
"""Rows from which shares by 시도 and rare rows are looked at."""


def unchanged(rows: Rows) -> Rows:
    return rows


@dataclass(frozen=True)
class Spoilt:
    """A bad month.

    Attributes:
        rows: What is done to the rows of a good one.
        body: What is done to the published bytes.
        columns: What is done to the staged table: faults that staging lets through only by a mistake of ours.
        before: What is done to the rows of the month before.
        count: How many rows it has.
        alone: Whether the month before is not in.
        also: Other checks that must object to the same fault.
    """

    rows: Callable[[Rows], Rows] = unchanged
    body: Callable[[bytes], bytes] | None = None
    columns: Callable[[pa.Table], pa.Table] | None = None
    before: Callable[[Rows], Rows] | None = None
    count: int = 1_000
    alone: bool = False
    also: tuple[str, ...] = ()


def both(*changes: Callable[[Rows], Rows]) -> Callable[[Rows], Rows]:
    """One change after the other."""

    def change(rows: Rows) -> Rows:
        for each in changes:
            rows = each(rows)
        return rows

    return change


def moved(count: int, to: str, where: str = "") -> Callable[[Rows], Rows]:
    """So many rows in another 시도."""
    return changed(count, where, sido_code=to, legal_dong_code=DONGS[to])


def heads(count: int, subscribers: int, where: str = "") -> Callable[[Rows], Rows]:
    """Other subscribers at the same pay."""
    return changed(count, where, subscribers=str(subscribers), billed_amount_krw=str(subscribers * 250_000))


def swapped_people(pairs: int, where: str = "") -> Callable[[Rows], Rows]:
    """So many pairs of workplaces of which one has most people of both, at the same pay."""

    def change(rows: Rows) -> Rows:
        mine = [cells for cells in rows if where in ("", cells[PLACE["sido_code"]])]
        for number, cells in enumerate(mine[1 : 2 * pairs + 1]):  # the first bills at the ceiling
            subscribers = 4 if number % 2 else 16
            cells[PLACE["subscribers"]] = str(subscribers)
            cells[PLACE["billed_amount_krw"]] = str(subscribers * 250_000)
        return rows

    return change


def renamed(count: int, where: str = "") -> Callable[[Rows], Rows]:
    """So many rows under names nobody had, the same firms otherwise."""

    def change(rows: Rows) -> Rows:
        left = count
        for cells in rows:
            if left and (not where or cells[PLACE["sido_code"]] == where):
                left -= 1
                cells[PLACE["workplace_name"]] = f"다른{cells[PLACE['workplace_name']]}"
        return rows

    return change


def as_before(where: str = "") -> Callable[[Rows], Rows]:
    """Who joined in the month before, under this month's name."""

    def change(rows: Rows) -> Rows:
        for cells, then in zip(rows, month(len(rows), MONTH.shift(-1)), strict=True):
            if where in ("", cells[PLACE["sido_code"]]):
                cells[PLACE["joined"]] = then[PLACE["joined"]]
        return rows

    return change


def first(name: str, value: Any) -> Callable[[pa.Table], pa.Table]:
    """Another value in the first row of a staged column."""

    def change(table: pa.Table) -> pa.Table:
        field = table.schema.field(name)
        column = pa.array([value, *table[name].to_pylist()[1:]], field.type)
        return table.set_column(table.schema.get_field_index(name), field, column)

    return change


SPOILT = {
    "workplace_name_missing": Spoilt(changed(1, workplace_name="")),
    "business_number_prefix_form": Spoilt(
        changed(20, business_number_prefix="12-345"), also=("nation_usable_kept", "sido_usable_kept")
    ),
    "status_known": Spoilt(columns=first("status", 3)),
    "legal_form_known": Spoilt(columns=first("legal_form", 3)),
    "legal_dong_code_form": Spoilt(changed(1, "11", legal_dong_code="11110101001")),
    "legal_dong_code_missing": Spoilt(
        changed(30, legal_dong_code="0"), also=("nation_usable_kept", "sido_usable_kept", "nation_same_share")
    ),
    "postal_code_form": Spoilt(
        changed(30, postal_code="12-34"), also=("nation_usable_kept", "sido_usable_kept", "nation_same_share")
    ),
    "industry_code_form": Spoilt(
        changed(60, industry_code="2922011"),
        also=("nation_usable_kept", "sido_usable_kept", "nation_same_share"),
    ),
    "industry_division_known": Spoilt(changed(20, industry_code="462201")),
    "subscribers_range": Spoilt(heads(1, 300_001), also=("corporate_subscribers_to_month_before",)),
    "columns_amiss": Spoilt(columns=lambda table: table.drop_columns(["joined"])),
    "counted_workplaces": Spoilt(
        changed(1_000, status="2"),
        also=(
            "corporations_to_month_before",
            "flagged_share",
            "nation_found_share",
            "sido_found_least",
        ),
    ),
    "rows_of_a_first_month": Spoilt(alone=True),
    "quarantined_share": Spoilt(changed(20, joined="x"), also=("quarantined_share_small",)),
    "quarantined_share_small": Spoilt(changed(2, joined="x")),
    "duplicate_share": Spoilt(lambda rows: [*rows, rows[-1]]),
    "flagged_share": Spoilt(changed(20, subscribers="0", billed_amount_krw="0")),
    "odd_amount_share": Spoilt(changed(5, billed_amount_krw="2500010")),
    "unreadable_share": Spoilt(body=lambda body: body.replace("가상상사1".encode("cp949"), b"A\xffB", 5)),
    "above_ceiling_share": Spoilt(changed(5, billed_amount_krw=str(10 * CEILING + 20))),
    "below_floor_share": Spoilt(changed(20, billed_amount_krw="20000")),
    "at_ceiling_share": Spoilt(heads(LARGE, 10), count=LARGE),
    "pay_to_month_before": Spoilt(changed(1_000, billed_amount_krw="2760000")),
    "corporations_to_month_before": Spoilt(
        lambda rows: heads(150, 20)(rows[:850]), also=("nation_found_share",)
    ),
    "corporate_subscribers_to_month_before": Spoilt(heads(1_000, 12)),
    "sidos": Spoilt(moved(1_000, "41"), also=("nation_same_share", "sido_same_share")),
    "unknown_sido_share": Spoilt(changed(20, "41", sido_code="99"), also=("code_disagreement_share",)),
    "unknown_sigungu_share": Spoilt(changed(20, "41", legal_dong_code="4199910100")),
    "unknown_legal_dong_share": Spoilt(
        changed(40, "41", legal_dong_code="4111199900"), also=("nation_same_share", "sido_same_share")
    ),
    "code_disagreement_share": Spoilt(changed(5, "41", sido_code="11")),
    "enrolled_later_share": Spoilt(changed(5, enrolled_on="2022-05-01")),
    "sido_corporations_to_month_before": Spoilt(
        both(without(200, "48"), heads(200, 20, "48")),
        count=LARGE,
        also=("sido_corporations_to_month_before_small", "sido_found_share"),
    ),
    "sido_corporations_to_month_before_small": Spoilt(
        both(without(60, "48"), heads(60, 20, "48")), count=LARGE
    ),
    "sido_subscribers_to_month_before": Spoilt(
        heads(300, 3, "48"),
        count=LARGE,
        also=("sido_subscribers_to_month_before_small", "sido_near_share"),
    ),
    "sido_subscribers_to_month_before_small": Spoilt(heads(80, 3, "48"), count=LARGE),
    "sido_workplace_share_least": Spoilt(
        both(moved(115, "41", "50"), heads(9, 100, "50")), count=LARGE, also=("sido_same_share",)
    ),
    "sido_workplace_share_most": Spoilt(moved(130, "36", "41"), count=LARGE),
    "sido_subscriber_share_least": Spoilt(heads(LARGE, 1, "50"), count=LARGE, also=("sido_near_share",)),
    "sido_subscriber_share_most": Spoilt(heads(LARGE, 30, "36"), count=LARGE, also=("sido_near_share",)),
    "column_usable_least": Spoilt(
        changed(1_000, road_address=" "), alone=True, also=("rows_of_a_first_month",)
    ),
    "nation_usable_kept": Spoilt(changed(11, "11", industry_code="999999")),
    "sido_usable_kept": Spoilt(changed(6, "26", industry_code="999999")),
    "nation_same_share": Spoilt(changed(25, postal_code="12346")),
    "sido_same_share": Spoilt(changed(12, "26", postal_code="12346")),
    "nation_found_share": Spoilt(renamed(120)),
    "sido_found_share": Spoilt(renamed(200, "48"), count=LARGE),
    "sido_found_least": Spoilt(renamed(20, "43")),
    "nation_changed_share": Spoilt(as_before()),
    "sido_changed_share": Spoilt(as_before("11"), count=LARGE),
    "nation_near_share": Spoilt(swapped_people(90)),
    "sido_near_share": Spoilt(swapped_people(150, "48"), count=LARGE),
    "moving_share": Spoilt(changed(1_000, joined="0", departed="0"), also=("sido_moving_least",)),
    "sido_moving_least": Spoilt(changed(1_000, "11", joined="0", departed="0")),
    "withdrawn_to_month_before": Spoilt(
        before=changed(10, status="2", subscribers="0", billed_amount_krw="0")
    ),
    "newly_enrolled_to_month_before": Spoilt(before=changed(10, enrolled_on="2022-03-15")),
}
