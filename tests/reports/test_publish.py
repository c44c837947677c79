"""Publishing: whole files or none, the same bytes again, nothing else touched."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sogong_pipeline.lake.store import FolderStore
from sogong_pipeline.pages.parts import Page as Model
from sogong_pipeline.regions import reference
from sogong_pipeline.renderers.published import Published, write_pages
from sogong_pipeline.reports.model import build_models
from sogong_pipeline.reports.source import ReportSource


def contents(folder: Path) -> dict[str, bytes]:
    """What a reader sees; a part left behind has a hidden name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def test_one_file_per_report_and_nothing_else(models: list[Model], tmp_path: Path) -> None:
    written = write_pages(models, FolderStore(tmp_path / "2026-Q3" / "draft"))
    names = ["index.html", *(f"{office.code}.html" for office in reference.offices())]
    assert written == Published(str(tmp_path / "2026-Q3" / "draft"), names)
    assert sorted(contents(tmp_path / "2026-Q3" / "draft")) == sorted(names)
    assert (tmp_path / "2026-Q3" / "draft" / "index.html").stat().st_mode & 0o777 == 0o644


def test_the_same_source_gives_the_same_bytes(first_month: ReportSource, tmp_path: Path) -> None:
    write_pages(build_models(first_month), FolderStore(tmp_path))
    before = contents(tmp_path)
    write_pages(build_models(first_month), FolderStore(tmp_path))
    assert contents(tmp_path) == before


def test_other_files_in_the_folder_stay(models: list[Model], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("stays", encoding="utf-8")
    write_pages(models[:1], FolderStore(tmp_path))
    assert contents(tmp_path).keys() == {"notes.txt", "index.html"}


def test_a_failure_leaves_whole_files_only(
    models: list[Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pages(models[:2], FolderStore(tmp_path))
    before = contents(tmp_path)

    def fails(self: Path, target: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError, match="disk full"):
        write_pages(models[1:], FolderStore(tmp_path))
    assert contents(tmp_path) == before


def test_a_failure_between_reports_keeps_those_before(models: list[Model], tmp_path: Path) -> None:
    def breaks() -> Iterator[Model]:
        yield models[0]
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        write_pages(breaks(), FolderStore(tmp_path))
    assert contents(tmp_path).keys() == {"index.html"}


@pytest.mark.slow
def test_a_whole_country_takes_seconds(source: ReportSource, tmp_path: Path) -> None:
    started = time.monotonic()
    write_pages(build_models(source), FolderStore(tmp_path))
    assert time.monotonic() - started < 20
