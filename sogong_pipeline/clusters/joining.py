"""Join neighbouring dongs: the connected parts of those that lie beside each other."""

from __future__ import annotations

from collections.abc import Mapping

from sogong_pipeline.clusters.neighbours import lie_beside


def joined_groups(legal_codes: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """Connected groups of two areas or more, each in order, the groups by their first.

    Args:
        legal_codes: of each area, the first eight digits of its legal dongs of today.
    """
    left, groups = sorted(legal_codes), []
    while left:
        group, ahead = [left[0]], [left.pop(0)]
        while ahead:
            one = ahead.pop()
            touching = [other for other in left if lie_beside(legal_codes[one], legal_codes[other])]
            left = [other for other in left if other not in touching]
            group += touching
            ahead += touching
        if len(group) > 1:
            groups.append(sorted(group))
    return groups
