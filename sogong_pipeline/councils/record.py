"""Record the decisions of a council, permanently in the lake and in the warehouse, in one step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

from sogong_pipeline.councils.checking import Checked, check
from sogong_pipeline.decisions.decision import STEP, Decision, rows_of, write_decisions
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, Built, Partition, sha256_of
from sogong_pipeline.warehouse.load import Warehouse


@dataclass(frozen=True)
class Recorded:
    """Rows added by one sheet."""

    rows: list[Decision]
    is_new: bool

    @property
    def facts(self) -> dict[str, Any]:
        """Office, people and counts of the recording."""
        first = self.rows[0]
        return {
            "office": first.office_code,
            "period": first.period,
            "quarter": first.quarter,
            "kind": first.kind,
            "rows": len(self.rows),
            "differing": sum(row.differs for row in self.rows),
        }


def record(warehouse: Warehouse, file: Path, confirmed_by: str, period: HalfYear | None = None) -> Recorded:
    """Record a returned sheet that a person confirmed; idempotent for the same sheet.

    The sheet is validated here again, under the lock of the only writer, against everything recorded since it was shown
    to the person. The lake comes first; if the warehouse fails after it, the same call, or `sogong warehouse rebuild`,
    loads the rows from the lake.

    Args:
        warehouse: of the installation.
        file: the returned sheet.
        confirmed_by: name of the person.
        period: the period of its inbox; None takes the sheet's own.

    Raises:
        RefusedError: when validation finds a problem; nothing is recorded.
    """
    catalogue, sha256 = warehouse.catalogue, sha256_of(file)
    with warehouse.database.writing() as connection:
        known = recording_of(warehouse, sha256)
        if known is None:
            checked = check(catalogue.lake, file, catalogue.settings.clock().date(), period)
            if checked.problems or checked.sheet is None:
                raise RefusedError(f"{file.name}: {' / '.join(checked.problems)}")
            partition = _keep(warehouse, checked, file, confirmed_by)
        else:
            partition = known
        warehouse.load_decisions(connection, partition)
    return Recorded(rows_of(partition), known is None)


def recording_of(warehouse: Warehouse, sha256: str) -> Partition | None:
    """Return the recording of a file, by the digest of its bytes; None if not recorded."""
    lake = warehouse.catalogue.lake
    for period in lake.children(STEP):
        for office in lake.children(STEP, period):
            for name in lake.children(STEP, period, office):
                if name.endswith(sha256[:SHORT]) and (partition := lake.find(STEP, period, office, name)):
                    return partition
    return None


def _keep(warehouse: Warehouse, checked: Checked, file: Path, confirmed_by: str) -> Partition:
    """Write the rows and their sheet to the lake; existing partitions are never overwritten."""
    sheet, catalogue = checked.sheet, warehouse.catalogue
    if sheet is None:
        raise ValueError("a sheet without problems is identified")
    number = 1 + len(catalogue.lake.partitions(STEP, sheet.period, sheet.office_code))
    now = catalogue.now()

    def build(folder: Path) -> Built:
        write_decisions(_rows(checked, number, confirmed_by, now), folder / "decision.parquet")
        copyfile(file, folder / "sheet.xlsx")
        facts = {
            "quarter": sheet.quarter,
            "edition": sheet.edition,
            "kind": checked.kind,
            "confirmed_by": confirmed_by,
        }
        return Built({"decision": folder / "decision.parquet", "sheet": folder / "sheet.xlsx"}, facts)

    partition, _ = catalogue.lake.ensure(
        STEP,
        (sheet.period, sheet.office_code, f"{number:04d}-{checked.sha256[:SHORT]}"),
        inputs={"file": checked.sha256, "sheet": sheet.digest, "edition": sheet.edition},
        recorded_at=now,
        build=build,
    )
    return partition


def _rows(checked: Checked, number: int, confirmed_by: str, recorded_at: str) -> Iterator[Decision]:
    sheet = checked.sheet
    if sheet is None or checked.decided_on is None:
        raise ValueError("a sheet without problems is identified and has a day of decision")
    for judged in checked.judged:
        yield Decision(
            district_id=judged.line.district_id,
            period=sheet.period,
            number=number,
            office_code=sheet.office_code,
            quarter=sheet.quarter,
            edition=sheet.edition,
            proposed_stage=judged.line.stage,
            stage=judged.stage,
            kind=checked.kind,
            reason=judged.reason,
            replaces=judged.replaces.number if judged.replaces else None,
            decided_on=checked.decided_on,
            decided_by=checked.decided_by,
            confirmed_by=confirmed_by,
            recorded_at=recorded_at,
            sheet=sheet.number,
            sheet_sha256=checked.sha256,
        )
