"""The inbox of survey lists: the discipline of decision sheets, in the folders of quarters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.councils.inbox import Inbox
from sogong_pipeline.councils.question import plain
from sogong_pipeline.pages.wording import number
from sogong_pipeline.periods import Quarter
from sogong_pipeline.surveys.checking import Checked, check
from sogong_pipeline.surveys.record import Recorded, State, record, recording_of, reply
from sogong_pipeline.surveys.wording import words


class SurveyInbox(Inbox[Checked, Recorded]):
    """`SOGONG_HOME/inbox/<quarter>/`: lists that came back of a survey."""

    thing = "조사 목록"

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue.lake, catalogue.settings)
        self.catalogue = catalogue

    def period_of(self, folder: str) -> str:
        """A quarter."""
        return str(Quarter.parse(folder))

    def check(self, file: Path, period: str) -> Checked:
        """Hold a list against the drawn one and what is recorded so far."""
        return check(self.lake, file, self.settings.clock().date(), Quarter.parse(period))

    def record(self, file: Path, confirmed_by: str, period: str) -> Recorded:
        """Record what came back."""
        return record(self.catalogue, file, confirmed_by, Quarter.parse(period))

    def is_recorded(self, sha256: str) -> bool:
        """Whether a list was recorded."""
        return recording_of(self.catalogue, sha256) is not None

    def reply(self, found: Checked, name: str, state: State, note: str = "") -> str:
        """What the sender is answered."""
        return reply(found, name, state, note)

    def question(self, found: Checked, name: str) -> tuple[str, str]:
        """Counts by outcome; no firm is named, for the question stands among Airflow's own pages."""
        sheet = found.sheet
        if sheet is None:
            raise ValueError("a list without problems is one of ours")
        outcomes: Mapping[str, str] = words()["choices"]["outcome"]
        counts = Counter(filling.outcome for filling in found.fillings)
        replacing = sum(filling.replaces is not None for filling in found.fillings)
        demo = f"[{words()['sheet']['demo']}] " if sheet.demo else ""
        facts = {
            "작성자": found.answered_by,
            "회신 파일": name,
            words()["sheet"]["number"]: sheet.number,
            "기록할 결과": f"{number(len(found.fillings))}곳(바꾸는 곳 {number(replacing)}곳)",
        }
        lines = ["  \n".join(f"**{title}** {plain(value)}" for title, value in facts.items()), ""]
        lines += ["| 조사 결과 | 수 |", "|---|---:|"]
        lines += [f"| {word} | {counts[code]:,} |" for code, word in outcomes.items() if counts[code]]
        return f"{demo}{sheet.quarter} {sheet.office.name} 실태조사 응답 확인", "\n".join(lines)
