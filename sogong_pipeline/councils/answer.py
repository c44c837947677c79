"""Reply to an officer about a returned sheet: one text with every problem, ready to send."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sogong_pipeline.councils.checking import Checked
from sogong_pipeline.councils.wording import texts
from sogong_pipeline.lake.store import write_atomically

State = Literal["refused", "accepted", "recorded", "rejected"]
SUFFIX = ".답변.txt"
"""Suffix of the reply's file name, after that of the sheet."""


def answer(checked: Checked, name: str, state: State, note: str = "") -> str:
    """Build the reply about one file.

    Args:
        checked: result of the validation.
        name: name of the returned file.
        state: outcome for the file.
        note: remark of the person in charge.
    """
    sheet = checked.sheet
    lines = [f"받은 파일: {name}"]
    if sheet:
        lines.append(
            f"의결표: {sheet.office.name}, {sheet.half_year.said}({texts().sheet['number']} {sheet.number})"
        )
    lines += ["", texts().answer[state]]
    if note:
        lines.append(f"담당자의 말: {note}")
    if checked.problems:
        lines += ["", f"고칠 곳 {len(checked.problems)}가지", ""]
        lines += [f"{number}. {problem}" for number, problem in enumerate(checked.problems, start=1)]
    if state in {"refused", "rejected"}:
        lines += ["", texts().answer["nothing"]]
    return "\n".join(lines) + "\n"


def answer_beside(file: Path, text: str) -> Path:
    """Write a reply beside its file, encoded so that Windows Notepad opens it correctly."""
    target = file.with_name(file.name + SUFFIX)
    write_atomically(target, "\N{BYTE ORDER MARK}" + text.replace("\n", "\r\n"))
    return target
