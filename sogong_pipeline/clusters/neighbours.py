"""Adjacency of eups, myeons and dongs by the committed coarse outlines of legal dongs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from sogong_pipeline.regions.crosswalk import legal_dongs
from sogong_pipeline.regions.dong_outlines import beside


def lie_beside(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return True if two areas, each the first eight digits of today's legal dongs, share a legal dong or touch.

    Dongs cut from one legal dong share it. An area without a known legal dong has no neighbours.
    """
    return bool(set(one) & set(other)) or any(code in near(start) for start in one for code in other)


@cache
def near(emd_code: str) -> frozenset[str]:
    """Return the first eight digits of the legal dongs adjacent to one."""
    return frozenset(code[:8] for code in beside(_below().get(emd_code, [f"{emd_code}00"]))) - {emd_code}


@cache
def _below() -> Mapping[str, list[str]]:
    """Today's ten-digit codes by their first eight digits: those of the ri of an eup or myeon."""
    below: dict[str, list[str]] = defaultdict(list)
    for code, dong in legal_dongs().items():
        if dong.valid_to is None:
            below[code[:8]].append(code)
    return below
