"""Join of workplaces to register rows, evidence of their addresses, and places learned from them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sogong_pipeline.districts.book import build_book
from sogong_pipeline.districts.registry import District, Slice
from sogong_pipeline.factories.evidence import join_month
from sogong_pipeline.factories.firms import build_firms
from sogong_pipeline.factories.reading import read_register
from sogong_pipeline.lake.partitions import Built
from sogong_pipeline.periods import Month, Quarter
from tests.factories import registers as made

MONTH, QUARTER = Month(2026, 9), Quarter(2026, 3)
NAMDONG, GOJAN = "2820010700", "2820011100"
ADDRESS = "인천광역시 남동구 고잔동"


def district(district_id: str, name: str, **changes: Any) -> District:
    values = {
        "kind": "national_industrial_complex",
        "sigungu_code": "28200",
        "legal_dong_codes": (GOJAN,),
        "postal_codes": (),
        "longitude": None,
        "latitude": None,
        "source": "test",
        "valid_from": dt.date(2015, 1, 1),
        "valid_to": None,
    }
    return District(district_id=district_id, name=name, **{**values, **changes})


TOWER = district(
    "K", "가나타워", kind="knowledge_industry_centre", buildings=("인천광역시 남동구 남동서로 123",)
)
DISTRICTS = Slice.of([district("N", "남동"), district("M", "고잔"), TOWER])
Tables = dict[str, list[dict[str, Any]]]


def month(folder: Path, rows: list[dict[str, Any]]) -> tuple[Path, Path]:
    """Write staged rows and their trace; a row's id is its position in the list."""
    full = [
        {
            "row_number": number,
            "workplace_name": "가나",
            "postal_code": "21700",
            "lot_address": ADDRESS,
            "road_address": "인천광역시 남동구 남동서로",
            "legal_dong_code": GOJAN,
            "workplace_id": f"w{number}",
            **row,
        }
        for number, row in enumerate(rows, start=1)
    ]
    folder.mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(full), folder / "workplace.parquet")
    pq.write_table(
        pa.Table.from_pylist(full).select(["row_number", "workplace_id"]), folder / "trace.parquet"
    )
    return folder / "workplace.parquet", folder / "trace.parquet"


def firms(folder: Path, rows: list[dict[str, str]], *more: Path) -> Built:
    """The firms of an invented register, in form B."""
    folder.mkdir(exist_ok=True)
    file = made.write(
        folder / "b_20251231.csv", made.FORM_B, [{"공장주소_지번": f"{ADDRESS} 1-1", **row} for row in rows]
    )
    parts = []
    for at, path in enumerate([file, *more]):
        read = read_register(path)
        pq.write_table(read.rows, folder / f"{at}.parquet")
        parts.append((read.version, folder / f"{at}.parquet"))
    return build_firms(parts, folder)


def joined(tmp_path: Path, register: list[dict[str, str]], rows: list[dict[str, Any]]) -> set[int]:
    """Return the numbers of the joined rows."""
    built = firms(tmp_path / "firms", register)
    result = join_month(*month(tmp_path / "month", rows), built.files["factory_firm"], MONTH, tmp_path)
    return set(pq.read_table(result.files["joined_firm"]).column("row_number").to_pylist())


@pytest.mark.parametrize(
    ("registered", "published"),
    [
        ("(주)가나정밀", "가나정밀㈜"),
        ("주식회사가나정밀", "（주）가나정밀"),
        ("(주)가나정밀 제2공장", "가나정밀(주)"),
        ("(주)가나정밀 남동1공장", "(주)가나정밀"),
        ("가나정밀(GANA)", "주식회사 가나정밀"),
        ("주시회사 가나정밀", "가나정밀"),
        ("(주))가나정밀", "(주)가나정밀"),
        ("(주)가나정밀 제1공장, 제2공장", "(주)가나정밀"),
        ("(주)가나정밀", "(주)가나정밀 남동지점"),
        ("A.T.C", "ＡＴＣ"),
    ],
)
def test_one_firm_written_otherwise_is_one(tmp_path: Path, registered: str, published: str) -> None:
    assert joined(tmp_path, [{"회사명": registered}], [{"workplace_name": published}]) == {1}


def test_a_name_alone_a_fuzzy_name_and_a_building_site_join_nothing(tmp_path: Path) -> None:
    rows = [
        {"workplace_name": "가나정밀"},
        {"workplace_name": "가나정밀", "legal_dong_code": NAMDONG, "lot_address": "인천광역시 남동구 남촌동"},
        {"workplace_name": "가나정말"},
        {"workplace_name": "가나정밀/일용/"},
        {"workplace_name": "공장"},
    ]
    assert joined(tmp_path, [{"회사명": "(주)가나정밀"}], rows) == {1}


