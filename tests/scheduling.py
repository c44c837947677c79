"""Scheduling of tests on workers: the tests of a file stay together, so that shared fixtures are built once.

`--dist loadgroup` would do it by the mark `xdist_group`, but pytest-xdist 3.8 writes a group into a test's id, where
pytest 9.2 no longer looks: the mark is silently without effect (pytest-xdist#1386).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest
    from xdist.workermanage import WorkerController

TOGETHER = {
    "tests/dags/test_scheduler.py": "a running Airflow",
    "tests/dags/test_councils.py": "a running Airflow",
    "tests/dags/test_compose.py": "a running Airflow",
    "tests/release/test_package.py": "a released town",
    "tests/release/test_release.py": "a released town",
}
"""Files that one worker runs: two Airflows at once are slower than one after the other; a town is built once."""
FIRST = (
    "a running Airflow",
    "tests/test_kill.py",
    "tests/councils/test_record.py",
    "tests/test_cli.py",
    "tests/lake/test_s3.py",
    "tests/indicators/test_recompute.py",
    "tests/steps/test_steps.py",
    "tests/upkeep/test_backup.py",
    "tests/warehouse/test_postgres.py",
    "tests/warehouse/test_warehouse.py",
)
"""What takes longest begins, so that no worker is left with it at the end."""


class ByFile(LoadScopeScheduling):
    """Whole files to each worker, the longest first, otherwise in their order."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return TOGETHER.get(file, file)

    def _assign_work_unit(self, node: WorkerController) -> None:
        first = next((scope for scope in FIRST if scope in self.workqueue), None)
        if first is not None:
            self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)
