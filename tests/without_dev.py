"""Import everything that runs in the image, in a Python without the group `dev`; print the number of modules."""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import pkgutil
import runpy
import sys
import tempfile
import tomllib
from importlib.machinery import ModuleSpec
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PARTS = (
    "airflow.api_fastapi.app",
    "airflow.executors.local_executor",
    "airflow.jobs.scheduler_job_runner",
    "airflow.jobs.triggerer_job_runner",
    "airflow.providers.celery.executors.celery_executor",
    "airflow.providers.fab.auth_manager.fab_auth_manager",
)
"""What the services of docker-compose.yml start with."""
BUILDS_OUR_DATA = ("tools.reference_tables.__main__", "sogong_pipeline.regions.tables")
"""Made the reference tables that are shipped; runs where they are made again."""


def installed() -> dict[str, importlib.metadata.Distribution]:
    return {canonicalize_name(one.name): one for one in importlib.metadata.distributions()}


def needed(requirements: list[str]) -> set[str]:
    """Return the names of the distributions that these bring, markers and extras regarded."""
    distributions = installed()
    seen: set[tuple[str, frozenset[str]]] = set()
    left = [Requirement(text) for text in requirements]
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen or name not in distributions:
            continue
        seen.add(key)
        for text in distributions[name].requires or []:
            child = Requirement(text)
            extras = requirement.extras or {""}
            if child.marker is None or any(child.marker.evaluate({"extra": extra}) for extra in extras):
                left.append(child)
    return {name for name, _ in seen}


class Absent:
    """Import hook that makes modules unimportable."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"{name} is of the group dev, which the image leaves out", name=name)
        return None


def _raise(name: str) -> None:
    raise ImportError(name)


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runs = needed([*project["dependencies"], "hatchling", "editables"]) | {"pip", "sogong-pipeline"}
    absent = {
        module
        for module, names in importlib.metadata.packages_distributions().items()
        if not {canonicalize_name(name) for name in names} & runs
    }
    assert {"moto", "pytest", "mypy"} <= absent
    assert not {"airflow", "celery", "duckdb", "psycopg", "redis", "sqlalchemy"} & absent
    sys.meta_path.insert(0, Absent(absent))
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp()
    package = importlib.import_module("sogong_pipeline")
    ours = [one.name for one in pkgutil.walk_packages(package.__path__, "sogong_pipeline.", _raise)]
    ours = [name for name in ours if not name.startswith(BUILDS_OUR_DATA)]
    for name in [*ours, *PARTS]:
        importlib.import_module(name)
    dags = sorted((ROOT / "dags").glob("*.py"))
    for dag in dags:
        runpy.run_path(str(dag))
    print(len(ours) + len(PARTS) + len(dags))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
