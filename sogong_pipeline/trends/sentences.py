"""Sentences of a trend in 국가데이터처's style: names on either side, counts of areas, the nation in brackets."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sogong_pipeline.pages.wording import change_size, number, signed_change, with_particle
from sogong_pipeline.trends.words import MOVES, NAMED, Moved, sides

AGO = "1년 전 같은 분기보다"


def nation_sentence(measure: str, areas: Sequence[Moved], nation: Decimal | None) -> str:
    """Return one sentence over all areas: `종사자는 울산(+2.1%) 등 5개 시도에서 ... 증가하고 ... [전국: +0.2%]`."""
    grouped = sides(areas)
    up = f"{_names(grouped.up)}에서 증가" if grouped.up else ""
    down = f"{_names(grouped.down)}에서 감소" if grouped.down else ""
    flat = f"{number(len(grouped.flat))}개 시도는 보합" if grouped.flat else ""
    moved = "하고 ".join(filter(None, (up, down)))
    known = f"[전국: {signed_change(nation)}%]" if nation is not None else "[전국: 비교할 수 없음]"
    subject = with_particle(measure, "은/는")
    if moved and flat:
        text = f"{subject} {AGO} {moved}하였으며, {flat}입니다"
    elif moved:
        text = f"{subject} {AGO} {moved}하였습니다"
    elif flat:
        text = f"{subject} {AGO} {flat}입니다"
    else:
        text = f"{subject} {AGO} 견줄 수 있는 시도가 없습니다"
    unknown = (
        f". {number(len(grouped.unknown))}개 시도는 비교할 수 없습니다"
        if grouped.unknown and (moved or flat)
        else ""
    )
    return f"{text} {known}{unknown}."


def area_sentence(measure: str, level: str, area: Moved, nation: Decimal | None) -> str:
    """Return one sentence on one area: `종사자는 12,345명으로 ... 1.2% 소폭 감소하였습니다(전국 +0.2%)`."""
    known = f"전국 {signed_change(nation)}%" if nation is not None else ""
    subject = with_particle(measure, "은/는")
    if area.move is None or area.change_pct is None:
        return f"{subject} {level}이며 1년 전 같은 분기와 비교할 수 없습니다."
    level_phrase = with_particle(level, "으로/로")
    if area.move == "flat":
        beside = ", ".join(filter(None, (f"{signed_change(area.change_pct)}%", known)))
        return f"{subject} {level_phrase} {AGO} 보합입니다({beside})."
    change = change_size(area.change_pct)
    brackets = f"({known})" if known else ""
    return f"{subject} {level_phrase} {AGO} {change}% {MOVES[area.move]}하였습니다{brackets}."


def _names(areas: Sequence[Moved]) -> str:
    named = ", ".join(f"{one.name}({signed_change(one.change_pct)}%)" for one in areas[:NAMED])
    more = " 등" if len(areas) > NAMED else ""
    return f"{named}{more} {number(len(areas))}개 시도"
