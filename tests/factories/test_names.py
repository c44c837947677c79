"""Districts denoted by names of complexes, and the file that a person completes."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.factories.aliases import merged, read_aliases, write_aliases, write_proposals
from sogong_pipeline.factories.names import Alias, Called, settle, stem_of

GENERAL, NATIONAL, AGRO = (
    "general_industrial_complex",
    "national_industrial_complex",
    "agro_industrial_complex",
)
DISTRICTS = [
    *(Called(f"S{n}", f"성서{n}차", GENERAL, frozenset({"27290"})) for n in (1, 2, 3, 4)),
    Called("N", "남동", NATIONAL, frozenset({"28200"})),
    Called("U", "남동", "urban_high_tech_complex", frozenset({"28200"})),
    Called("G", "대구검단", GENERAL, frozenset({"27230"})),
    Called("D", "대송", GENERAL, frozenset({"48850"})),
    Called("A", "대송농공단지", AGRO, frozenset({"48850"})),
    Called("K", "우림라이온스밸리", "knowledge_industry_centre", frozenset({"11545"}), is_building=True),
]
DAY = dt.date(2026, 1, 1)


def settled(
    name: str, sigungu: str, role: str = "complex", *aliases: Alias
) -> tuple[str, str, tuple[str, ...]]:
    (one,) = settle({(name, sigungu, role): 3}, DISTRICTS, aliases)
    assert one.firms == 3
    return one.state, one.how, one.district_ids


def test_the_kind_in_an_ending_tells_districts_of_one_stem_apart() -> None:
    assert settled("남동국가산업단지", "28200") == ("settled", "stem", ("N",))
    assert settled("남동도시첨단산업단지", "28200") == ("settled", "stem", ("U",))
    assert settled("대송일반산업단지", "48850") == ("settled", "stem", ("D",))
    assert settled("대송 농공 단지", "48850") == ("settled", "exact", ("A",))


def test_a_name_of_several_is_proposed_and_never_the_first_is_taken() -> None:
    assert settled("성서지방산업단지", "27290") == ("proposed", "several", ("S1", "S2", "S3", "S4"))
    assert settled("남동산업단지", "28200") == ("proposed", "several", ("N", "U"))


def test_a_single_inclusion_settles_and_another_sigungu_only_proposes() -> None:
    assert settled("북구대구검단일반산업단지", "27230") == ("settled", "inclusion", ("G",))
    assert settled("대송일반산업단지", "48121") == ("proposed", "other_sigungu", ("A", "D"))
    assert settled("경제자유구역", "28200") == ("open", "", ())


def test_centres_are_found_among_buildings_only() -> None:
    assert settled("우림라이온스밸리 지식산업센터", "11545", "centre") == ("settled", "stem", ("K",))
    assert settled("우림라이온스밸리", "11545", "complex")[0] == "open"


def test_a_persons_alias_comes_first_and_may_mean_several_or_none() -> None:
    several = Alias("성서지방산업단지", "27290", ("S1", "S2"), DAY, None, "관리공단 확인")
    none = Alias("경제자유구역", "", (), DAY, None, "산업단지가 아님")
    assert settled("성서 지방산업단지", "27290", "complex", several) == ("settled", "alias", ("S1", "S2"))
    assert settled("경제자유구역", "28200", "complex", none) == ("settled", "alias", ())


def test_stems_lose_their_ending_but_not_all_of_themselves() -> None:
    assert stem_of("포항철강지방산업단지") == ("포항철강", frozenset({GENERAL}))
    assert stem_of("산업단지") == ("산업단지", frozenset())
    assert stem_of("한국수출산업(주안)")[0] == stem_of("한국수출산업 주안")[0]


def test_proposals_are_filled_in_and_read_back(tmp_path: Path) -> None:
    names = settle(
        {("성서지방산업단지", "27290", "complex"): 900, ("남동국가산업단지", "28200", "complex"): 5},
        DISTRICTS,
        [],
    )
    file = tmp_path / "proposals.csv"
    file.write_text(write_proposals(names, {"S1": "성서1차"}), encoding="utf-8-sig")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        (row,) = list(csv.DictReader(opened))
    assert row["candidates"].startswith("S1 성서1차; S2")
    assert row["district_ids"] == ""  # nothing is filled in automatically
    assert read_aliases(file) == []
    text = write_proposals(names, {}).replace(
        "성서지방산업단지,27290,,,,", "성서지방산업단지,27290,S1|S2|S3|S4,2020-01-01,,관리공단 명칭"
    )
    file.write_text(text, encoding="utf-8")
    aliases = read_aliases(file, {"S1", "S2", "S3", "S4"})
    assert [alias.district_ids for alias in aliases] == [("S1", "S2", "S3", "S4")]
    restored = tmp_path / "kept.csv"
    restored.write_text(write_aliases(aliases), encoding="utf-8")
    assert read_aliases(restored) == aliases
    assert merged(aliases, aliases) == aliases


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("가,27290,S9,2020-01-01,,왜", r"name '가': district_ids 'S9' is not in the registry"),
        ("가,27290,S1,,,왜", r"row 2: valid_from is blank"),
        ("가,27290,S1,2020-01-01,,", r"row 2: reason is blank"),
        ("가,272,S1,2020-01-01,,왜", r"row 2: sigungu_code '272' has not 5 digits"),
        ("가,27290,S1,2020-13-01,,왜", r"row 2: valid_from '2020-13-01'"),
        ("가,27290,S1,2020-02-01,2020-01-01,왜", r"row 2: valid_to 2020-01-01 lies before"),
        ("가,27290,S1,2020-02-01,,왜\n가,27290,S2,2021-01-01,,왜", r"settled twice for the same days"),
    ],
)
def test_a_wrong_row_is_refused_by_row_column_and_value(tmp_path: Path, row: str, message: str) -> None:
    file = tmp_path / "names.csv"
    file.write_text(f"name,sigungu_code,district_ids,valid_from,valid_to,reason\n{row}\n", encoding="utf-8")
    with pytest.raises(RefusedError, match=message):
        read_aliases(file, {"S1", "S2"})
