"""The fork server swallows what fails on import, and tasks would be slow and nobody know why."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_preloaded_module_imports_what_tasks_import() -> None:
    script = (ROOT / "scripts" / "airflow.sh").read_text(encoding="utf-8")
    named = re.search(r"MP_FORKSERVER_PRELOAD=(\S+)", script)
    assert named is not None
    code = f"import {named[1]}, sys; print([name for name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(done.stdout.splitlines()[-1]))
    heavy = {"airflow.sdk.execution_time.task_runner", "duckdb", "great_expectations", "pandas", "sqlalchemy"}
    assert heavy | {"sogong_pipeline.reports.publish", "sogong_pipeline.warehouse.load"} <= loaded
