"""Truth of the simulated country: its shocks, and the district of every workplace."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from country.addresses import AddressBook
from country.crises import Crises
from country.districts import District
from country.lives import Event
from country.names import load_name_book
from country.places import Places
from country.population import MonthRows
from country.shocks import Shock
from country.workplaces import Integers, Workplaces


def write_truth(
    path: Path, parameters: dict[str, Any], shocks: list[Shock], districts: list[District]
) -> None:
    """Write the shocks and the parameters of the country as JSON."""
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


def write_losses(path: Path, crises: Crises, districts: list[District]) -> None:
    """Write the losses of every crisis in its district by month, in percent of the level when it began."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ("month", "district_id", "kind", "workplaces_lost_pct", "workers_lost_pct", "payroll_lost_pct")
        )
        for loss in crises.losses:
            shares = (f"{100 * share:.2f}" for share in (loss.workplaces, loss.workers, loss.payroll))
            writer.writerow((loss.month, districts[loss.district].district_id, loss.kind, *shares))


class Members:
    """Every workplace that was in any file, and its true district when it first was.

    Args:
        districts: The districts.
        places: The ground.
        addresses: The address book.
    """

    def __init__(self, districts: list[District], places: Places, addresses: AddressBook) -> None:
        self._ids = pa.array([district.district_id for district in districts], pa.string())
        self._places = places
        self._addresses = addresses
        self._tables: list[pa.Table] = []
        self._noted = np.zeros(load_name_book().capacity, dtype=bool)

    def __len__(self) -> int:
        return sum(table.num_rows for table in self._tables)

    def district_ids(self, who: Workplaces) -> pa.StringArray:
        """The true district of each workplace, null outside."""
        return self._ids.take(pa.array(who.district, mask=who.district == len(self._ids)))

    def add(self, rows: MonthRows) -> None:
        """Add the workplaces that are in a file for the first time."""
        unknown = np.flatnonzero(~self._noted[rows.who.serial])
        _, first = np.unique(rows.who.serial[unknown], return_index=True)
        who = rows.who.take(unknown[first])
        self._noted[who.serial] = True
        place = pa.array(self._addresses.place_of(who.address))
        names = load_name_book().names(who.name, who.style, who.trade, quoted=False)
        table = {
            "workplace_serial": pa.array(who.serial),
            "workplace_name": pa.array([name.decode("cp949") for name in names.to_pylist()], pa.string()),
            "business_number_prefix": pc.cast(pa.array(who.prefix), pa.string()),
            "legal_form": pa.array(who.form),
            "district_id": self.district_ids(who),
            "legal_dong_code": pa.array(self._places.legal_dong_code).take(place),
            "postal_code": pa.array(self._places.postal_code).take(place),
            "first_month": pa.repeat(pa.scalar(str(rows.month)), who.serial.size),
        }
        self._tables.append(pa.table(table))

    def write(self, path: Path) -> None:
        """Write the members as Parquet, ordered by serial number."""
        pq.write_table(pa.concat_tables(self._tables).sort_by("workplace_serial"), path)

    def write_rows(self, path: Path, rows: MonthRows, doubled: Integers) -> None:
        """Write the workplace of every row of a month's file, in the file's order, and its true district then."""
        order = pa.array(np.append(np.arange(rows.who.serial.size), doubled))
        table = {
            "row_number": pa.array(np.arange(1, len(order) + 1)),
            "workplace_serial": pa.array(rows.who.serial).take(order),
            "district_id": self.district_ids(rows.who).take(order),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(table), path, compression="zstd")


def write_events(path: Path, events: list[Event]) -> None:
    """Write the events of workplaces: month, serial number, and one of the kinds of `lives`."""
    table = {
        "data_month": pa.concat_arrays([pa.repeat(pa.scalar(str(e.month)), e.serial.size) for e in events]),
        "workplace_serial": np.concatenate([event.serial for event in events]),
        "kind": pa.concat_arrays([pa.repeat(pa.scalar(e.kind), e.serial.size) for e in events]),
    }
    pq.write_table(pa.table(table), path, compression="zstd")
