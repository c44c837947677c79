"""The inbox: sheets that came back are read once, refused with an answer or put before the person who confirms."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from shutil import copyfile
from typing import Any

from sogong_pipeline.councils import question
from sogong_pipeline.councils.answer import SUFFIX, State, answer, answer_beside
from sogong_pipeline.councils.checking import Checked, check
from sogong_pipeline.councils.record import Recorded, record, recording_of
from sogong_pipeline.councils.roster import member_of
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, Built, Partition
from sogong_pipeline.lake.workspace import alone
from sogong_pipeline.warehouse.load import Warehouse

STEP = "received"


@dataclass(frozen=True)
class Ask:
    """A sheet without problems that waits for the person who confirms; plain values that travel as JSON."""

    period: str
    office: str
    file: str
    sha256: str
    subject: str
    body: str
    users: list[dict[str, str]]


class Inbox:
    """`SOGONG_HOME/inbox/<period>/`: files are left where they are, answers are put beside them.

    Of a sheet that is asked about, the bytes are kept in the lake: what is recorded is what the person was shown.
    One sheet of an office waits at a time. A refused file is answered once; changed, it is another file.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.lake = warehouse.catalogue.lake
        self.settings = warehouse.catalogue.settings

    def look(self, run: str) -> list[Ask]:
        """Read what is new, answer what is wrong, and give what a person has to confirm.

        Args:
            run: who asks. A sheet is asked about by one run; again by another when nobody answered in time. The same
                run gets the same sheets again.
        """
        with alone(self.settings.home / "inbox"):  # two runs at once would both ask
            return [ask for period, files in self._periods() for ask in self._look(run, period, files)]

    def conclude(self, ask: Ask, confirmed_by: str) -> Recorded:
        """Record a sheet that was confirmed.

        Raises:
            RefusedError: when it cannot be recorded any more; the officer is answered.
        """
        file, period = self._received(ask).path("sheet"), HalfYear.parse(ask.period)
        checked = check(self.lake, file, self._today(), period)
        if checked.problems and recording_of(self.warehouse, ask.sha256) is None:
            self._answer(ask.period, ask.file, checked, "refused")
            self._release(ask)
            raise RefusedError(f"{ask.file}: {' / '.join(checked.problems)}")
        done = record(self.warehouse, file, confirmed_by, period)
        self._answer(ask.period, ask.file, replace(checked, problems=()), "recorded")
        self._release(ask)
        return done

    def reject(self, ask: Ask, note: str) -> None:
        """Send a sheet back that a person did not confirm; nothing of it is recorded."""
        checked = check(
            self.lake, self._received(ask).path("sheet"), self._today(), HalfYear.parse(ask.period)
        )
        self._answer(ask.period, ask.file, checked, "rejected", note)
        self._release(ask)

    def _periods(self) -> Iterator[tuple[HalfYear, list[Path]]]:
        for folder in sorted((self.settings.home / "inbox").iterdir()):
            try:
                period = HalfYear.parse(folder.name)
            except RefusedError:
                continue
            files = [file for file in sorted(folder.iterdir()) if file.is_file()]
            yield (
                period,
                [file for file in files if not file.name.startswith((".", "~$")) and SUFFIX not in file.name],
            )

    def _look(self, run: str, period: HalfYear, files: list[Path]) -> Iterator[Ask]:
        found: dict[str, list[tuple[Path, Checked]]] = {}
        for file in files:
            checked = check(self.lake, file, self._today(), period)
            if self._is_answered(period, checked.sha256):
                continue
            if checked.problems or checked.sheet is None:
                self._answer(str(period), file.name, checked, "refused")
            else:
                found.setdefault(checked.sheet.office_code, []).append((file, checked))
        for office, several in found.items():
            claim = self._claim(period, office)
            waiting = [file for file, checked in several if claim and checked.sha256 == claim["sha256"]]
            others = [(file, checked) for file, checked in several if file not in waiting]
            if claim and claim["run"] == run and waiting:
                yield self._ask(run, period, *next(found for found in several if found[0] in waiting))
            if claim:
                self._put_off(
                    others, f"확인을 기다리는 의결표(‘{claim['file']}’)가 있습니다. 그 뒤에 보내 주십시오."
                )
            elif len({checked.sha256 for _, checked in others}) > 1:
                names = ", ".join(file.name for file, _ in others)
                self._put_off(
                    others,
                    f"같은 지방청의 의결표가 {len(others)}개 왔습니다({names}). 하나만 남기고 지워 주십시오.",
                )
            else:
                yield self._ask(run, period, *others[0])

    @staticmethod
    def _put_off(several: list[tuple[Path, Checked]], problem: str) -> None:
        """Refuse sheets for now: with the others gone, one of them is taken at the next look."""
        for file, checked in several:
            answer_beside(file, answer(replace(checked, problems=[problem]), file.name, "refused"))

    def _ask(self, run: str, period: HalfYear, file: Path, checked: Checked) -> Ask:
        sheet = checked.sheet
        if sheet is None:
            raise ValueError("a sheet without problems is one of ours")
        people = member_of(self.settings, sheet.office_code).confirmers

        def build(folder: Path) -> Built:
            copyfile(file, folder / "sheet.xlsx")
            return Built({"sheet": folder / "sheet.xlsx"}, {"file": file.name})

        key = (str(period), sheet.office_code, checked.sha256[:SHORT])
        now = self.settings.clock()
        self.lake.ensure(STEP, key, inputs={"file": checked.sha256}, recorded_at=now.isoformat(), build=build)
        until = now + dt.timedelta(hours=self.settings.answer_hours)
        self._write(
            self._claim_name(period, sheet.office_code),
            {"sha256": checked.sha256, "file": file.name, "run": run, "until": until.isoformat()},
        )
        answer_beside(file, answer(checked, file.name, "accepted"))
        return Ask(
            str(period),
            sheet.office_code,
            file.name,
            checked.sha256,
            question.subject(checked),
            question.body(checked, self.settings, file.name),
            [{"id": person.id, "name": person.name} for person in people],
        )

    def _claim(self, period: HalfYear, office: str) -> dict[str, str] | None:
        """The sheet of an office that waits for an answer; None when none does, or nobody answered in time."""
        text = self.lake.store.read(self._claim_name(period, office))
        claim: dict[str, str] = json.loads(text) if text else {}
        if not claim or dt.datetime.fromisoformat(claim["until"]) < self.settings.clock():
            return None
        return claim

    def _release(self, ask: Ask) -> None:
        self._write(self._claim_name(HalfYear.parse(ask.period), ask.office), {})

    @staticmethod
    def _claim_name(period: HalfYear, office: str) -> PurePosixPath:
        return PurePosixPath(STEP, str(period), office, "waiting.json")

    def _is_answered(self, period: HalfYear, sha256: str) -> bool:
        name = self._answer_name(str(period), sha256)
        return self.lake.store.read(name) is not None or recording_of(self.warehouse, sha256) is not None

    @staticmethod
    def _answer_name(period: str, sha256: str) -> PurePosixPath:
        return PurePosixPath(STEP, period, "answered", f"{sha256[:SHORT]}.txt")

    def _answer(self, period: str, name: str, checked: Checked, state: State, note: str = "") -> None:
        """Put the answer beside the file, where it still is, and keep it."""
        told = answer(checked, name, state, note)
        file = self.settings.home / "inbox" / period / name
        if file.parent.is_dir():
            answer_beside(file, told)
        self.lake.store.write(self._answer_name(period, checked.sha256), told)

    def _received(self, ask: Ask) -> Partition:
        return self.lake.require(STEP, ask.period, ask.office, ask.sha256[:SHORT])

    def _write(self, name: PurePosixPath, value: dict[str, Any]) -> None:
        self.lake.store.write(name, json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n")

    def _today(self) -> dt.date:
        return self.settings.clock().date()