def test_in_a_myeon_without_ri_the_road_must_agree(tmp_path: Path) -> None:
    base = {
        "workplace_name": "가나",
        "lot_address": "대구광역시 달성군 구지면",
        "legal_dong_code": "2771026800",
    }
    rows = [
        {**base, "road_address": "대구광역시 달성군 구지면 국가산단대로40길"},
        {**base, "road_address": "대구광역시 달성군 구지면 국가산단대로33길"},
        {**base, "legal_dong_code": "2771026822", "road_address": " "},
    ]
    register = [
        {"회사명": "가나", "공장주소": "대구광역시 달성군 구지면 국가산단대로40길 20", "공장주소_지번": ""}
    ]
    assert joined(tmp_path, register, rows) == {1, 3}  # the road lies in one ri, which the third row names


def book(
    tmp_path: Path, register: list[dict[str, str]], *months: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """The tables of a book of several months."""
    built = firms(tmp_path / "firms", register)
    parts = []
    for at, rows in enumerate(months):
        folder = tmp_path / f"month{at}"
        result = join_month(
            *month(folder, rows), built.files["factory_firm"], MONTH.shift(at - len(months) + 1), folder
        )
        parts.append(result.files["joined_firm"])
    made_book = build_book(built.files["factory_firm"], parts, None, DISTRICTS, QUARTER, workspace=tmp_path)
    return {name: pq.read_table(path).to_pylist() for name, path in made_book.files.items()}


def test_rows_that_agree_decide_and_others_do_not(tmp_path: Path) -> None:
    register = [
        {"회사명": "하나", "단지명": "남동국가산업단지"},
        {"회사명": "하나", "단지명": "남동국가산업단지"},
        {"회사명": "둘", "단지명": "남동국가산업단지"},
        {"회사명": "둘", "단지명": "고잔국가산업단지"},
        {"회사명": "셋", "단지명": "남동국가산업단지"},
        {"회사명": "셋", "단지명": "개별입지"},
        {"회사명": "넷", "단지명": "개별입지"},
        {"회사명": "다섯", "단지명": "모르는산업단지"},
        {"회사명": "여섯", "단지명": "남동국가산업단지", "공장주소": "인천광역시 남동구 남동서로 123"},
    ]
    rows = [{"workplace_name": name} for name in ("하나", "둘", "셋", "넷", "다섯", "여섯")]
    evidence_of = {row["workplace_id"]: row for row in book(tmp_path, register, rows)["address_evidence"]}
    verdicts = [evidence_of[f"w{number}"]["verdict"] for number in range(1, 7)]
    assert verdicts[:4] == ["one", "disagree", "disagree", "unnamed"]
    assert verdicts[4:] == ["unnamed", "one"]
    assert (evidence_of["w6"]["district_ids"], evidence_of["w6"]["by_centre"]) == (["K"], True)


def test_evidence_belongs_to_the_address_and_counts_once_in_a_place(tmp_path: Path) -> None:
    """Learned places against a plain count of the same rows."""
    register = [
        {
            "회사명": f"업체{n}",
            "단지명": "남동국가산업단지" if n % 5 else ("고잔국가산업단지" if n % 2 else ""),
        }
        for n in range(40)
    ]
    rows = [
        {
            "workplace_name": f"업체{n}",
            "postal_code": f"2170{n % 4}",
            "road_address": f"인천광역시 남동구 길{n % 7}로",
        }
        for n in range(40)
    ]
    tables = book(tmp_path, register, rows, rows)
    assert {row["months"] for row in tables["address_evidence"]} == {2}
    plain: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for n in range(40):
        plain[f"2170{n % 4}"]["N" if n % 5 else ("M" if n % 2 else "")].add(n)
    cells = {row["postal_code"]: row for row in tables["learned_place"] if row["cell"] == "postal_dong"}
    assert set(cells) == set(plain)
    for postal, counts in plain.items():
        sizes = {key: len(of) for key, of in counts.items()}
        named = {key: size for key, size in sizes.items() if key}
        cell = cells[postal]
        assert cell["named"] == sum(named.values())
        assert cell["unnamed"] == sizes.get("", 0)
        assert cell["agreeing"] == max(named.values())
        pure = max(named.values()) / sum(named.values())
        share = sum(named.values()) / sum(sizes.values())
        assert cell["is_learned"] == (max(named.values()) >= 2 and pure >= 0.9 and share >= 0.7 * 0.85)
        assert (cell["first_month"], cell["last_month"]) == ("2026-08", "2026-09")


def test_a_place_is_never_learned_from_one(tmp_path: Path) -> None:
    tables = book(
        tmp_path, [{"회사명": "하나", "단지명": "남동국가산업단지"}], [{"workplace_name": "하나"}] * 1
    )
    assert [row["is_learned"] for row in tables["learned_place"]] == [False, False, False]
