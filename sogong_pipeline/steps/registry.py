"""Registries: loaded files of districts, every one kept, the last one in force."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from sogong_pipeline.districts.loading import Given, read_all
from sogong_pipeline.districts.placements import read_placements, write_placements
from sogong_pipeline.districts.registry import Registry
from sogong_pipeline.districts.template import read_registry, write_registry
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import Built, Lake, Partition

NOTHING_ELSE = Given()


class RegistrySteps:
    """The registries of one lake; `now` gives the time to record."""

    def __init__(self, lake: Lake, now: Callable[[], str]) -> None:
        self.lake = lake
        self._now = now

    def load(
        self, path: Path, as_of: dt.date | None = None, given: Given = NOTHING_ELSE
    ) -> tuple[Registry, bool]:
        """Make a registry file the one in force, keeping every earlier one.

        Args:
            path: a CSV in the documented template.
            as_of: the first day of validity for rows that leave it blank.
            given: the files that go with it.

        Returns:
            The registry and whether it differs from the one in force before.

        Raises:
            RefusedError: when anything in any of the files is wrong; it tells all of it, and nothing was changed.
        """
        registry = read_all(path, as_of, given)
        before = self.in_force()
        if before is not None and before.version == registry.version:
            return before, False
        number = len(self._loaded()) + 1

        def build(workspace: Path) -> Built:
            kept = {"registry": workspace / "registry.csv", "placement": workspace / "placement.csv"}
            kept["registry"].write_text(write_registry(registry.districts), encoding="utf-8")
            kept["placement"].write_text(write_placements(registry.placements), encoding="utf-8")
            came = {"given": path, **given.named()}
            for role, file in came.items():
                kept[role] = workspace / f"{role}{file.suffix.lower()}"
                shutil.copyfile(file, kept[role])
            return Built(
                kept,
                {
                    "version": registry.version,
                    "as_of": str(as_of or ""),
                    "file_name": path.name,
                    "came": {role: file.name for role, file in came.items()},
                    "districts": len(registry.districts),
                    "placements": len(registry.placements),
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

    def loaded(self) -> list[dict[str, str | int]]:
        """What was loaded, oldest first: version, file_name, districts, recorded_at."""
        return [
            {
                **{name: partition.facts[name] for name in ("version", "file_name", "districts")},
                "recorded_at": partition.manifest["recorded_at"],
            }
            for partition in self._loaded()
        ]

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
    placement = loaded.path("placement") if "placement" in loaded.manifest["files"] else None
    return _read_files(loaded.path("registry"), placement, loaded.facts["as_of"])


@cache  # the files of the lake are named by their content, so the same path is the same registry
def _read_files(path: Path, placement: Path | None, as_of: str) -> Registry:
    districts = read_registry(path, dt.date.fromisoformat(as_of) if as_of else None)
    return Registry.of(districts, read_placements(placement) if placement else ())
