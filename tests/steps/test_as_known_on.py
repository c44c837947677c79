"""A quarter is rebuilt as it was known at any moment of load time, and that changes nothing else."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Quarter, parse_moment
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.docs.test_pages import REPOSITORY, blocks
from tests.steps.test_steps import QUARTER, load_registry, month_file

pytestmark = pytest.mark.slow

MONTH = QUARTER.months[0]
BEFORE = QUARTER.shift(-1)
ROAD = "경기도 화성시 팔탄면 가상로"
FIRST, SECOND, THIRD = "2022-07-20", "2022-08-20", "2022-09-20"


def on(home: Path, day: str) -> Installation:
    """The installation on a day, at nine."""
    return Installation(Settings(home=home, now=dt.datetime.fromisoformat(f"{day}T09:00:00+09:00")))


def told(edition: tuple[Partition, bool]) -> tuple[str, str]:
    """An edition's name and the digest of its content."""
    return edition[0].folder.name, edition[0].digest


@pytest.fixture(scope="session")
def made(
    made_once: Callable[[str, Callable[[Path], object]], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Two quarters proposed on the first day; on the second a month is corrected and the registry replaced."""
    files = tmp_path_factory.mktemp("made")

    def make(home: Path) -> None:
        first, second = on(home, FIRST), on(home, SECOND)
        load_registry(first, files)
        for month in (BEFORE.months[2], *QUARTER.months):
            first.months.ingest(month, str(month_file(files / "first", str(month))))
        first.quarters.propose(BEFORE)
        first.quarters.propose(QUARTER)
        second.months.ingest(MONTH, str(month_file(files / "second", str(MONTH), count=41)))
        load_registry(second, files, name="이름 바뀐 산업단지")
        second.quarters.propose(BEFORE)
        second.quarters.propose(QUARTER)

    return made_once("two_days", make)


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copytree(made, tmp_path / "home"))


def test_the_edition_of_then_comes_out_again_even_when_all_of_it_is_gone(home: Path) -> None:
    then, now = on(home, FIRST), on(home, THIRD)
    known = parse_moment(FIRST)
    edition = now.edition(QUARTER, known)
    latest = now.edition(QUARTER)
    assert edition is not None
    assert latest is not None
    assert edition.folder != latest.folder
    assert now.quarters.propose(QUARTER, known=known) == (edition, False)

    for layer in ("editions", "measured", "matched", "staged"):
        shutil.rmtree(home / "lake" / layer / (str(QUARTER) if layer == "editions" else str(MONTH)))
    again, is_new = now.quarters.propose(QUARTER, known=known)
    assert is_new
    assert told((again, True)) == told((edition, True))
    assert now.quarters.rebuilt(QUARTER, known) == again
    assert then.edition(QUARTER) is None  # a rebuilt edition never becomes the latest
    assert told(now.quarters.propose(QUARTER)) == told((latest, False))


def test_an_edition_that_nobody_made_then_is_made_beside_the_others(home: Path) -> None:
    now = on(home, THIRD)
    shutil.rmtree(home / "lake" / "editions")
    latest, _ = now.quarters.propose(QUARTER)
    known = parse_moment(FIRST)
    assert now.quarters.stale(QUARTER, known=known) == ["never proposed"]
    rebuilt, is_new = now.quarters.propose(QUARTER, known=known)
    assert is_new
    assert rebuilt.facts["months"][str(MONTH)] != latest.facts["months"][str(MONTH)]
    assert rebuilt.facts["registry_version"] != latest.facts["registry_version"]
    assert now.edition(QUARTER) == latest
    assert now.quarters.stale(QUARTER) == []


def test_what_counted_is_known_for_every_moment(home: Path, tmp_path: Path) -> None:
    """A correction, the first file given again, and a file that the gate stopped."""
    third = on(home, THIRD)
    first = third.vintage_of(MONTH, parse_moment(FIRST))
    second = third.vintage_of(MONTH, parse_moment(SECOND))
    assert first != second == third.vintage_of(MONTH)
    third.months.ingest(MONTH, str(month_file(tmp_path / "first", str(MONTH))))
    later = on(home, "2022-10-20")
    with pytest.raises(RefusedError, match="the gate stopped"):
        later.months.ingest(MONTH, str(month_file(tmp_path / "bad", str(MONTH), billed_amount_krw="1211930")))
    known = [
        later.vintage_of(MONTH, parse_moment(moment))
        for moment in ("2022-07-20T08:59", FIRST, "2022-08-20T08:59", SECOND, THIRD, "2022-10-20")
    ]
    assert known == [None, first, first, second, first, first]
    assert later.vintage_of(MONTH) == first


def test_a_file_that_the_gate_stops_when_it_is_looked_at_again_counts_no_longer(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first, second = on(home, FIRST), on(home, SECOND)
    file = month_file(tmp_path, str(MONTH), count=600, road_address=ROAD)
    first.months.ingest(MONTH, str(file))
    second.months.ingest(
        MONTH.shift(-1), str(month_file(tmp_path, str(MONTH.shift(-1)), count=2_000, road_address=ROAD))
    )
    with pytest.raises(RefusedError, match="the gate stopped"):
        second.months.ingest(MONTH, str(file))
    assert second.vintage_of(MONTH) is None
    assert second.vintage_of(MONTH, parse_moment(FIRST)) is not None
    Warehouse(second).load_month(MONTH)
    turns = Warehouse(second).rows("file_in_force", {"data_month": str(MONTH)})
    assert [(turn["number"], turn["vintage"] is None, turn["until"] is None) for turn in turns] == [
        (1, False, False),
        (2, True, True),
    ]


def test_a_moment_before_anything_was_known_is_refused_in_one_line(home: Path) -> None:
    quarters = on(home, THIRD).quarters
    with pytest.raises(RefusedError, match=r"no registry was loaded by 2022-07-19T23:59:59\+09:00"):
        quarters.propose(QUARTER, known=parse_moment("2022-07-19"))
    with pytest.raises(RefusedError, match=r"no month of 2022-Q3 was in by 2022-07-20T23:59:59\+09:00"):
        quarters.propose(Quarter.parse("2022-Q3"), known=parse_moment(FIRST))
    with pytest.raises(RefusedError, match="'20 July' is not a date; write it as 2026-10-20"):
        parse_moment("20 July")


def test_from_the_command_line_to_the_reports(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report of then stands beside that of now, and compares with the quarter before as it was then."""
    monkeypatch.setenv("SOGONG_HOME", str(home))
    monkeypatch.setenv("SOGONG_NOW", f"{THIRD}T09:00:00+09:00")

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, [*words])
        assert result.exit_code == 0, result.output
        return result.output

    known = parse_moment(FIRST)
    then, latest = on(home, THIRD).edition(QUARTER, known), on(home, THIRD).edition(QUARTER)
    assert then is not None
    assert latest is not None
    output = run("propose", str(QUARTER), "--as-known-on", FIRST)
    assert f"edition {then.folder.name}" in output
    assert "the edition of then; the latest edition is still the latest" in output
    refused = CliRunner().invoke(app, ["propose", "--as-known-on", FIRST])
    assert refused.exit_code == 1
    assert "--as-known-on rebuilds one quarter; name it, such as 2026-Q3" in refused.output

    run("publish", str(QUARTER), "--draft")
    run("publish", str(QUARTER), "--draft", "--as-known-on", FIRST)
    pages = {
        folder: (home / "reports" / str(QUARTER) / folder / "index.html").read_text(encoding="utf-8")
        for folder in ("draft", f"as-known-on-{FIRST}")
    }
    assert then.folder.name in pages[f"as-known-on-{FIRST}"]
    assert latest.folder.name in pages["draft"]
    assert then.folder.name not in pages["draft"]


def put(query: str, values: dict[str, str]) -> str:
    """A query of the manual with other values than its examples."""
    for example, value in values.items():
        query = query.replace(f"'{example}'", f"'{value}'")
    return query


def test_analysts_find_what_was_known_with_the_query_of_the_manual(home: Path) -> None:
    warehouse = Warehouse(on(home, THIRD))
    warehouse.rebuild()
    queries = blocks(REPOSITORY / "docs" / "vintages.md", "sql")
    editions = {}
    with warehouse.engine.connect() as connection:
        for day in (FIRST, "2022-08-19", SECOND, "2022-07-19"):
            asked = {"2026-Q3": str(QUARTER), "2026-10-20T23:59:59+09:00": parse_moment(day).isoformat()}
            stages, files = (put(query, asked) for query in queries)
            editions[day] = {row.edition for row in connection.execute(text(stages))}
            counted = connection.execute(text(files)).all()
            assert len(counted) == (0 if day == "2022-07-19" else 4)
    known = on(home, THIRD).edition(QUARTER, parse_moment(FIRST))
    latest = on(home, THIRD).edition(QUARTER)
    assert known is not None
    assert latest is not None
    assert editions == {
        FIRST: {known.folder.name},
        "2022-08-19": {known.folder.name},
        SECOND: {latest.folder.name},
        "2022-07-19": set(),
    }
