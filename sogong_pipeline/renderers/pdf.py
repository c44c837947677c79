"""A page as a tagged PDF (PDF/UA-1) by Typst: the template gets everything as data and reads no text as markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sogong_pipeline.pages import palette
from sogong_pipeline.pages.drawings import Drawing, LineSample, StageMark
from sogong_pipeline.pages.parts import Bullet, Card, Cell, Legend, Page, Picture, Section, StageTile, Table
from sogong_pipeline.renderers.fonts import FAMILY, printable
from sogong_pipeline.renderers.grid import head_cells, notes, widths
from sogong_pipeline.renderers.holding import held
from sogong_pipeline.renderers.svg import elements
from sogong_pipeline.renderers.svg.draw import draw
from sogong_pipeline.renderers.typesetting import compile_pdf
from sogong_pipeline.vocabulary import STAGES, legend, statuses

Data = dict[str, Any]


def render(page: Page) -> bytes:
    """Typeset a page; the same page always gives the same bytes."""
    return compile_pdf("page.typ", _printable(_page(page)))


def _printable(data: Any) -> Any:
    """The data with every text in signs that the font has; drawings keep theirs, for they are markup."""
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, Mapping):
        return {
            key: value if key in {"svg", "anchor", "anchors"} else _printable(value)
            for key, value in data.items()
        }
    if isinstance(data, Sequence):
        return [_printable(value) for value in data]
    return data


def _page(page: Page) -> Data:
    sections = held(page.sections, "pdf")
    anchors = [section.key for section in sections]
    anchors += [row.anchor for part in sections for table in held(part.tables, "pdf") for row in table.rows]
    anchors += [card.anchor for section in sections for card in section.cards]
    pictures = [page.bars] if page.bars else []
    return {
        "title": f"{page.masthead.title}, {page.masthead.period}",
        "summary": page.summary,
        "keywords": list(page.keywords),
        "font": FAMILY,
        "kind": page.kind,
        "palette": _colours(),
        "masthead": asdict(page.masthead),
        "headline": list(page.headline),
        "anchors": sorted(filter(None, anchors)),
        "tiles": [_tile(tile) for tile in page.tiles],
        "pictures": [_picture(picture) for picture in held(pictures, "pdf")],
        "glance": _table(page.glance) if page.glance else None,
        "sections": [_section(section) for section in sections],
    }


def _colours() -> Mapping[str, str]:
    named = {"ink": palette.INK, "muted": palette.MUTED, "rule": palette.RULE, "navy": palette.NAVY}
    stages = {f"fill-{stage}": palette.FILL[stage] for stage in STAGES}
    stages |= {f"edge-{stage}": palette.EDGE[stage] for stage in STAGES}
    return {**named, "severe": palette.FILL["severe"], **stages}


def _tile(tile: StageTile) -> Data:
    return {
        "stage": tile.stage,
        "label": tile.label,
        "count": tile.count.text,
        "unit": tile.unit,
        "share": tile.share,
        "change": tile.change,
    }


def _section(section: Section) -> Data:
    return {
        "key": section.key,
        "heading": section.heading,
        "paragraphs": list(section.paragraphs),
        "bullets": [_bullet(bullet) for bullet in section.bullets],
        "legend": _legend(section.legend),
        "pictures": [_picture(picture) for picture in held(section.pictures, "pdf")],
        "tables": [_table(table) for table in held(section.tables, "pdf")],
        "status-note": legend(section.card_statuses),
        "cards": [_card(card) for card in section.cards],
    }


def _bullet(bullet: Bullet) -> Data:
    stage = {"stage": bullet.drawing.stage} if isinstance(bullet.drawing, StageMark) else {}
    return {"title": bullet.title, "text": bullet.text, **stage}


def _legend(entries: Iterable[Legend]) -> list[Data]:
    return [{"text": entry.text, **_sample(entry.drawing)} for entry in entries]


def _sample(drawing: Drawing) -> Data:
    if isinstance(drawing, StageMark):
        return {"stage": drawing.stage}
    if isinstance(drawing, LineSample):
        colour, dashes = palette.SERIES[drawing.measure]
        return {"colour": colour, "dashes": [float(dash) for dash in dashes.split() if dash != "none"]}
    raise TypeError(f"no sample of a legend: {type(drawing).__name__}")


def _drawing(drawing: Drawing) -> Data:
    svg = draw(drawing)
    width, height = elements.size(svg)
    return {
        "svg": elements.in_font(svg, FAMILY),
        "alt": drawing.alt,
        "width": width,
        "height": height,
    }


def _picture(picture: Picture) -> Data:
    return {
        "title": picture.title,
        "legend": _legend(picture.legend),
        "drawing": _drawing(picture.drawing) if picture.drawing else None,
        "notes": list(picture.notes),
    }


def _card(card: Card) -> Data:
    return {
        "anchor": card.anchor,
        "number": card.number,
        "name": card.name,
        "place": card.place,
        "stage": _cell(card.stage),
        "confidence": card.confidence,
        "table": _table(card.table, with_legend=False),
        "trend": _drawing(card.trend.drawing) if card.trend.drawing else None,
        "reason": card.reason,
        "flows": card.flows,
        "facts": list(card.facts),
    }


def _table(table: Table, *, with_legend: bool = True) -> Data:
    heads, rows = head_cells(table)
    return {
        "caption": table.caption,
        "columns": [
            {"right": column.kind == "number", "width": width}
            for column, width in zip(table.columns, widths(table), strict=True)
        ],
        "heads": [
            {
                "x": head.column,
                "y": head.row,
                "colspan": head.columns,
                "rowspan": head.rows,
                "right": head.right,
                "text": head.text,
            }
            for head in heads
        ],
        "head-rows": rows,
        "rows": [
            {
                "cells": [_cell(cell) for cell in row.cells],
                "anchor": row.anchor,
                "detail": row.detail,
                "strong": row.strong,
            }
            for row in table.rows
        ],
        "notes": notes(table) if with_legend else list(table.notes),
    }


def _cell(cell: Cell) -> Data:
    data: Data = {"text": cell.text}
    if cell.drawing:
        data["drawing"] = _drawing(cell.drawing)
    elif cell.links:
        data["links"] = [
            {"text": link.text, "anchor": "" if link.report else link.anchor} for link in cell.links
        ]
    elif cell.stage:
        data["stage"] = cell.stage
    elif cell.tone:
        data["tone"] = cell.tone
    elif cell.status and cell.value is None:
        data["instead"] = True
    elif cell.status:
        data["mark"] = statuses()[cell.status].mark
    if cell.note:
        data["note"] = cell.note
    return data
