"""The inbox: returned sheets are read once, then refused with a reply or submitted for confirmation."""

from __future__ import annotations

import datetime as dt
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from shutil import copyfile
from typing import Any, Generic, Protocol, TypeVar

from sogong_pipeline.councils import question
from sogong_pipeline.councils.answer import SUFFIX, State, answer, answer_beside
from sogong_pipeline.councils.checking import Checked, check
from sogong_pipeline.councils.record import Recorded, record, recording_of
from sogong_pipeline.councils.roster import member_of
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, Built, Lake, Partition
from sogong_pipeline.lake.workspace import alone
from sogong_pipeline.pages.wording import with_particle
from sogong_pipeline.settings import Settings
from sogong_pipeline.warehouse.load import Warehouse

STEP = "received"


@dataclass(frozen=True)
class Ask:
    """A valid sheet awaiting confirmation; plain values that serialise as JSON."""

    period: str
    office: str
    file: str
    sha256: str
    subject: str
    body: str
    users: list[dict[str, str]]


class Issued(Protocol):
    """An issued sheet of an office."""

    @property
    def office_code(self) -> str:
        """The office that fills it in."""


class Examined(Protocol):
    """A returned file: its problems, or its sheet."""

    @property
    def problems(self) -> Sequence[str]:
        """Its validation problems, in sentences."""

    @property
    def sha256(self) -> str:
        """Digest of its bytes."""

    @property
    def sheet(self) -> Issued | None:
        """The identified sheet; None if unidentified."""


class Added(Protocol):
    """Rows recorded from one file."""

    @property
    def facts(self) -> dict[str, Any]:
        """Office, people and counts of the recording."""


FoundT = TypeVar("FoundT", bound=Examined)
AddedT = TypeVar("AddedT", bound=Added)


