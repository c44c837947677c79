"""Districts as the names in factory registers may call them."""

from __future__ import annotations

from collections.abc import Iterable

from sogong_pipeline.districts.evidence import places_of
from sogong_pipeline.districts.registry import District, kinds
from sogong_pipeline.factories.names import Called
from sogong_pipeline.regions.reference import current_code


def called(districts: Iterable[District]) -> list[Called]:
    """What a register's names are held against: name, aliases and every sigungu of today, by district."""
    return [
        Called(
            district_id=one.district_id,
            name=one.name,
            kind=one.kind,
            sigungu_codes=frozenset(
                {code[:5] for code in places_of(one)} | {current_code(one.sigungu_code) or one.sigungu_code}
            ),
            aliases=one.aliases,
            is_building=kinds()[one.kind].is_building,
        )
        for one in districts
    ]
