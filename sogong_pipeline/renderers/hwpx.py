"""A page as an HWPX document in the form of the ministries: □ ○ - *, tables with a bold shaded head."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sogong_pipeline.pages.drawings import Drawing, IndexChart, StageBars, StageMap
from sogong_pipeline.pages.parts import Card, Page, Picture, Section, Table
from sogong_pipeline.renderers.fonts import FAMILY
from sogong_pipeline.renderers.grid import head_cells, notes, printed, widths
from sogong_pipeline.renderers.holding import held
from sogong_pipeline.renderers.hwpx_writer import WIDTH_MM, Entry, Writer, counted_ids, plain
from sogong_pipeline.renderers.svg import elements
from sogong_pipeline.renderers.svg.draw import draw
from sogong_pipeline.renderers.typesetting import compile_png
from sogong_pipeline.vocabulary import legend

MOMENT = "2000-01-01T00:00:00Z"
"""The time of creation that every file claims, so that the same page gives the same bytes."""
PIXELS_PER_INCH = 160
MM_PER_PIXEL = 25.4 / 96
NAVY, MUTED = "#1F3A5F", "#5D6975"
PREVIEW = "Preview/PrvText.txt"
PREVIEWED = 1000
"""Characters of the text that a list of files shows."""


@dataclass(frozen=True, slots=True)
class _Ids:
    """The types and forms of paragraphs, made once."""

    title: str
    heading: str
    lead: str
    body: str
    bold: str
    small: str
    centre: str
    left: str
    hanging: str
    note: str
    head: str


def render(page: Page) -> bytes:
    """Write a page as a document; the same page always gives the same bytes."""
    pictures = _draw(list(_drawings(page)))
    with counted_ids(), warnings.catch_warnings():
        writer = Writer()
        _write(writer, _ids(writer), page, pictures)
        document, head = writer.document, page.masthead
        document.parts.set_document_metadata(
            title=plain(f"{head.title}, {head.period}"),
            subject=plain(page.summary),
            keyword=plain(", ".join(page.keywords)),
            creator="",
            created_date=MOMENT,
            modified_date=MOMENT,
        )
        document.page.set_header(text=plain(f"{head.running_head}  |  {head.running_mark}"))
        document.page.set_page_number()
        preview = "\r\n".join([head.title, head.period, *page.headline])
        document.package.set_part(
            PREVIEW, plain(preview.replace("\r\n", "\t"))[:PREVIEWED].replace("\t", "\r\n")
        )
        data: bytes = document.to_bytes()
        return data


def _ids(writer: Writer) -> _Ids:
    spaced = {"line_spacing_percent": 150}
    return _Ids(
        title=writer.type_of(size=17, bold=True, color=NAVY),
        heading=writer.type_of(size=13, bold=True, color=NAVY),
        lead=writer.type_of(size=12, bold=True),
        body=writer.type_of(size=10),
        bold=writer.type_of(size=10, bold=True),
        small=writer.type_of(size=8, color=MUTED),
        centre=writer.form_of(alignment="CENTER", spacing_after_pt=4, **spaced),
        left=writer.form_of(
            alignment="LEFT", spacing_before_pt=4, spacing_after_pt=2, keep_with_next=True, **spaced
        ),
        hanging=writer.form_of(
            alignment="LEFT", indent_left_mm=5, first_line_indent_mm=-4, spacing_after_pt=2, **spaced
        ),
        note=writer.form_of(
            alignment="LEFT", indent_left_mm=6, first_line_indent_mm=-3, line_spacing_percent=130
        ),
        head=writer.form_of(
            alignment="LEFT", spacing_before_pt=14, spacing_after_pt=4, keep_with_next=True, **spaced
        ),
    )


def _write(writer: Writer, ids: _Ids, page: Page, pictures: dict[int, bytes]) -> None:
    head = page.masthead
    for notice in head.notices:
        writer.paragraph(notice, ids.bold, ids.centre)
    writer.paragraph(head.title, ids.title, ids.centre)
    writer.paragraph(f"{head.period} · {head.period_note}", ids.small, ids.centre)
    if head.disclaimer:
        writer.paragraph(head.disclaimer, ids.bold, ids.centre)
    writer.paragraph(f"□ {page.headline[0]}", ids.lead, ids.left)
    if page.glance:
        _captioned(writer, ids, page.glance)
    for sentence in page.headline[1:]:
        writer.paragraph(f"○ {sentence}", ids.body, ids.hanging)
    if page.tiles:
        tiles = ", ".join(
            f"{tile.label} {tile.count.text}{tile.unit}({tile.share}, {tile.change})" for tile in page.tiles
        )
        writer.paragraph(f"○ 단계별 밀집지역: {tiles}", ids.body, ids.hanging)
    for picture in held([page.bars] if page.bars else [], "hwpx"):
        _picture(writer, ids, picture, pictures)
    for section in held(page.sections, "hwpx"):
        _section(writer, ids, section, pictures)


def _section(writer: Writer, ids: _Ids, section: Section, pictures: dict[int, bytes]) -> None:
    writer.paragraph(f"□ {section.heading}", ids.heading, ids.head)
    for words in section.paragraphs:
        writer.paragraph(f"○ {words}", ids.body, ids.hanging)
    for bullet in section.bullets:
        writer.paragraph(f"- {bullet.title}: {bullet.text}", ids.body, ids.hanging)
    for picture in held(section.pictures, "hwpx"):
        _picture(writer, ids, picture, pictures)
    for table in held(section.tables, "hwpx"):
        _captioned(writer, ids, table)
    if meaning := legend(section.card_statuses):
        writer.paragraph(f"* {meaning}", ids.small, ids.note)
    for card in section.cards:
        _card(writer, ids, card)


def _card(writer: Writer, ids: _Ids, card: Card) -> None:
    stage = " · ".join(filter(None, [card.stage.text, card.stage.note, card.confidence]))
    writer.paragraph(f"{card.number}. {card.name} ({card.place}): {stage}", ids.bold, ids.left)
    writer.paragraph(f"- {card.reason}", ids.body, ids.hanging)
    if card.flows:
        writer.paragraph(f"- {card.flows}", ids.body, ids.hanging)
    if card.trend.drawing:
        writer.paragraph(f"- {card.trend.drawing.alt}", ids.body, ids.hanging)
    _table(writer, card.table)
    if card.facts:
        writer.paragraph(f"* {' · '.join(card.facts)}", ids.small, ids.note)


def _captioned(writer: Writer, ids: _Ids, table: Table) -> None:
    """A table between its caption and its notes."""
    if table.caption:
        writer.paragraph(f"<{table.caption}>", ids.bold, ids.left)
    _table(writer, table)
    for words in notes(table):
        writer.paragraph(f"* {words}", ids.small, ids.note)


def _table(writer: Writer, table: Table) -> None:
    heads, head_rows = head_cells(table)
    rows: list[Sequence[Entry]] = []
    for row in table.rows:
        rows.append(
            [
                Entry(printed(cell), cell.note, right=column.kind == "number", bold=row.strong)
                for cell, column in zip(row.cells, table.columns, strict=True)
            ]
        )
        if row.detail:
            rows.append([Entry(row.detail)])
    writer.table(widths(table), heads, head_rows, rows)


def _picture(writer: Writer, ids: _Ids, picture: Picture, pictures: dict[int, bytes]) -> None:
    writer.paragraph(f"<{picture.title}>", ids.bold, ids.left)
    if picture.drawing:
        width, height = elements.size(draw(picture.drawing))
        shown = min(width * MM_PER_PIXEL, WIDTH_MM)
        writer.picture(pictures[id(picture.drawing)], shown, shown * height / width, picture.drawing.alt)
    if picture.legend and not isinstance(picture.drawing, StageBars):
        writer.paragraph(f"* {', '.join(entry.text for entry in picture.legend)}", ids.small, ids.note)
    for words in picture.notes:
        writer.paragraph(f"* {words}", ids.small, ids.note)


def _drawings(page: Page) -> Iterator[Drawing]:
    """The drawings that are shown as pictures: charts, bars and maps; small ones in tables are their words."""
    parts = [page.bars] if page.bars else []
    parts += [picture for section in held(page.sections, "hwpx") for picture in section.pictures]
    for picture in held(parts, "hwpx"):
        if isinstance(picture.drawing, IndexChart | StageBars | StageMap):
            yield picture.drawing


def _draw(drawings: Sequence[Drawing]) -> dict[int, bytes]:
    """Drawings as PNG by identity."""
    if not drawings:
        return {}
    data = []
    for drawing in drawings:
        svg = elements.in_font(draw(drawing), FAMILY)
        width, height = elements.size(svg)
        data.append({"svg": svg, "width": width, "height": height})
    pngs = compile_png("pictures.typ", {"font": FAMILY, "drawings": data}, PIXELS_PER_INCH)
    return {id(drawing): png for drawing, png in zip(drawings, pngs, strict=True)}
