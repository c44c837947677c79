"""Words: what a typing error, a re-saved file or a first look at the command line is answered with."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sogong_pipeline.cli.main import ORDER, app
from sogong_pipeline.errors import RefusedError, counted
from sogong_pipeline.nps.file.columns import V3_HEADER
from sogong_pipeline.nps.file.content import data_month
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.rows import lines, row
from tests.steps.test_steps import load_registry, month_file


def sogong(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"SOGONG_NOW": NOW, "SOGONG_HOME": str(home)})


def test_a_typing_error_in_a_version_does_not_advise_a_backup(pipeline: Installation, tmp_path: Path) -> None:
    load_registry(pipeline, tmp_path)
    done = sogong(pipeline.settings.home, "registry", "diff", "1f0c9a3b7d2l")
    assert (done.exit_code, done.output) == (
        1,
        "sogong: there is no registry 1f0c9a3b7d2l in the lake; `sogong registry list` names the versions that were "
        "loaded\n",
    )


@pytest.mark.slow
def test_pages_of_a_month_that_was_never_checked_are_refused(pipeline: Installation, tmp_path: Path) -> None:
    done = sogong(pipeline.settings.home, "ingest", "2022-04", "--from", str(month_file(tmp_path, "2022-04")))
    assert done.exit_code == 0, done.output
    assert "warnings" not in done.output.replace("2 warnings", "")
    done = sogong(pipeline.settings.home, "quality", "2031-01")
    assert (done.exit_code, done.output) == (
        1,
        "sogong: 2031-01 was never checked; run `sogong ingest 2031-01` first\n",
    )
    assert sogong(pipeline.settings.home, "quality", "2022-04").exit_code == 0


def test_a_home_that_is_a_file_is_named_as_that(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder", encoding="utf-8")
    done = sogong(home, "ingest", "2022-04", "--from", str(month_file(tmp_path, "2022-04")))
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    assert line.startswith(f"sogong: {home}")
    assert line.endswith(
        "; a file has the name of a folder that is needed: correct SOGONG_HOME or the path you gave"
    )
    assert home.read_text(encoding="utf-8") == "not a folder"


def test_one_is_singular() -> None:
    assert [counted(count, "warning") for count in (0, 1, 2_000)] == [
        "0 warnings",
        "1 warning",
        "2,000 warnings",
    ]


def workbook() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return target.getvalue()


PUBLISHED = lines([row()])
HEADER = ",".join(f'"{name}"' if "\t" in name else name for name in V3_HEADER)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (PUBLISHED.replace(b",", b";"), "its columns are separated by semicolons, expected commas"),
        (
            PUBLISHED.replace(b"\t", b" ").replace(b",", b"\t"),
            "its columns are separated by TABs, expected commas",
        ),
        (
            "국민연금 가입 사업장 내역\r\n".encode("cp949") + PUBLISHED,
            "the header stands in line 2, below a title ('국민연금 가입 사업장 내역'); delete what is above it",
        ),
        (
            PUBLISHED.replace(b"\r\n", b",,\r\n"),
            "the header has columns without a name (23, 24), as a spreadsheet adds them",
        ),
        (
            lines([row(data_month="Apr-22")]),
            "row 1, data_month: 'Apr-22' is not a month; a spreadsheet saved it again",
        ),
        (workbook(), "this is a spreadsheet (XLSX), not the published CSV"),
    ],
)
def test_what_was_done_to_a_file_is_named(tmp_path: Path, body: bytes, told: str) -> None:
    file = tmp_path / "month.csv"
    file.write_bytes(body)
    with pytest.raises(RefusedError) as refusal:
        data_month(file, file.name)
    assert str(refusal.value).startswith(f"month.csv: {told}")
    assert str(refusal.value).endswith("use the file as downloaded")


def test_the_version_completion_and_the_order_of_use() -> None:
    version = CliRunner().invoke(app, ["--version"])
    assert version.exit_code == 0
    assert version.output.startswith("sogong ")
    told = CliRunner().invoke(app, ["--help"]).output
    assert "--install-completion" in told
    listed = [
        line.split()[0] for line in told.partition("Commands:\n")[2].splitlines() if line.startswith("  ")
    ]
    assert listed[: len(ORDER)] == list(ORDER)
