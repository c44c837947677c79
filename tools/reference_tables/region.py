"""`region.csv`: sido and sigungu with their validity and today's codes of their areas."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import yaml

from sogong_pipeline.regions.reference import data_path
from tools.reference_tables.sources import CurrentSigungu

FIRST_DAY = dt.date(2015, 11, 1)
"""First day of the source; whatever is older is valid from here."""

UNITED = frozenset({"12"})
"""Sidos that came of several; a long series by the seventeen sidos separates the old ones."""

SIDO_SHORT_NAMES = {
    "서울특별시": "서울",
    "부산광역시": "부산",
    "대구광역시": "대구",
    "인천광역시": "인천",
    "광주광역시": "광주",
    "대전광역시": "대전",
    "울산광역시": "울산",
    "세종특별자치시": "세종",
    "경기도": "경기",
    "강원도": "강원",
    "강원특별자치도": "강원",
    "충청북도": "충북",
    "충청남도": "충남",
    "전라북도": "전북",
    "전북특별자치도": "전북",
    "전라남도": "전남",
    "전남광주통합특별시": "전남광주",
    "경상북도": "경북",
    "경상남도": "경남",
    "제주특별자치도": "제주",
}


@dataclass(frozen=True)
class Reform:
    """One change of codes; the fields are explained in reform.yaml."""

    effective: dt.date
    what: str
    sido: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, list[str]] = field(default_factory=dict)
    born: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RegionRow:
    """A code over one span of days; `today` holds the codes that cover its area today."""

    region_code: str
    level: str
    name: str
    short_name: str
    valid_from: dt.date
    valid_to: dt.date | None
    today: tuple[str, ...]
    sido17_code: str

    def as_csv(self) -> dict[str, str]:
        """Return the row in the form of the file; a split area has no successor."""
        return {
            "region_code": self.region_code,
            "level": self.level,
            "name": self.name,
            "short_name": self.short_name,
            "sido_code": self.region_code[:2],
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else "",
            "successor_code": self.today[0] if len(self.today) == 1 else "",
            "sido17_code": self.sido17_code,
        }


def read_reforms() -> list[Reform]:
    """Return the changes of codes, oldest first."""
    path = data_path("reform.yaml")
    return [Reform(**entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]


def build_regions(
    current: Iterable[CurrentSigungu], official: Mapping[str, str], reforms: Iterable[Reform]
) -> list[RegionRow]:
    """Return all sido and sigungu codes valid on some day since `FIRST_DAY`, sidos first, each level by code.

    Args:
        current: The sigungu living today.
        official: Full names of ten-digit codes, abolished ones too.
        reforms: The changes of codes.
    """
    names = {sigungu.code: sigungu.name for sigungu in current}
    born: dict[str, dt.date] = {}
    ended: dict[str, tuple[dt.date | None, tuple[str, ...]]] = {}
    for reform in reforms:
        last_day = reform.effective - dt.timedelta(days=1)
        born |= dict.fromkeys(reform.born, reform.effective)
        ended |= {old: (last_day, tuple(today)) for old, today in reform.gone.items()}
        for old_sido, new_sido in reform.sido.items():
            pairs = {old_sido: new_sido} | _namesakes(old_sido, new_sido, official, names)
            born |= dict.fromkeys(pairs.values(), reform.effective)
            ended |= {old: (last_day, (new,)) for old, new in pairs.items()}
    names |= {code[:2]: name.split()[0] for code, name in names.items()}
    living = {code: (None, (code,)) for code in names}
    names |= {code: official[code.ljust(10, "0")] for code in ended}
    short_names = _short_names(names, living)
    before = {new: old for old, (_, todays) in ended.items() for new in todays if new[:2] in UNITED}
    rows = [
        RegionRow(
            region_code=code,
            level="sido" if len(code) == 2 else "sigungu",
            name=names[code],
            short_name=short_names[code],
            valid_from=born.get(code, FIRST_DAY),
            valid_to=valid_to,
            today=today,
            sido17_code=_sido17(code, today, before),
        )
        for code, (valid_to, today) in (living | ended).items()
    ]
    return sorted(rows, key=lambda row: (len(row.region_code), row.region_code))


def _sido17(code: str, today: tuple[str, ...], before: Mapping[str, str]) -> str:
    """Return an area's sido before Gwangju and Jeonnam united, by its living code; blank for the united one itself."""
    if code in UNITED:
        return ""
    if today[0][:2] in UNITED:
        return code[:2] if code[:2] not in UNITED else before[code][:2]
    return today[0][:2]


def today_by_name(rows: Iterable[RegionRow]) -> dict[str, tuple[str, ...]]:
    """Return today's sigungu codes by the name of any sigungu that was ever valid."""
    return {row.name: row.today for row in rows if row.level == "sigungu"}


def _namesakes(
    old_sido: str, new_sido: str, official: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, str]:
    """Return new sigungu codes by old ones, by the name below the sido; long-abolished counties have no namesake."""
    new_codes = {name.split(maxsplit=1)[1]: code for code, name in names.items() if code.startswith(new_sido)}
    pairs = {}
    for code, name in official.items():
        if code.startswith(old_sido) and code.endswith("00000") and " " in name:
            new = new_codes.get(name.split(maxsplit=1)[1])
            if new is not None:
                pairs[code[:5]] = new
    return pairs


def _short_names(names: Mapping[str, str], living: Iterable[str]) -> dict[str, str]:
    """Return names for tables: 서울, 서울 중구, 창원 의창구, 여수시; with the sido where two share a name."""
    shared = Counter(names[code].split(maxsplit=1)[-1] for code in living)
    short = {}
    for code, name in names.items():
        sido, *below = name.split()
        if not below:
            short[code] = SIDO_SHORT_NAMES[sido]
        elif len(below) == 2:
            short[code] = f"{below[0].removesuffix('시')} {below[1]}"
        elif sido.endswith("광역시") or below[0].endswith("구") or shared[below[0]] > 1:
            short[code] = f"{SIDO_SHORT_NAMES[sido]} {below[0]}"
        else:
            short[code] = below[0]
    return short
