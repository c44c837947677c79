"""Airflow in a home of its own; set before anything imports it, because it reads its settings on import."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="airflow-home-")
os.environ["AIRFLOW_HOME"] = HOME
logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's thread still tells when pytest has ended
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
for folder in ("dags", "plugins"):
    os.environ[f"AIRFLOW__CORE__{folder.upper()}_FOLDER"] = str(Path(__file__).parents[2] / folder)


def pytest_unconfigure() -> None:
    """Remove it, in the process of pytest alone: a child that a test forked ends without coming here."""
    shutil.rmtree(HOME, ignore_errors=True)
