"""Simulated factory register: incomplete, outdated, with its own spellings, beside the truth of each of its rows.

It has the form of the monthly file of registered factories. Kinds and rates of its errors are the law's `register`.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from country.addresses import AddressBook
from country.districts import District
from country.industries import load_industries
from country.law import RegisterLaw
from country.names import load_name_book
from country.population import ENROLLED, MonthRows
from country.workplaces import Flags, Workplaces
from sogong_pipeline.regions.crosswalk import legal_dongs

HEADER = (
    "시도명",
    "시군구명",
    "관리기관",
    "회사명",
    "공장구분",
    "단지명",
    "설립구분",
    "입주형태",
    "보유구분",
    "등록구분",
    "전화번호",
    "남자종업원",
    "여자종업원",
    "외국인남자종업원",
    "외국인여자종업원",
    "종업원합계",
    "생산품",
    "원자재",
    "공장규모",
    "용도지역",
    "지목",
    "용지면적",
    "제조시설면적",
    "부대시설면적",
    "건축면적",
    "지식산업센터명",
    "대표업종",
    "업종명",
    "업종코드",
    "차수",
    "법인주소",
    "필지수",
    "공장주소",
    "공장주소_지번",
    "공장관리번호",
)
OTHER_SITES = (" 제2공장", " 2공장", " 지점")
OLD_ENDING = ("일반산업단지", "지방산업단지")
ALIASES = ("name", "sigungu_code", "district_ids", "valid_from", "valid_to", "reason")


@dataclass(frozen=True)
class Called:
    """Names of the districts in the register, including those that only a person can settle."""

    names: list[str]
    to_settle: dict[tuple[str, str], list[str]]


def write_factory_register(
    folder: Path,
    rows: MonthRows,
    districts: Sequence[District],
    *,
    addresses: AddressBook,
    law: RegisterLaw,
    seed: int,
) -> int:
    """Write the register of a month, the truth of its rows, and the aliases that a person would enter.

    Args:
        folder: folder for `전국등록공장현황_YYYYMMDD.csv`, `truth_YYYYMMDD.parquet` and `aliases.csv`.
        rows: the month.
        districts: the districts.
        addresses: the address book.
        law: its errors.
        seed: seed of the country.

    Returns:
        The number of rows.
    """
    rng = np.random.default_rng([seed, 4, rows.month.year * 12 + rows.month.month])
    day = rows.month.last_day
    who = rows.who.take(np.flatnonzero(_registered(rows, law, seed, rng)))
    called = _called(districts, law, np.random.default_rng([seed, 5]))
    written = _names(who, law, rng)
    sites = _sites(who, addresses, day)
    moved = rng.random(len(sites)) < law.elsewhere  # the factory; the pension file has the head office
    other = rng.integers(0, max(len(sites), 1), len(sites))
    blank = rng.random(len(sites)) < law.blank_inside
    twice = rng.random(len(sites)) < law.twice
    numbers = rng.integers(1, 400, (len(sites), 2))
    folder.mkdir(parents=True, exist_ok=True)
    truth: list[tuple[int, int, str | None]] = []
    stamp = f"{day:%Y%m%d}"
    with (folder / f"전국등록공장현황_{stamp}.csv").open("w", encoding="cp949", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADER)
        line = 1
        for at, name in enumerate(written):
            place = int(other[at]) if moved[at] else at
            inside = int(who.district[place])
            district = districts[inside] if inside < len(districts) else None
            road, lot = sites[place]
            cells = dict.fromkeys(HEADER, "")
            cells["회사명"] = name
            cells["전화번호"] = "02-0000-0000"
            cells["생산품"] = "가상 제품"
            cells["공장주소"] = f"{road} {numbers[at, 0]}" if road else ""
            cells["공장주소_지번"] = f"{lot} {numbers[at, 0]}-{numbers[at, 1]}"
            cells["공장관리번호"] = f"{who.serial[at]:015d}"
            if district is not None and not blank[at]:
                column = "지식산업센터명" if district.claim.is_building else "단지명"
                cells[column] = called.names[inside]
            for _ in range(2 if twice[at] else 1):
                writer.writerow(cells.values())
                line += 1
                truth.append((line, int(who.serial[at]), district.district_id if district else None))
    numbers_, serials, ids = zip(*truth, strict=True) if truth else ((), (), ())
    table = pa.table(
        {
            "row_number": pa.array(numbers_, pa.int32()),
            "workplace_serial": pa.array(serials, pa.int64()),
            "district_id": pa.array(ids, pa.string()),
        }
    )
    pq.write_table(table, folder / f"truth_{stamp}.parquet")
    _write_aliases(folder / "aliases.csv", called)
    return len(truth)


def _registered(rows: MonthRows, law: RegisterLaw, seed: int, rng: np.random.Generator) -> Flags:
    """Return flags of registered workplaces: by size and trade, new ones only after a while."""
    heads = rows.who.heads
    share = np.select([heads < 10, heads < 30], [law.small, law.medium], law.large)
    codes = np.array([_is_manufacturer(code) for code in load_industries().code])
    share = np.where(codes[rows.who.industry], share, law.other_trades)
    since = (np.datetime64(rows.month.last_day).astype(np.int64) - rows.who.enrolled) / 30.4
    # Whether a workplace registers is its own, so that registers of several years name the same ones.
    drawn = np.random.default_rng([seed, 6]).random(int(rows.who.serial.max()) + 1)
    is_known = drawn[rows.who.serial] < share
    stale = (rows.status != ENROLLED) & (rng.random(heads.size) < law.stale)
    registered: Flags = ((rows.status == ENROLLED) | stale) & is_known & (since >= law.births_missing_months)
    return registered


def _is_manufacturer(code: str) -> bool:
    """Return flags of manufacturers: tax-office codes from 15 to 36, without publishing."""
    return "15" <= code[:2] <= "36" and not code.startswith("221")


def _names(who: Workplaces, law: RegisterLaw, rng: np.random.Generator) -> list[str]:
    """Return names as in the register: the corporate form spelled differently, a site at the end."""
    book = load_name_book()
    respelt = rng.random(who.serial.size) < law.respelt
    style = np.where(respelt, book.respelt()[who.style], who.style)
    names = [
        name.decode("cp949") for name in book.names(who.name, style, who.trade, quoted=False).to_pylist()
    ]
    has_site = rng.random(len(names)) < law.with_site
    which = rng.integers(0, len(OTHER_SITES), len(names))
    return [name + OTHER_SITES[which[at]] if has_site[at] else name for at, name in enumerate(names)]


def _sites(who: Workplaces, addresses: AddressBook, day: dt.date) -> list[tuple[str, str]]:
    """Return road and lot address of each workplace without numbers, the lot down to the ri where known."""
    sites = []
    for cell in addresses.cells(who, day).to_pylist():
        _, lot, road, code, *_ = next(csv.reader([cell.decode("cp949")]))
        dong = legal_dongs().get(code)
        full = dong.name if dong and not (code.endswith("00") and lot.split()[-1][-1:] in "읍면") else lot
        sites.append((road.strip(), " ".join(full.split())))
    return sites


def _called(districts: Sequence[District], law: RegisterLaw, rng: np.random.Generator) -> Called:
    """Draw the register's name for each district."""
    names = [district.name for district in districts]
    to_settle: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_sigungu: dict[str, list[int]] = defaultdict(list)
    for at, district in enumerate(districts):
        if not district.claim.is_building:
            by_sigungu[district.claim.sigungu_code].append(at)
    for at, district in enumerate(districts):
        drawn = rng.random()
        if district.claim.is_building:
            continue
        if drawn < law.old_names:
            names[at] = district.name.replace(*OLD_ENDING)
        elif drawn < law.old_names + law.other_names:
            names[at] = f"관리{at}지방산업단지"
            to_settle[names[at], district.claim.sigungu_code].append(district.district_id)
    for sigungu, members in sorted(by_sigungu.items()):
        if len(members) > 1 and rng.random() < law.shared_names:
            for at in members[:2]:
                names[at] = f"통합{sigungu}지방산업단지"
                to_settle[names[at], sigungu].append(districts[at].district_id)
    return Called(names, {key: sorted(set(ids)) for key, ids in to_settle.items() if key[0] in set(names)})


def _write_aliases(path: Path, called: Called) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(ALIASES)
        for (name, sigungu), ids in sorted(called.to_settle.items()):
            writer.writerow([name, sigungu, "|".join(ids), "2000-01-01", "", "simulated managing body"])
