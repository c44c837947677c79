"""Registries: loaded files of districts, every one kept, the last one in force."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sogong_pipeline.districts.registry import Registry, read_registry
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake import Built, Lake, Partition


class RegistrySteps:
    """The registries of one lake; `now` gives the time to record."""

    def __init__(self, lake: Lake, now: Callable[[], str]) -> None:
        self.lake = lake
        self._now = now

    def load(self, path: Path, as_of: dt.date | None = None) -> tuple[Registry, bool]:
        """Make a registry file the one in force, keeping every earlier one.

        Args:
            path: a CSV in the documented template.
            as_of: the first day of validity for rows that leave it blank.

        Returns:
            The registry and whether it differs from the one in force before.
        """
        registry = Registry.of(read_registry(path, as_of))
        before = self.in_force()
        if before is not None and before.version == registry.version:
            return before, False
        number = len(self._loaded()) + 1

        def build(workspace: Path) -> Built:
            kept = workspace / "registry.csv"
            shutil.copyfile(path, kept)
            return Built(
                {"registry": kept},
                {
                    "version": registry.version,
                    "as_of": str(as_of or ""),
                    "file_name": path.name,
                    "districts": len(registry.districts),
                },
            )

        self.lake.ensure(
            "registry",
            (f"{number:04d}-{registry.version}",),
            inputs={"version": registry.version},
            recorded_at=self._now(),
            build=build,
        )
        return registry, True

    def _loaded(self) -> list[Partition]:
        return self.lake.partitions("registry")

    def in_force(self, known: dt.datetime | None = None) -> Registry | None:
        """The registry in force: the one loaded last, by a moment where one is given."""
        loaded = [
            partition
            for partition in self._loaded()
            if known is None or dt.datetime.fromisoformat(partition.manifest["recorded_at"]) <= known
        ]
        return _read(loaded[-1]) if loaded else None

    def of_version(self, version: str) -> Registry:
        """A registry by its version, in force or not."""
        found = [loaded for loaded in self._loaded() if loaded.facts["version"] == version]
        if not found:
            raise RefusedError(
                f"registry {version} is not in the lake; restore lake/registry from the backup"
            )
        return _read(found[-1])


def _read(loaded: Partition) -> Registry:
    """The registry of a loaded file."""
    return _read_file(loaded.path("registry"), loaded.facts["as_of"])


@cache  # the files of the lake are named by their content, so the same path is the same registry
def _read_file(path: Path, as_of: str) -> Registry:
    return Registry.of(read_registry(path, dt.date.fromisoformat(as_of) if as_of else None))
