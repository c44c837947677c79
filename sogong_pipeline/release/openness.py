"""Whether names and coordinates of districts may go out."""

from __future__ import annotations

from collections.abc import Sequence

from sogong_pipeline.districts.loaded import is_loaded_open
from sogong_pipeline.districts.registry import SIMULATED, Registry
from sogong_pipeline.lake.partitions import Partition


def may_be_named(loaded: Sequence[Partition], registries: Sequence[Registry]) -> bool:
    """Whether every registry that gives a district its name was loaded as open, or is simulated throughout.

    Args:
        loaded: the registries of the lake, the one that judged last.
        registries: the same, read.
    """
    newest: dict[str, int] = {}
    for number, registry in enumerate(registries):
        newest.update((district.district_id, number) for district in registry.districts)
    return all(
        is_loaded_open(loaded[number]) or is_simulated(registries[number]) for number in set(newest.values())
    )


def is_simulated(registry: Registry) -> bool:
    """Whether each district of a registry is invented."""
    return all(district.source.startswith(SIMULATED) for district in registry.districts)
