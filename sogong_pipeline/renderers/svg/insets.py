"""Islands too far out for the frame of a map, drawn apart in its corners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from sogong_pipeline.pages.geography import Outline, Point
from sogong_pipeline.renderers.svg.projection import Box, Projection

LARGEST = 0.22
"""Share of the map's sides that an inset may take."""


@dataclass(frozen=True, slots=True)
class Inset:
    """A box of longitudes and latitudes; see insets.yaml."""

    name: str
    box: Box
    sidos: frozenset[str]
    islets: tuple[Point, ...]


def of_sidos(sidos: frozenset[str]) -> list[Inset]:
    """The insets that a map of these sidos needs."""
    return [inset for inset in _insets() if inset.sidos & sidos]


def placed(
    chosen: Iterable[Inset], own: Sequence[Outline], view: Projection
) -> list[tuple[Inset, Projection]]:
    """Put each inset into the free corner of the map where it covers the least land.

    Args:
        chosen: The insets, at most four.
        own: The outlines that should stay visible.
        view: The map.
    """
    land = [view.pixel(point) for outline in own for ring in outline.rings for point in ring]
    free = {0, 1, 2, 3}
    found = []
    for inset in chosen:
        corners = {place: corner for place, corner in enumerate(_corners(inset, view)) if place in free}
        best = min(corners, key=lambda place: (sum(map(corners[place].covers, land)), place))
        free.remove(best)
        found.append((inset, corners[best]))
    return found


def _corners(inset: Inset, view: Projection) -> Iterator[Projection]:
    """Right before left, top before bottom."""
    room = view.width * LARGEST, view.height * LARGEST
    fitted = Projection.fit(inset.box, *room)
    for left in (view.width - fitted.width, 0.0):
        for top in (0.0, view.height - fitted.height):
            yield Projection.fit(inset.box, *room, left, top)


@cache
def _insets() -> tuple[Inset, ...]:
    entries = yaml.safe_load(files(__package__).joinpath("insets.yaml").read_text(encoding="utf-8"))
    return tuple(
        Inset(
            name=entry["name"],
            box=Box(*entry["box"]),
            sidos=frozenset(entry["sidos"]),
            islets=tuple((longitude, latitude) for longitude, latitude in entry.get("islets", [])),
        )
        for entry in entries
    )
