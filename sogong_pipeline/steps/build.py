"""Makes partitions: resolves the builder of a layer, adds its code to the inputs, and logs what came of it."""

from __future__ import annotations

import importlib
import logging
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.lake.code import code_inputs
from sogong_pipeline.lake.layers import BY_NAME
from sogong_pipeline.lake.partitions import SHORT, Built, Partition

logger = logging.getLogger(__name__)
Same = Callable[[Built], Partition | None]


def make(
    catalogue: Catalogue,
    layer: str,
    key: tuple[str, ...],
    inputs: Mapping[str, str],
    *arguments: Any,
    same: Same | None = None,
    **named: Any,
) -> tuple[Partition, bool]:
    """Return the partition of a layer that is made from exactly these inputs by today's code, building it if need be.

    Args:
        catalogue: the installation.
        layer: a layer of the table that has a builder.
        key: what the partition is about.
        inputs: digests and versions of what it is made from, besides the code.
        arguments: what its builder takes before the workspace.
        same: finds, to something just built, a partition of another key with the same content; it is kept instead.
        named: keyword arguments of the builder.

    Returns:
        The partition and whether one was added or changed now.
    """
    builder, started = _builder(layer), time.monotonic()
    partition, is_new = catalogue.lake.ensure(
        layer,
        key,
        inputs={**inputs, **code_inputs(layer)},
        recorded_at=catalogue.now(),
        build=lambda workspace: builder(*arguments, workspace=workspace, **named),
        same=same,
    )
    if is_new:
        _log(partition, arguments, time.monotonic() - started)
    return partition, is_new


def is_current(partition: Partition | None) -> bool:
    """Whether a partition is there and was made by today's code."""
    return partition is not None and not outdated(partition)


def outdated(partition: Partition) -> list[str]:
    """The parts of a layer's code that changed since a partition was made, as `name: before -> now`."""
    layer, before = partition.manifest["step"], partition.manifest["inputs"]
    return [
        f"{name} of {layer}: {before.get(name, 'nothing')} -> {digest}"
        for name, digest in code_inputs(layer).items()
        if before.get(name) != digest
    ]


@cache
def _builder(layer: str) -> Callable[..., Built]:
    module, _, function = BY_NAME[layer].builder.rpartition(".")
    builder: Callable[..., Built] = getattr(importlib.import_module(module), function)
    return builder


def _log(partition: Partition, arguments: tuple[Any, ...], seconds: float) -> None:
    read = sum(map(_rows, filter(_is_table, arguments)))
    written = {
        name: pq.read_metadata(partition.path(name)).num_rows
        for name, entry in partition.manifest["files"].items()
        if entry["file"].endswith(".parquet")
    }
    logger.info(
        "%s %s: %s rows in, %s out, %.1f s, digest %s",
        partition.manifest["step"],
        " ".join(partition.manifest["key"]),
        f"{read or partition.facts.get('rows', 0):,}",
        ", ".join(f"{rows:,} {name}" for name, rows in written.items()),
        seconds,
        partition.digest[:SHORT],
    )


def _is_table(argument: Any) -> bool:
    return isinstance(argument, Path) and argument.suffix == ".parquet"


def _rows(table: Path) -> int:
    return int(pq.read_metadata(table).num_rows)
