"""The registries in a lake as districts: the one in force, one by its version, and the months measured under them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.placements import read_placements
from sogong_pipeline.districts.registry import Registry, Slice
from sogong_pipeline.districts.template import read_registry
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.factories.loaded import book_plan
from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.periods import Month, Quarter

OPEN = "is_open"
"""The fact of a loaded registry whose names and coordinates may stand in the open release; absent means closed."""


def is_loaded_open(loaded: Partition) -> bool:
    """Whether a registry was loaded as open."""
    return bool(loaded.facts.get(OPEN, False))


def registry_in_force(catalogue: Catalogue, known: dt.datetime | None = None) -> Registry | None:
    """The registry loaded last, by a moment where one is given; None when none was."""
    loaded = catalogue.registries(known)
    return _read(loaded[-1]) if loaded else None


def registries(catalogue: Catalogue) -> list[Registry]:
    """Every registry of the lake, the one in force last."""
    return [_read(loaded) for loaded in catalogue.registries()]


def registry_of_version(catalogue: Catalogue, version: str) -> Registry:
    """A registry by its version, in force or not.

    Raises:
        RefusedError: when it is not in the lake.
    """
    matches = [loaded for loaded in catalogue.registries() if loaded.facts["version"] == version]
    if not matches:
        raise RefusedError(
            f"there is no registry {version} in the lake; `sogong registry list` names the versions that were loaded"
        )
    return _read(matches[-1])


def measured_in_force(catalogue: Catalogue, month: Month) -> Partition | None:
    """The measured month under the districts of its own quarter, if it is there; builds nothing.

    With factory registers that of the quarter's book, or, where months have come in since, that of the last book of the
    same districts.
    """
    vintage, registry = catalogue.vintage_of(month), registry_in_force(catalogue)
    if vintage is None or registry is None:
        return None
    districts = districts_of(catalogue, registry, month.quarter)
    measured = catalogue.lake.find("measured", str(month), vintage, districts.version)
    if measured is not None or districts.book is None:
        return measured
    plain = registry.on(month.quarter.last_day).version
    earlier = [
        one
        for one in catalogue.lake.partitions("measured", str(month), vintage)
        if one.manifest["inputs"].get("districts") == plain
    ]
    return max(earlier, key=lambda one: (one.manifest["recorded_at"], one.folder.name), default=None)


def districts_of(
    catalogue: Catalogue,
    registry: Registry,
    quarter: Quarter,
    known: dt.datetime | None = None,
) -> Slice:
    """The districts that count in a quarter, with the one book of evidence that all its months are placed by.

    Args:
        catalogue: the installation.
        registry: the registry that judges.
        quarter: the quarter judged.
        known: the load time as of which registers, aliases and months are taken.
    """
    return registry.on(quarter.last_day).with_book(book_plan(catalogue, quarter, known))


def _read(loaded: Partition) -> Registry:
    """The registry of a loaded file."""
    placement = loaded.path("placement") if "placement" in loaded.manifest["files"] else None
    return _read_files(loaded.path("registry"), placement, loaded.facts["as_of"])


@cache  # the files of the lake are named by their content, so the same path is the same registry
def _read_files(path: Path, placement: Path | None, as_of: str) -> Registry:
    districts = read_registry(path, dt.date.fromisoformat(as_of) if as_of else None)
    return Registry.of(districts, read_placements(placement) if placement else ())
