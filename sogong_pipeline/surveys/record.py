"""Record the answers of a returned list permanently, all or none, and write the reply to its sender."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any, Literal

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, Built, Partition, sha256_of
from sogong_pipeline.periods import Quarter
from sogong_pipeline.surveys.answer import STEP, Answer, rows_of, write_answers
from sogong_pipeline.surveys.checking import Checked, check
from sogong_pipeline.surveys.wording import words

State = Literal["refused", "accepted", "recorded", "rejected"]


@dataclass(frozen=True)
class Recorded:
    """Rows added by one list."""

    rows: list[Answer]
    is_new: bool

    @property
    def facts(self) -> dict[str, Any]:
        """Office, people and counts of the recording."""
        first = self.rows[0]
        return {
            "office": first.office_code,
            "quarter": first.quarter,
            "draw": first.draw,
            "rows": len(self.rows),
            "answered": sum(row.outcome == "answered" for row in self.rows),
            "replacing": sum(row.replaces is not None for row in self.rows),
        }


def record(catalogue: Catalogue, file: Path, confirmed_by: str, quarter: Quarter | None = None) -> Recorded:
    """Record a returned list that a person confirmed; idempotent for the same file.

    Args:
        catalogue: the installation.
        file: the returned list.
        confirmed_by: name of the person.
        quarter: the quarter of its inbox; None takes the list's own.

    Raises:
        RefusedError: when validation finds a problem; nothing is recorded.
    """
    known = recording_of(catalogue, sha256_of(file))
    if known is not None:
        return Recorded(rows_of(known), False)
    checked = check(catalogue.lake, file, catalogue.settings.clock().date(), quarter)
    sheet = checked.sheet
    if checked.problems or sheet is None:
        raise RefusedError(f"{file.name}: {' / '.join(checked.problems)}")
    number = 1 + len(catalogue.lake.partitions(STEP, sheet.quarter, sheet.office_code))
    now = catalogue.now()

    def build(folder: Path) -> Built:
        write_answers(_rows(checked, number, confirmed_by, now), folder / "survey_answer.parquet")
        copyfile(file, folder / "sheet.xlsx")
        return Built(
            {"survey_answer": folder / "survey_answer.parquet", "sheet": folder / "sheet.xlsx"},
            {"draw": checked.draw, "confirmed_by": confirmed_by},
        )

    partition, _ = catalogue.lake.ensure(
        STEP,
        (sheet.quarter, sheet.office_code, f"{number:04d}-{checked.sha256[:SHORT]}"),
        inputs={"file": checked.sha256, "sheet": sheet.digest},
        recorded_at=now,
        build=build,
    )
    return Recorded(rows_of(partition), True)


def recording_of(catalogue: Catalogue, sha256: str) -> Partition | None:
    """Return the recording of a file, by the digest of its bytes; None if not recorded."""
    lake = catalogue.lake
    for quarter in lake.children(STEP):
        for office in lake.children(STEP, quarter):
            for name in lake.children(STEP, quarter, office):
                if name.endswith(sha256[:SHORT]):
                    return lake.find(STEP, quarter, office, name)
    return None


def reply(checked: Checked, name: str, state: State, note: str = "") -> str:
    """Build the reply to the sender of one file: every problem at once, ready to send.

    Args:
        checked: result of the validation.
        name: name of the returned file.
        state: outcome for the file.
        note: remark of the person in charge.
    """
    wording, sheet = words()["answer"], checked.sheet
    lines = [f"받은 파일: {name}"]
    if sheet:
        lines.append(f"조사 목록: {sheet.office.name}({words()['sheet']['number']} {sheet.number})")
    lines += ["", wording[state]]
    if note:
        lines.append(f"담당자의 말: {note}")
    if checked.problems:
        lines += ["", f"고칠 곳 {len(checked.problems)}가지", ""]
        lines += [f"{number}. {problem}" for number, problem in enumerate(checked.problems, start=1)]
    if state in {"refused", "rejected"}:
        lines += ["", wording["nothing"]]
    return "\n".join(lines) + "\n"


def _rows(checked: Checked, number: int, confirmed_by: str, recorded_at: str) -> Iterator[Answer]:
    sheet = checked.sheet
    if sheet is None:
        raise ValueError("a list without problems has an identified sheet")
    for filling in checked.fillings:
        yield Answer(
            quarter=sheet.quarter,
            draw=checked.draw,
            office_code=sheet.office_code,
            target_id=filling.visit.target_id,
            workplace_id=filling.visit.workplace_id,
            number=number,
            outcome=filling.outcome,
            visited_on=filling.visited_on,
            **filling.values,
            replaces=filling.replaces.number if filling.replaces else None,
            answered_by=checked.answered_by,
            confirmed_by=confirmed_by,
            recorded_at=recorded_at,
            sheet_sha256=checked.sha256,
        )
