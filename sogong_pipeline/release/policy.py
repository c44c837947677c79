"""Which tables and columns go out, as `policy.yaml` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sogong_pipeline.warehouse.tables import schemas


@dataclass(frozen=True)
class Policy:
    """The policy.

    Attributes:
        tables: The tables that go out, in the order of the data package.
        withheld: Tables of the warehouse that do not, with the reason.
        left_out: Columns that never go out, by table, with the reason.
        closed: Columns that go out with an open or simulated registry only, by table.
        addresses: Where the CSV of a table lies when not in `data/`.
    """

    tables: tuple[str, ...]
    withheld: Mapping[str, str]
    left_out: Mapping[str, Mapping[str, str]]
    closed: Mapping[str, Sequence[str]]
    addresses: Mapping[str, str]

    def columns(self, table: str, *, is_open: bool) -> list[dict[str, Any]]:
        """The columns of a table that go out, as its schema describes them.

        Raises:
            ValueError: for a table that does not go out.
        """
        schema = schemas()[table]
        if table not in self.tables or schema.get("lake_only"):
            raise ValueError(f"{table} does not go out")
        absent = {*self.left_out.get(table, ()), *(() if is_open else self.closed.get(table, ()))}
        return [column for column in schema["columns"] if column["name"] not in absent]

    def address(self, table: str) -> str:
        """Where the CSV of a table lies below the release."""
        return self.addresses.get(table, f"data/{table}.csv")


@cache
def policy() -> Policy:
    """Read the policy."""
    read = yaml.safe_load((Path(__file__).parent / "policy.yaml").read_text(encoding="utf-8"))
    return Policy(
        tuple(read["tables"]), read["withheld"], read["left_out"], read["closed"], read["addresses"]
    )
