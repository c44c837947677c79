"""Registries: loaded files of districts, every one kept, the last one in force."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.loaded import OPEN, is_loaded_open, registry_in_force
from sogong_pipeline.districts.loading import Given, read_all
from sogong_pipeline.districts.placements import write_placements
from sogong_pipeline.districts.registry import Registry
from sogong_pipeline.districts.template import write_registry
from sogong_pipeline.lake.partitions import Built

NOTHING_ELSE = Given()


class RegistrySteps:
    """The registries of one lake."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def load(
        self,
        path: Path,
        as_of: dt.date | None = None,
        given: Given = NOTHING_ELSE,
        *,
        is_open: bool = False,
    ) -> tuple[Registry, bool]:
        """Make a registry file the one in force, keeping every earlier one.

        Args:
            path: a CSV in the documented template.
            as_of: the first day of validity for rows that leave it blank.
            given: the files that go with it.
            is_open: whether names and coordinates of its districts may stand in the open release.

        Returns:
            The registry and whether it, or whether it is open, differs from the one in force before.

        Raises:
            RefusedError: when anything in any of the files is wrong; it tells all of it, and nothing was changed.
        """
        registry = read_all(path, as_of, given)
        before = registry_in_force(self.catalogue)
        loaded = self.catalogue.registries()
        if (
            before is not None
            and before.version == registry.version
            and is_open == is_loaded_open(loaded[-1])
        ):
            return before, False
        number = len(loaded) + 1

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
                    **({OPEN: True} if is_open else {}),
                },
            )

        self.catalogue.lake.ensure(
            "registry",
            (f"{number:04d}-{registry.version}",),
            inputs={"version": registry.version},
            recorded_at=self.catalogue.now(),
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
            for partition in self.catalogue.registries()
        ]
