"""What a run's note says of a month, a quarter, or reports; `listeners.py` puts it where Airflow shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sogong_pipeline.errors import counted

if TYPE_CHECKING:
    from sogong_pipeline.lake.partitions import Partition
    from sogong_pipeline.periods import Month, Quarter
    from sogong_pipeline.steps.installation import Installation

KEY = "note"
"""The key of the XCom by which a task adds to the note of its run."""

FAILURE = "failure"
"""The key of the XCom by which a failed task leaves its line for the note of its run."""

HEADING = "**This run:**"
"""What the scheduler's lines begin with; what stands before them in a note somebody wrote."""


def month_note(installation: Installation, month: Month, quality: str) -> str:
    """Rows, quarantine, the gate's result and the districts of the file of a month that came last.

    Args:
        installation: the installation.
        month: the data month.
        quality: the folder of the quality pages.
    """
    from sogong_pipeline.renderers.registry import file_name  # noqa: PLC0415 - parsing must not import it

    vintages = installation.vintages(month)
    staged = installation.lake.find("staged", str(month), vintages[0]) if vintages else None
    if staged is None:
        return f"{month}: nothing new is in"
    rows, kept, quarantined = (staged.facts[name] for name in ("rows", "staged_rows", "quarantined_rows"))
    lines = [
        f"{month}, vintage {vintages[0]}: {rows:,} rows = {kept:,} staged + {quarantined:,} in quarantine"
    ]
    checked = installation.lake.find("checked", str(month), vintages[0])
    if checked is not None:
        from sogong_pipeline.quality.standing import standing  # noqa: PLC0415 - parsing must not import it

        found, warned = standing(installation, month, vintages[0]), checked.facts["failed_warning"]
        stopped = f"the gate stopped it: {', '.join(found.stopping)}"
        lines.append(stopped if found.stopping else "the gate let it pass")
        lines += [f"held until a person accepts it: {', '.join(found.holding)}"] if found.holding else []
        lines += [f"{counted(len(warned), 'warning')}: {'; '.join(warned)}"] if warned else []
        lines.append(f"quality page: {quality}/{file_name(str(month))}")
    in_force = installation.vintage_of(month)
    if in_force != vintages[0]:
        other = f"; file {in_force} of before counts" if in_force else ""
        return "\n\n".join([*lines, f"not measured{other}"])
    from sogong_pipeline.districts.loaded import measured_in_force  # noqa: PLC0415 - parsing must not import it

    measured = measured_in_force(installation, month)
    if measured is not None:
        lines.append(
            f"{measured.facts['matched']:,} workplaces in districts, {measured.facts['ambiguous']:,} ambiguous"
        )
    lines.append(f"then: [the stages of {month.quarter}](/dags/propose_stages)")
    return "\n\n".join(lines)


def quarter_note(quarter: Quarter, edition: Partition, proposals: Partition) -> str:
    """The edition of a quarter, how many districts in each stage, and the months it lacks."""
    missing = [str(month) for month in quarter.months if str(month) not in edition.facts["months"]]
    stages = ", ".join(f"{count:,} {stage}" for stage, count in proposals.facts["stages"].items())
    partial = f"; *partial* without {', '.join(missing)}" if missing else ""
    return f"{quarter}, edition {edition.folder.name}: {stages}{partial}"
