"""What is true of the simulated country: its shocks, and which workplace lies in which district."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sogong_pipeline.simulator.districts import District
from sogong_pipeline.simulator.names import load_name_book
from sogong_pipeline.simulator.places import VARIANTS, Places
from sogong_pipeline.simulator.population import MonthRows
from sogong_pipeline.simulator.shocks import Shock
from sogong_pipeline.simulator.workplaces import Integers


def write_truth(
    path: Path, parameters: dict[str, Any], shocks: list[Shock], districts: list[District]
) -> None:
    """Write the shocks and what the country was made with as JSON."""
    entries = [
        {
            "district_id": districts[shock.district].district_id,
            "kind": shock.kind,
            "size_pct": -shock.size_pct,
            "effects_pct": shock.effects_pct,
            "from_month": str(shock.first_month),
            "months_to_full": shock.months_to_full,
            "full_month": str(shock.full_month),
        }
        for shock in shocks
    ]
    text = json.dumps({**parameters, "shocks": entries}, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


class Members:
    """Every workplace that was in any file, and its true district.

    Args:
        districts: The districts.
        places: The ground.
        used_places: Places in the order of the address book.
    """

    def __init__(self, districts: list[District], places: Places, used_places: Integers) -> None:
        self._districts = districts
        self._places = places
        self._used_places = used_places
        self._tables: list[pa.Table] = []
        self._noted = np.zeros(load_name_book().capacity, dtype=bool)

    def __len__(self) -> int:
        return sum(table.num_rows for table in self._tables)

    def add(self, rows: MonthRows) -> None:
        """Note the workplaces that are in a file for the first time."""
        who = rows.who.take(np.flatnonzero(~self._noted[rows.who.serial]))
        self._noted[who.serial] = True
        place = pa.array(self._used_places[who.address // VARIANTS])
        names = load_name_book().names(who.serial, who.style, who.trade, quoted=False)
        ids = pa.array([district.district_id for district in self._districts])
        table = {
            "workplace_serial": pa.array(who.serial),
            "workplace_name": pa.array([name.decode("cp949") for name in names.to_pylist()], pa.string()),
            "business_number_prefix": pc.cast(pa.array(who.prefix), pa.string()),
            "legal_form": pa.array(who.form),
            "district_id": ids.take(pa.array(who.district, mask=who.district == len(self._districts))),
            "legal_dong_code": pa.array(self._places.legal_dong_code).take(place),
            "postal_code": pa.array(self._places.postal_code).take(place),
            "first_month": pa.repeat(pa.scalar(str(rows.month)), who.serial.size),
        }
        self._tables.append(pa.table(table))

    def write(self, path: Path) -> None:
        """Write the members as Parquet, ordered by serial number."""
        pq.write_table(pa.concat_tables(self._tables).sort_by("workplace_serial"), path)
