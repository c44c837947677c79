"""`road.csv.gz`: roads of each legal dong, to derive a legal dong from an address with a road only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from tools.reference_tables.legal_dong import LegalDong
from tools.reference_tables.postal_code import DongFinder


def build_roads(
    roads: Iterable[tuple[str, str, str]],
    today_by_name: Mapping[str, tuple[str, ...]],
    legal_dongs: Iterable[LegalDong],
) -> tuple[list[dict[str, str]], Counter[str]]:
    """Join the roads to today's legal dongs by name.

    Args:
        roads: Full sigungu name, dong (with ri) and road of building addresses, each once.
        today_by_name: Today's sigungu codes by sigungu name of any date.
        legal_dongs: Today's legal dongs.

    Returns:
        Rows ordered by legal dong, roads joined by `|`; and the pairs lost, by place, because their dong's name
        fits no legal dong of today, or several.
    """
    finder = DongFinder(legal_dongs)
    roads_of: dict[str, set[str]] = defaultdict(set)
    lost: Counter[str] = Counter()
    for sigungu, dong, road in roads:
        codes = finder.codes(today_by_name.get(sigungu, ()), dong)
        if len(codes) == 1:
            roads_of[codes.pop()].add(road)
        else:
            lost[f"{sigungu} {dong}"] += 1
    rows = [{"legal_dong_code": code, "roads": "|".join(sorted(roads_of[code]))} for code in sorted(roads_of)]
    return rows, lost
