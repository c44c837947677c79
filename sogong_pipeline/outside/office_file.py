"""The office's own sales and arrears: a documented table by district or 시군구 and month, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.districts.problems import Problems, read_table
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.outside.areas import Area, area_called, sigungu_area
from sogong_pipeline.outside.indicator import FILE, Indicator, indicators
from sogong_pipeline.outside.values import DECIMALS, Added, Value, add
from sogong_pipeline.periods import Month

COLUMNS = ("indicator", "area", "month", "value", "unit", "source")
PAGE = "docs/outside.md"
NUMBER = re.compile(r"-?\d{1,14}(\.\d{1,6})?")


def load_file(catalogue: Catalogue, path: Path) -> list[Added]:
    """Store a file of the office; idempotent for known values, a changed value is a new vintage.

    Args:
        catalogue: the installation.
        path: CSV (UTF-8 or CP949) or XLSX.

    Raises:
        RefusedError: when validation fails: every problem with row, column and value; nothing is stored then.
    """
    by_indicator: dict[str, list[Value]] = {}
    for value in read_file(catalogue, path):
        by_indicator.setdefault(value.indicator, []).append(value)
    return [add(catalogue, name, values, {"file": path}) for name, values in sorted(by_indicator.items())]


def read_file(catalogue: Catalogue, path: Path) -> list[Value]:
    """Return the values of a file; see `load_file`."""
    problems = Problems("correct the file and load it again, nothing was changed")
    known = {name: one for name, one in indicators().items() if one.service == FILE}
    registry = registry_in_force(catalogue)
    districts = {one.district_id: one.sigungu_code for one in registry.districts} if registry else {}
    values: list[Value] = []
    rows_by_key: dict[tuple[str, ...], int] = {}
    for number, row in read_table(path, COLUMNS, problems, PAGE):
        indicator = known.get(row["indicator"])
        area = _area(row["area"], districts)
        month = _month(row["month"])
        complaints = [
            *([] if indicator else [f"indicator {row['indicator']!r} is not one of {', '.join(known)}"]),
            *([] if area else [_unknown(row["area"], bool(districts))]),
            *([] if month else [f"month {row['month']!r} is not a month such as 2026-09"]),
            *(
                []
                if NUMBER.fullmatch(row["value"].replace(",", ""))
                else [f"value {row['value']!r} is not a number"]
            ),
            *([] if row["source"] else ["source is empty; name the publisher"]),
            *(
                [f"unit {row['unit']!r} is not one of {', '.join(indicator.units)}"]
                if indicator and row["unit"] not in indicator.units
                else []
            ),
        ]
        if indicator and area and month:
            key = (indicator.id, area.level, area.code, str(month))
            if (first := rows_by_key.setdefault(key, number)) != number:
                complaints.append(f"the same indicator, area and month as row {first}")
        for complaint in complaints:
            problems.add(path.name, complaint, number)
        if indicator and area and month and not complaints:
            values.append(_value(indicator, area, month, row))
    if not values and not problems:
        problems.add(path.name, f"it has no rows; see {PAGE}")
    problems.refuse()
    return values


def _area(text: str, districts: Mapping[str, str]) -> Area | None:
    """Return a district of the registry in force, or a 시군구 by code or name."""
    if text in districts:
        sigungu = sigungu_area(districts[text])
        return Area("district", text, sigungu.sido_code if sigungu else districts[text][:2])
    return sigungu_area(text) or area_called(text, "sigungu")


def _unknown(text: str, has_registry: bool) -> str:
    districts = (
        "not a district of the registry in force"
        if has_registry
        else "not a district, as no registry is loaded"
    )
    return f"area {text!r} is {districts}, nor a 시군구 such as 48123 or 경상남도 창원시 성산구"


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text)
    except RefusedError:
        return None


def _value(indicator: Indicator, area: Area, month: Month, row: Mapping[str, str]) -> Value:
    value = Decimal(row["value"].replace(",", "")) * indicator.units[row["unit"]]
    return Value(
        indicator=indicator.id,
        level=area.level,
        area_code=area.code,
        sido_code=area.sido_code,
        area_name=row["area"],
        data_month=str(month),
        value=round(value, DECIMALS),
        unit=indicator.unit,
        source=row["source"],
    )
