"""Parses the DAG files in a process of its own and prints, as JSON, what there is to know; see test_policy.py."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import airflow.sdk
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.standard.decorators import python, sensor
from airflow.serialization.serialized_objects import DagSerialization

HEAVY = ("pandas", "great_expectations", "duckdb", "numpy", "pyarrow", "sqlalchemy_utils")


def main(folder: Path) -> dict[str, Any]:
    """Everything about every file of a folder."""
    # What any DAG that uses @task and @task.sensor loads by itself is not ours to answer for.
    for name in ("Asset", "CronPartitionTimetable", "Param", "PartitionedAssetTimetable", "dag", "task"):
        getattr(airflow.sdk, name)
    assert python
    assert sensor
    before = set(sys.modules)
    files = {}
    for file in sorted(folder.glob("*.py")):
        begin = time.process_time()
        bag = DagBag(dag_folder=str(file))
        files[file.stem] = {
            "seconds": time.process_time() - begin,
            "errors": bag.import_errors,
            "dags": {dag_id: DagSerialization.to_dict(dag) for dag_id, dag in bag.dags.items()},
        }
    return {"files": files, "heavy": [name for name in HEAVY if name in set(sys.modules) - before]}


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1])), sys.stdout)
