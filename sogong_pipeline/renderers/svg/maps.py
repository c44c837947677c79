"""The map of a report: outlines of sigungu, districts as marks of their stage, names where they fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from sogong_pipeline.pages import palette
from sogong_pipeline.pages.drawings import Dot, StageMap
from sogong_pipeline.pages.geography import Outline, Point
from sogong_pipeline.pages.wording import shorten
from sogong_pipeline.renderers.svg import elements as svg
from sogong_pipeline.renderers.svg import insets
from sogong_pipeline.renderers.svg.insets import Inset
from sogong_pipeline.renderers.svg.labels import Sheet
from sogong_pipeline.renderers.svg.marks import mark
from sogong_pipeline.renderers.svg.projection import Box, Projection, frame
from sogong_pipeline.vocabulary import Stage

OWN_FILL, OTHER_FILL, SEA = "#f1f3ee", "#fafaf9", "#ffffff"
LETTER = 9.5
"""Height of a district's name, in pixels."""
SIDO_EDGE, FAINT = "#8d978f", "#8a948d"
HALO: svg.Style = {"stroke": "#fff", "stroke_width": 2.2, "paint_order": "stroke", "stroke_linejoin": "round"}
SIZE: dict[Stage, float] = {"good": 5, "undetermined": 6, "caution": 9, "severe": 10}
DRAWN_LAST: tuple[Stage, ...] = ("undetermined", "good", "caution", "severe")


def draw(data: StageMap) -> str:
    """A map of the sidos with their districts."""
    outlines, sidos, dots, scale = data.outlines, data.sidos, data.dots, data.scale
    own = [outline for outline in outlines if outline.code[:2] in sidos]
    chosen = insets.of_sidos(sidos)
    main_dots = [dot for dot in dots if not any(inset.box.holds(dot.place) for inset in chosen)]
    box = frame((ring for outline in own for ring in outline.rings), (dot.place for dot in main_dots))
    view = Projection.fit(box, *data.size)
    boxes = insets.placed(chosen, own, view)
    sheet = Sheet(view.rectangle, taken=[projection.rectangle for _, projection in boxes])
    district_names = list(_district_names(main_dots, view, sheet, scale))
    return svg.drawing(
        view.width,
        view.height,
        _land(outlines, sidos, view),
        svg.element(
            "g",
            *_region_names(data.region_names, view, sheet, 11 / scale),
            *_marks(main_dots, view, scale),
            *district_names,
            *(
                _inset(
                    inset,
                    projection,
                    _land(outlines, sidos, projection),
                    _marks((dot for dot in dots if inset.box.holds(dot.place)), projection, scale),
                )
                for inset, projection in boxes
            ),
            font_family=svg.FONT,
        ),
        title=data.alt,
    )


def _land(outlines: Sequence[Outline], sidos: frozenset[str], view: Projection) -> str:
    seen = [outline for outline in outlines if any(Box.around(r).meets(view.box) for r in outline.rings)]
    own = [outline for outline in seen if outline.code[:2] in sidos]
    others = [outline for outline in seen if outline.code[:2] not in sidos]
    left, top, right, bottom = view.rectangle
    clip = f"clip-{svg.figure(left)}-{svg.figure(top)}-{svg.figure(view.width)}"
    window = svg.element("rect", x=left, y=top, width=right - left, height=bottom - top, fill=SEA)
    areas = [
        svg.element(
            "path", d=_paths(group, view), fill=fill, stroke=stroke, stroke_width=0.5, fill_rule="evenodd"
        )
        for group, fill, stroke in ((others, OTHER_FILL, "#e6e8e8"), (own, OWN_FILL, "#cdd3cd"))
        if group
    ]
    borders = "".join(svg.line_path(map(view.pixel, line)) for line in _sido_borders(own))
    edge = svg.element(
        "path", d=borders, fill="none", stroke=SIDO_EDGE, stroke_width=0.9, stroke_linejoin="round"
    )
    return svg.element(
        "g", svg.element("clipPath", window, id=clip), window, *areas, edge, clip_path=f"url(#{clip})"
    )


def _paths(outlines: Iterable[Outline], view: Projection) -> str:
    return "".join(
        svg.line_path(map(view.pixel, ring), closed=True)
        for outline in outlines
        for ring in outline.rings
        if Box.around(ring).meets(view.box)
    )


def _sido_borders(outlines: Sequence[Outline]) -> Iterator[list[Point]]:
    """The lines around each sido: edges that only one of its sigungu has, joined where they follow each other."""
    edges = [
        (outline.code[:2], frozenset(edge))
        for outline in outlines
        for ring in outline.rings
        for edge in pairwise(ring)
    ]
    uses = Counter(edges)
    for outline in outlines:
        for ring in outline.rings:
            line: list[Point] = []
            for start, end in pairwise(ring):
                if uses[outline.code[:2], frozenset((start, end))] == 1:
                    line = [*(line or [start]), end]
                elif line:
                    yield line
                    line = []
            if line:
                yield line


def _marks(dots: Iterable[Dot], view: Projection, scale: float) -> Iterator[str]:
    for dot in sorted(dots, key=lambda dot: DRAWN_LAST.index(dot.stage)):
        yield mark(dot.stage, *view.pixel(dot.place), SIZE[dot.stage] * scale)


def _region_names(
    names: Iterable[tuple[str, Point]], view: Projection, sheet: Sheet, size: float
) -> Iterator[str]:
    """Faint, under the marks; a little off its place where a label stands there, left out where that fails too."""
    for name, place in names:
        x, y = view.pixel(place)
        tries = (sheet.centred(name, x, y + shift * size, size) for shift in (0, -1, 1, -2, 2))
        if placed := next(filter(None, tries), None):
            yield svg.text(
                placed.words, placed.x, placed.y, text_anchor="middle", font_size=size, fill=FAINT, **HALO
            )


def _district_names(dots: Sequence[Dot], view: Projection, sheet: Sheet, scale: float) -> Iterator[str]:
    """The numbers of flagged districts, and their names where there is room."""
    flagged = [dot for dot in dots if dot.number is not None]
    for dot in flagged:
        sheet.reserve(*view.pixel(dot.place), SIZE[dot.stage] * scale * 0.5)
    for dot in flagged:
        wordings = [f"{dot.number} {shorten(dot.name, 11)}", f"{dot.number}"][scale < 1 :]
        x, y = view.pixel(dot.place)
        if placed := sheet.beside(wordings, x, y, SIZE[dot.stage] * scale * 0.5 + 1.5, LETTER):
            yield svg.text(
                placed.words, placed.x, placed.y, text_anchor=placed.anchor, font_size=LETTER, fill=palette.INK,
                font_weight="bold" if dot.stage == "severe" else "normal", **HALO,
            )  # fmt: skip


def _inset(inset: Inset, projection: Projection, land: str, marks: Iterable[str]) -> str:
    islets = [
        svg.element("circle", cx=x, cy=y, r=1.4, fill=OWN_FILL, stroke=SIDO_EDGE, stroke_width=0.9)
        for x, y in map(projection.pixel, inset.islets)
    ]
    left, top, right, bottom = projection.rectangle
    return svg.element(
        "g",
        land,
        *islets,
        *marks,
        svg.element("rect", x=left + 0.5, y=top + 0.5, width=right - left - 1, height=bottom - top - 1,
                    fill="none", stroke="#b9c0ba", stroke_width=0.8),
        svg.text(inset.name, left + 5, bottom - 6, font_size=9, fill=FAINT),
    )  # fmt: skip
