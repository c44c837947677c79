"""`postal_code.csv.gz`: legal dongs of each postal code, weighted by building addresses."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tools.reference_tables.legal_dong import LegalDong


def build_postal_codes(
    addresses: Mapping[tuple[str, str, str], int],
    today_by_name: Mapping[str, tuple[str, ...]],
    legal_dongs: Iterable[LegalDong],
) -> tuple[list[dict[str, str]], Counter[str]]:
    """Join the postal addresses to today's legal dongs by name.

    Args:
        addresses: Building addresses by postal code, full sigungu name and dong (with ri).
        today_by_name: Today's sigungu codes by sigungu name of any date.
        legal_dongs: Today's legal dongs.

    Returns:
        Rows ordered by postal code and legal dong; and the addresses lost, by place, because their name
        fits no legal dong of today, or several.
    """
    finder = DongFinder(legal_dongs)
    joined: Counter[tuple[str, str]] = Counter()
    lost: Counter[str] = Counter()
    for (postal_code, sigungu, dong), count in addresses.items():
        codes = finder.codes(today_by_name.get(sigungu, ()), dong)
        if len(codes) == 1:
            joined[postal_code, codes.pop()] += count
        else:
            lost[f"{sigungu} {dong}"] += count
    rows = [
        {"postal_code": postal_code, "legal_dong_code": legal_dong_code, "addresses": str(count)}
        for (postal_code, legal_dong_code), count in sorted(joined.items())
    ]
    return rows, lost


class DongFinder:
    """Legal dong codes by name, old names of eup and myeon included."""

    def __init__(self, legal_dongs: Iterable[LegalDong]) -> None:
        self._by_name: dict[tuple[str, str], str] = {}
        self._by_last_name: dict[tuple[str, str], set[str]] = defaultdict(set)
        for row in legal_dongs:
            code = row.legal_dong_code
            self._by_name[row.sigungu_code, f"{row.dong} {row.ri}".strip()] = code
            self._by_last_name[row.sigungu_code, row.ri or row.dong].add(code)
            if row.dong.endswith("읍"):  # many were a myeon until recently
                self._by_name.setdefault((row.sigungu_code, f"{row.dong[:-1]}면 {row.ri}".strip()), code)

    def codes(self, sigungu_codes: Sequence[str], dong: str) -> set[str]:
        """Return the codes a name may denote in any of the sigungu.

        A ri whose eup or myeon is gone was renamed with it or became a dong: it is looked up by its own name.
        """
        exact = {self._by_name[key] for code in sigungu_codes if (key := (code, dong)) in self._by_name}
        eup, _, ri = dong.partition(" ")
        if exact or not ri or any((code, eup) in self._by_name for code in sigungu_codes):
            return exact
        names = (ri, ri.removesuffix("리") + "동")
        return {match for code in sigungu_codes for name in names for match in self._by_last_name[code, name]}
