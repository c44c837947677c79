"""A step that ends logs one line: its period, rows in and out, seconds and digest."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.clusters.counts import COUNT_COLUMNS, write_rows
from sogong_pipeline.lake.layers import LAYERS
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.steps.installation import Installation
from tests.clusters.rows import count
from tests.factories import registers as made
from tests.steps.test_steps import load_registry, month_file

LINE = re.compile(r"\w+ [\w. -]+: [\d,]+ rows in, .+ out, \d+\.\d s, digest [0-9a-f]{12}")


def test_every_layer_logs_a_line_when_it_is_made_and_none_when_it_is_there(
    pipeline: Installation, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load_registry(pipeline, tmp_path)
    files = [month_file(tmp_path / "files", month) for month in ("2022-04", "2022-05")]
    files.append(month_file(tmp_path / "later", "2022-05", count=41))
    counts = tmp_path / "counts.csv"
    counts.write_text(
        write_rows([count("강원특별자치도 강릉시 주문진읍", "10", 45)], COUNT_COLUMNS), encoding="utf-8"
    )
    row = {
        "회사명": "가상상사",
        "단지명": "가상일반산업단지",
        "공장주소_지번": "경기도 화성시 팔탄면 서근리 12",
    }
    register = made.write(tmp_path / "b_20211231.csv", made.FORM_B, [row])
    with caplog.at_level(logging.INFO, logger="sogong_pipeline"):
        pipeline.factories.load(register)
        for file in files:
            pipeline.months.ingest(Month.parse("2022-04" if file == files[0] else "2022-05"), str(file))
        pipeline.quarters.propose(Quarter(2022, 2))
        pipeline.clusters.load([counts])
        pipeline.clusters.build()
        lines = [
            record.getMessage() for record in caplog.records if record.name.startswith("sogong_pipeline")
        ]
        assert all(LINE.fullmatch(line) for line in lines), lines
        assert {line.split()[0] for line in lines} == {layer.name for layer in LAYERS if layer.builder}
        (staged, *_) = [line for line in lines if line.startswith("staged 2022-04")]
        assert ": 40 rows in, 0 quarantine, 40 workplace out, " in staged
        caplog.clear()
        pipeline.months.ingest(Month(2022, 4), str(files[0]))
        pipeline.quarters.propose(Quarter(2022, 2))
        pipeline.clusters.load([counts])
        pipeline.clusters.build()
        assert [one for one in caplog.records if one.name.startswith("sogong_pipeline")] == []


def test_the_command_line_shows_them_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
    file = month_file(tmp_path, "2022-04")
    logger = logging.getLogger("sogong_pipeline")
    before = list(logger.handlers), logger.level
    try:
        done = CliRunner().invoke(app, ["-v", "ingest", "2022-04", "--from", str(file)])
        assert done.exit_code == 0
        assert re.search(r"staged 2022-04 \w{12}: 40 rows in", done.stderr)
    finally:
        logger.handlers[:], level = before
        logger.setLevel(level)
