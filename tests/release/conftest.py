"""Two districts, three months, a correction and a decision, with a name planted in all that may not go out.

One lake is filled through the commands of `sogong` and released three times, once for all workers of a run.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from typer.testing import CliRunner

from country.council import fill as fill_sheet
from country.survey import fill as fill_list
from sogong_pipeline.cli.main import app
from sogong_pipeline.councils.wording import stage_label
from sogong_pipeline.nps.file.columns import vintage_for
from sogong_pipeline.periods import Month
from sogong_pipeline.programmes.support import COLUMNS
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.surveys.issue import current_draw
from tests.conftest import NOW
from tests.districts.test_registry import ROW, write
from tests.factories import registers
from tests.rows import header_line, lines, row
from tests.steps.test_steps import QUARTER

PLANTED = "비밀"
"""Begins every planted name, and stands in nothing that may go out."""
POINT = "126.987654"
KEY = "ZQX-planted-key-of-a-service"
PHONE, NUMBER, AMOUNT, OUTSIDE = "055-9876-5431", "1234569173", "8613527419", "7539518246.25"
"""A telephone of a factory, a business number and an amount of support, a value of another agency."""
NEVER = (PLANTED, POINT, KEY, PHONE, NUMBER, AMOUNT, OUTSIDE, OUTSIDE.split(".", maxsplit=1)[0])
"""What no released file may hold."""
BEFORE, CORRECTED = Month(2021, 5), Month(2022, 5)
"""A month of the same quarter a year before, and the one that is published again."""
FIRST = {**ROW, "name": f"{PLANTED}산단", "source": f"{PLANTED}목록", "longitude": POINT}
SECOND = {
    **FIRST,
    "district_id": "D2",
    "name": f"{PLANTED}농공단지",
    "postal_codes": "18578",
}
PERIOD = "2022-H1"


@dataclass(frozen=True)
class Town:
    """An installation and what was released of it: a draft, the draft corrected, the final."""

    installation: Installation

    @property
    def home(self) -> Path:
        return self.installation.settings.home

    @property
    def root(self) -> Path:
        return self.home / "release"

    @cached_property
    def versions(self) -> list[Path]:
        return [self.root / str(QUARTER) / f"2022.2.{number}" for number in (1, 2, 3)]


def sogong(home: Path, *arguments: str | Path) -> str:
    """Run a command that succeeds; its output."""
    done = CliRunner().invoke(
        app,
        [*map(str, arguments)],
        env={
            "SOGONG_HOME": str(home),
            "SOGONG_NOW": NOW,
            **dict.fromkeys(("SOGONG_API_KEY", "SOGONG_ECOS_KEY", "SOGONG_KOSIS_KEY"), KEY),
        },
    )
    assert done.exit_code == 0, (arguments, done.output, done.exception)
    return done.output


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


def decide(home: Path, folder: Path) -> None:
    """Sheets out; one comes back past its deadline with the council's words and people."""
    sogong(home, "decide", "sheets", PERIOD, "--quarter", str(QUARTER))
    (sheet,) = (home / "reports" / PERIOD).glob("*gyeonggi*.xlsx")
    back = fill_sheet(
        sheet,
        folder / f"{PERIOD}-gyeonggi.xlsx",
        {"D1": (stage_label("caution"), f"{PLANTED}정밀의 휴업")},
        kind="의결",
        day=dt.date.fromisoformat(NOW[:10]),
        by=f"{PLANTED} 담당",
    )
    sogong(home, "decide", "record", back, "--by", f"{PLANTED} 확인자")


def register(folder: Path) -> Path:
    """A factory register with firms, products, telephones and people."""
    rows = [
        {
            "회사명": f"{PLANTED}상사18577{index}",
            "단지명": FIRST["name"],
            "전화번호": PHONE,
            "생산품": f"{PLANTED}제품",
            "관리기관": f"{PLANTED}공단",
            "공장주소_지번": f"경기도 화성시 팔탄면 {PLANTED}로 12",
        }
        for index in range(3)
    ]
    return registers.write(folder / f"{PLANTED}공장_20211231.csv", registers.FORM_B, rows)


def support(folder: Path) -> Path:
    """A sheet of support that firms were given."""
    header = ",".join(COLUMNS)
    path = folder / "support.csv"
    text = f"{header}\n2022-05-03,D1,{PLANTED}상사185771,{NUMBER},act26,{PLANTED} 상담,{AMOUNT}\n"
    path.write_text(text, encoding="utf-8")
    return path


def outside(folder: Path) -> Path:
    """An office's own indicator."""
    path = folder / "outside.csv"
    path.write_text(
        f"indicator,area,month,value,unit,source\nsales,D1,2022-05,{OUTSIDE},백만원,{PLANTED} 표본조사\n",
        encoding="utf-8",
    )
    return path


def visit(home: Path, folder: Path) -> None:
    """Lists of visits out and back with answers."""
    sogong(home, "survey", "draw", str(QUARTER))
    draw = current_draw(Installation(Settings(home=home, now=NOW)).lake, QUARTER)
    assert draw is not None
    ((office, sheet),) = draw.sheets.items()
    lists = home / "reports" / str(QUARTER) / "visits" / f"{office}.xlsx"
    assert sheet.visits
    back = fill_list(
        lists, folder / f"{office}.xlsx", sheet, day=dt.date.fromisoformat(NOW[:10]), by=f"{PLANTED} 조사원"
    )
    sogong(home, "survey", "record", back, "--by", f"{PLANTED} 확인자")


def build(folder: Path) -> None:
    """Fill the installation and release it as a draft, corrected, and final."""
    home = folder / "home"
    sogong(home, "registry", "load", write(folder / "registry.csv", FIRST, SECOND))
    sogong(home, "factories", "load", register(folder))
    installation = Installation(
        Settings(home=home, now=NOW)
    )  # ingests and proposes as commands do, no warehouse
    for month, second in ((BEFORE, 28), *((month, 30) for month in QUARTER.months[:2])):
        installation.months.ingest(month, str(month_file(folder / "first", month, second)))
    installation.quarters.propose(QUARTER)
    sogong(home, "programmes", "record", support(folder), "--by", f"{PLANTED} 확인자")
    sogong(home, "outside", "load", outside(folder))
    sogong(home, "release", str(QUARTER))
    installation.months.ingest(CORRECTED, str(month_file(folder / "later", CORRECTED, 31)))
    installation.quarters.propose(QUARTER)
    sogong(home, "release", str(QUARTER))
    decide(home, folder)
    visit(home, folder)
    sogong(home, "release", str(QUARTER))


@pytest.fixture(scope="session")
def town(
    made_once: Callable[[str, Callable[[Path], object]], Path], tmp_path_factory: pytest.TempPathFactory
) -> Town:
    """A copy of its own for each worker; a lake and a release never write in place."""
    home = tmp_path_factory.mktemp("town")
    shutil.copytree(made_once("town", build) / "home", home, copy_function=os.link, dirs_exist_ok=True)
    return Town(Installation(Settings(home=home, now=NOW)))
