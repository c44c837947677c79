"""Airflow in a home of its own; set before anything imports it, because it reads its settings on import."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
for folder in ("dags", "plugins"):
    os.environ[f"AIRFLOW__CORE__{folder.upper()}_FOLDER"] = str(Path(__file__).parents[2] / folder)
