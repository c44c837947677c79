"""Two districts, two months, a correction and a decision: releases small enough to make in a second each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest

from sogong_pipeline.councils.issue import issue_sheets
from sogong_pipeline.decisions.decision import Decision, write_decisions
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.nps.file.columns import vintage_for
from sogong_pipeline.periods import Month
from sogong_pipeline.release.publish import Released
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.steps.release import release
from tests.conftest import NOW
from tests.districts.test_registry import ROW, write
from tests.rows import header_line, lines, row
from tests.steps.test_steps import QUARTER

PLANTED = "비밀"
"""Begins every planted name, and stands in nothing that may go out."""
POINT = "126.987654"
BEFORE, CORRECTED = Month(2021, 5), Month(2022, 5)
"""A month of the same quarter a year before, and the one that is published again."""
FIRST = {**ROW, "name": f"{PLANTED}산단", "source": f"{PLANTED}목록", "longitude": POINT}
SECOND = {
    **FIRST,
    "district_id": "D2",
    "name": f"{PLANTED}농공단지",
    "postal_codes": "18578",
}


@dataclass(frozen=True)
class Town:
    """An installation, and the versions that were released of it one after the other."""

    installation: Installation
    draft: Released
    corrected: Released
    final: Released

    @property
    def root(self) -> Path:
        return Path(self.draft.place)


def month_file(folder: Path, month: Month, second: int) -> Path:
    """A file of 40 workplaces in the first district, some in the second, five in none."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{PLANTED} 사업장 내역_{str(month.shift(1)).replace('-', '')}18.csv"
    rows = [
        row(
            data_month=str(month),
            workplace_name=f"{PLANTED}상사{postal_code}{index}",
            postal_code=postal_code,
            industry_name=f"{PLANTED}업",
        )
        for postal_code, count in (("18577", 40), ("18578", second), ("12345", 5))
        for index in range(count)
    ]
    path.write_bytes(lines(rows, header=header_line(vintage_for(month).header)))
    return path


def decide(installation: Installation, folder: Path) -> None:
    """Sheets out, past their deadline, and one council's decision with its words and people."""
    issue, _ = issue_sheets(installation, HalfYear.parse("2022-H1"), QUARTER)
    decision = Decision(
        *("D1", "2022-H1", 1, "gyeonggi", str(QUARTER), issue.edition, "undetermined", "caution"),
        *(
            "decision",
            f"{PLANTED}정밀의 휴업",
            None,
            dt.date(2022, 6, 20),
            f"{PLANTED} 담당",
            f"{PLANTED} 확인자",
        ),
        *(NOW, "2022-H1-gyeonggi", "0" * 64),
    )

    def build(room: Path) -> Built:
        write_decisions([decision], room / "decision.parquet")
        return Built({"decision": room / "decision.parquet"})

    installation.lake.ensure(
        "decisions", ("2022-H1", "gyeonggi", "1-a"), inputs={}, recorded_at=NOW, build=build
    )


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("town")
    installation = Installation(Settings(home=folder / "home", now=NOW))
    installation.registry.load(write(folder / "registry.csv", FIRST, SECOND))
    for month, second in ((BEFORE, 28), *((month, 30) for month in QUARTER.months[:2])):
        installation.months.ingest(month, str(month_file(folder / "first", month, second)))
    installation.quarters.propose(QUARTER)
    draft = release(installation, QUARTER)
    installation.months.ingest(CORRECTED, str(month_file(folder / "later", CORRECTED, 31)))
    installation.quarters.propose(QUARTER)
    corrected = release(installation, QUARTER)
    decide(installation, folder)
    return Town(installation, draft, corrected, release(installation, QUARTER))
