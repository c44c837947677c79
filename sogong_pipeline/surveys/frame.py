"""Read the workplaces of flagged districts from the lake, present and departed, as placed for the edition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.sql_engine import Engine, query

MOVEMENT = """
    CREATE VIEW movement AS SELECT
        NULL::VARCHAR AS workplace_id, NULL::VARCHAR AS direction, NULL::VARCHAR AS district_id,
        NULL::VARCHAR AS kind, NULL::INTEGER AS subscribers, NULL::VARCHAR AS data_month
    WHERE false
"""
"""Empty movements for a quarter without consecutive months."""
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Frame:
    """Workplaces of flagged districts.

    Attributes:
        members: Rows of sql/surveys/survey_member.
        exits: Rows of sql/surveys/survey_exit.
        months: Number of loaded months of the quarter.
        months_before: Number of loaded months of the same quarter a year before.
    """

    members: Rows
    exits: Rows
    months: int
    months_before: int


def read_frame(
    catalogue: Catalogue, edition: Partition, quarter: Quarter, scopes: Mapping[str, str]
) -> Frame:
    """Read the workplaces of some districts under the registry and the evidence of an edition.

    Args:
        catalogue: the lake.
        edition: the edition whose districts are surveyed.
        quarter: its quarter.
        scopes: scope of the change on the year by district, `all` or `corporations`.

    Raises:
        RefusedError: when the lake no longer has the placed months of the edition.
    """
    vintages = {Month.parse(month): vintage for month, vintage in edition.facts["months"].items()}
    districts = str(edition.manifest["inputs"]["districts"])
    now = [month for month in quarter.months if month in vintages]
    before = [month for month in quarter.shift(-4).months if month in vintages]
    near = [month for month in (now[0].shift(-1), *now) if month in vintages]

    def path(layer: str, table: str, month: Month, *more: str) -> Path:
        partition = catalogue.lake.find(layer, str(month), vintages[month], *more)
        if partition is None:
            raise RefusedError(
                f"{layer} of {month} is not as edition {edition.folder.name} of {quarter} used it; run "
                f"`sogong propose {quarter}` and draw again"
            )
        return partition.path(table)

    def members(months: Sequence[Month]) -> list[Path]:
        return [path("matched", "district_member", month, districts) for month in months]

    movements = [
        path("moved", "movement", month, districts, vintages[month.shift(-1)])
        for month in now
        if month.shift(-1) in vintages
    ]
    with catalogue.lake.workspace() as workspace, Engine(workspace) as engine:
        engine.view("member_now", members(now))
        engine.view("member_before", members(before or now))
        engine.view("district_member", members(near))
        engine.view("workplace", [path("staged", "workplace", month) for month in near])
        if movements:
            engine.view("movement", movements)
        else:
            engine.execute(MOVEMENT)
        names = sorted(scopes)
        engine.connection.register(
            "flagged",
            pa.table(
                {
                    "district_id": pa.array(names, pa.string()),
                    "scope": pa.array([scopes[name] for name in names], pa.string()),
                }
            ),
        )
        engine.variables({"last_month": str(now[-1])})
        return Frame(
            engine.rows(query("surveys", "survey_member")),
            engine.rows(query("surveys", "survey_exit")),
            len(now),
            len(before),
        )
