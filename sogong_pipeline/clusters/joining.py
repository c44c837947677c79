"""Join neighbouring dongs: connected components of adjacent areas."""

from __future__ import annotations

from collections.abc import Mapping

from sogong_pipeline.clusters.neighbours import lie_beside


def joined_groups(legal_codes: Mapping[str, tuple[str, ...]]) -> list[list[str]]:
    """Return the connected groups of two or more areas; members sorted, groups sorted by their first member.

    Args:
        legal_codes: first eight digits of today's legal dongs, by area.
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
