"""The SQLite file as analysts use it: opened read-only, and read while it is written."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import pytest

from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.conftest import NOW
from tests.steps.test_steps import load_registry

pytestmark = pytest.mark.slow


def test_who_may_only_read_opens_the_file(pipeline: Installation) -> None:
    """As another user than its owner, in a folder where that user may not write."""
    folder = Path(tempfile.mkdtemp(prefix="published"))
    try:
        file = folder / "warehouse.sqlite"
        published = Warehouse(
            Installation(Settings(home=pipeline.settings.home, now=NOW, warehouse_url=f"sqlite:///{file}"))
        )
        published.load_reference()
        assert [path.name for path in folder.iterdir()] == [file.name]
        file.chmod(0o444)
        folder.chmod(0o555)
        query = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone())"
        statement = "SELECT count(*) FROM dim_office"
        done = subprocess.run(
            ["/usr/bin/env", "python3", "-c", query, file, statement],
            user="nobody" if os.geteuid() == 0 else None,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("15\n", "")
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_reader_in_the_midst_of_it_is_not_disturbed_and_the_next_writer_leaves_one_file(
    pipeline: Installation, tmp_path: Path
) -> None:
    load_registry(pipeline, tmp_path)
    warehouse = Warehouse(pipeline)
    file = pipeline.settings.home / "warehouse.sqlite"
    warehouse.load_reference()
    with contextlib.closing(sqlite3.connect(file)) as reader:
        rows = reader.execute("SELECT district_id FROM dim_district")
        first = rows.fetchone()
        assert first is not None
        with warehouse.database.writing():  # a reader that has begun and not ended
            rows.fetchall()
    warehouse.load_reference()
    assert not file.with_name(f"{file.name}-wal").exists()