class Inbox(ABC, Generic[FoundT, AddedT]):
    """`SOGONG_HOME/inbox/<period>/`: files stay in place, replies are written beside them.

    The bytes of a sheet awaiting confirmation are stored in the lake, so that the confirmed bytes are recorded.
    Only one sheet of an office waits at a time. A refused file gets one reply; after a change it is another file.
    """

    thing: str
    """Korean noun for the sheet."""

    def __init__(self, lake: Lake, settings: Settings) -> None:
        self.lake = lake
        self.settings = settings

    @abstractmethod
    def period_of(self, folder: str) -> str:
        """Return the period of a folder of the inbox; raises RefusedError for an invalid name."""

    @abstractmethod
    def check(self, file: Path, period: str) -> FoundT:
        """Validate a file against the issued sheets."""

    @abstractmethod
    def record(self, file: Path, confirmed_by: str, period: str) -> AddedT:
        """Record a file that a person confirmed."""

    @abstractmethod
    def is_recorded(self, sha256: str) -> bool:
        """Return True if a file was recorded, by the digest of its bytes."""

    @abstractmethod
    def reply(self, found: FoundT, name: str, state: State, note: str = "") -> str:
        """Return the reply to the sender of a file."""

    @abstractmethod
    def question(self, found: FoundT, name: str) -> tuple[str, str]:
        """Return the confirmation request: a subject line, and Markdown."""

    def look(self, run: str) -> list[Ask]:
        """Read new files, reply to invalid ones, and yield the sheets to confirm.

        Args:
            run: identifier of the caller. A sheet is submitted by one run, and again by another after a timeout. The
                same run gets the same sheets again.
        """
        with alone(self.settings.home / "inbox"):  # two concurrent runs would both submit the sheet
            return [ask for period, files in self._periods() for ask in self._look(run, period, files)]

    def conclude(self, ask: Ask, confirmed_by: str) -> AddedT:
        """Record a confirmed sheet.

        Raises:
            RefusedError: when it can no longer be recorded; the officer gets a reply.
        """
        file = self._received(ask).path("sheet")
        checked = self.check(file, ask.period)
        if checked.problems and not self.is_recorded(ask.sha256):
            self._answer(ask.period, ask.file, checked, "refused")
            self._release(ask)
            raise RefusedError(f"{ask.file}: {' / '.join(checked.problems)}")
        done = self.record(file, confirmed_by, ask.period)
        self._answer(ask.period, ask.file, _with(checked, ()), "recorded")
        self._release(ask)
        return done

    def reject(self, ask: Ask, note: str) -> None:
        """Return a sheet that was not confirmed; nothing of it is recorded."""
        checked = self.check(self._received(ask).path("sheet"), ask.period)
        self._answer(ask.period, ask.file, checked, "rejected", note)
        self._release(ask)

    def _periods(self) -> Iterator[tuple[str, list[Path]]]:
        for folder in sorted((self.settings.home / "inbox").iterdir()):
            try:
                period = self.period_of(folder.name)
            except RefusedError:
                continue
            files = [file for file in sorted(folder.iterdir()) if file.is_file()]
            yield (
                period,
                [file for file in files if not file.name.startswith((".", "~$")) and SUFFIX not in file.name],
            )

    def _look(self, run: str, period: str, files: list[Path]) -> Iterator[Ask]:
        by_office: dict[str, list[tuple[Path, FoundT]]] = {}
        for file in files:
            checked = self.check(file, period)
            if self._is_answered(period, checked.sha256):
                continue
            if checked.problems or checked.sheet is None:
                self._answer(period, file.name, checked, "refused")
            else:
                by_office.setdefault(checked.sheet.office_code, []).append((file, checked))
        for office, several in by_office.items():
            claim = self._claim(period, office)
            waiting = [file for file, checked in several if claim and checked.sha256 == claim["sha256"]]
            others = [(file, checked) for file, checked in several if file not in waiting]
            if claim and claim["run"] == run and waiting:
                yield self._ask(run, period, *next(one for one in several if one[0] in waiting))
            if claim:
                waiting_sheet = f"{self.thing}(‘{claim['file']}’)"
                self._put_off(
                    others,
                    f"확인을 기다리는 {with_particle(waiting_sheet, '이/가')} 있습니다. "
                    "그 뒤에 보내 주십시오.",
                )
            elif len({checked.sha256 for _, checked in others}) > 1:
                names = ", ".join(file.name for file, _ in others)
                self._put_off(
                    others,
                    f"같은 지방청의 {with_particle(self.thing, '이/가')} {len(others)}개 왔습니다({names}). "
                    "하나만 남기고 지워 주십시오.",
                )
            else:
                yield self._ask(run, period, *others[0])

    def _put_off(self, several: list[tuple[Path, FoundT]], problem: str) -> None:
        """Refuse sheets for now; once the others are removed, the next look takes one of them."""
        for file, checked in several:
            answer_beside(file, self.reply(_with(checked, [problem]), file.name, "refused"))

    def _ask(self, run: str, period: str, file: Path, checked: FoundT) -> Ask:
        sheet = checked.sheet
        if sheet is None:
            raise ValueError("a sheet without problems is identified")
        people = member_of(self.settings, sheet.office_code).confirmers

        def build(folder: Path) -> Built:
            copyfile(file, folder / "sheet.xlsx")
            return Built({"sheet": folder / "sheet.xlsx"}, {"file": file.name})

        key = (period, sheet.office_code, checked.sha256[:SHORT])
        now = self.settings.clock()
        self.lake.ensure(STEP, key, inputs={"file": checked.sha256}, recorded_at=now.isoformat(), build=build)
        until = now + dt.timedelta(hours=self.settings.answer_hours)
        self._write(
            _claim_name(period, sheet.office_code),
            {"sha256": checked.sha256, "file": file.name, "run": run, "until": until.isoformat()},
        )
        answer_beside(file, self.reply(checked, file.name, "accepted"))
        return Ask(
            period,
            sheet.office_code,
            file.name,
            checked.sha256,
            *self.question(checked, file.name),
            [{"id": person.id, "name": person.name} for person in people],
        )

    def _claim(self, period: str, office: str) -> dict[str, str] | None:
        """Return the sheet of an office that awaits confirmation; None if there is none or it timed out."""
        claim = claim_of(self.lake, period, office)
        if not claim or dt.datetime.fromisoformat(claim["until"]) < self.settings.clock():
            return None
        return claim

    def _release(self, ask: Ask) -> None:
        self._write(_claim_name(ask.period, ask.office), {})

    def _is_answered(self, period: str, sha256: str) -> bool:
        name = self._answer_name(period, sha256)
        return self.lake.store.read(name) is not None or self.is_recorded(sha256)

    @staticmethod
    def _answer_name(period: str, sha256: str) -> PurePosixPath:
        return PurePosixPath(STEP, period, "answered", f"{sha256[:SHORT]}.txt")

    def _answer(self, period: str, name: str, checked: FoundT, state: State, note: str = "") -> None:
        """Write the reply beside the file, if its folder still exists, and store it in the lake."""
        text = self.reply(checked, name, state, note)
        file = self.settings.home / "inbox" / period / name
        if file.parent.is_dir():
            answer_beside(file, text)
        self.lake.store.write(self._answer_name(period, checked.sha256), text)

    def _received(self, ask: Ask) -> Partition:
        return self.lake.require(STEP, ask.period, ask.office, ask.sha256[:SHORT])

    def _write(self, name: PurePosixPath, value: dict[str, Any]) -> None:
        self.lake.store.write(name, json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n")


def claim_of(lake: Lake, period: str, office: str) -> dict[str, str]:
    """Return the pending sheet of an office: its digest, file, the run that asked and the time limit.

    Returns:
        An empty mapping if none is pending; a sheet past its time limit, as long as it was not asked about again.
    """
    text = lake.store.read(_claim_name(period, office))
    claim: dict[str, str] = json.loads(text) if text else {}
    return claim


def _claim_name(period: str, office: str) -> PurePosixPath:
    return PurePosixPath(STEP, period, office, "waiting.json")


def _with(checked: FoundT, problems: Sequence[str]) -> FoundT:
    """Return the same file with other problems."""
    return replace(checked, problems=problems)  # type: ignore[type-var]


class DecisionInbox(Inbox[Checked, Recorded]):
    """Decision sheets, in the folders of half-years."""

    thing = "의결표"

    def __init__(self, warehouse: Warehouse) -> None:
        super().__init__(warehouse.catalogue.lake, warehouse.catalogue.settings)
        self.warehouse = warehouse

    def period_of(self, folder: str) -> str:
        """Parse a half-year."""
        return str(HalfYear.parse(folder))

    def check(self, file: Path, period: str) -> Checked:
        """Validate a sheet against the issued one and the recorded decisions."""
        return check(self.lake, file, self.settings.clock().date(), HalfYear.parse(period))

    def record(self, file: Path, confirmed_by: str, period: str) -> Recorded:
        """Record the decisions of the council."""
        return record(self.warehouse, file, confirmed_by, HalfYear.parse(period))

    def is_recorded(self, sha256: str) -> bool:
        """Return True if a sheet was recorded."""
        return recording_of(self.warehouse, sha256) is not None

    def reply(self, found: Checked, name: str, state: State, note: str = "") -> str:
        """Return the reply to the officer."""
        return answer(found, name, state, note)

    def question(self, found: Checked, name: str) -> tuple[str, str]:
        """Return counts, and differences from the proposal."""
        return question.subject(found), question.body(found, self.settings, name)
