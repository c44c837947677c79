"""Pages on small manufacturers from invented counts: figures against pandas, wording, links, bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from country.counts import AGES_SOURCE, OFFICE, SOURCE, write_counts
from sogong_pipeline.cluster_pages.cards import centre_page, rows_of
from sogong_pipeline.cluster_pages.collect import ClusterSource, NearbyDistrict, collect
from sogong_pipeline.cluster_pages.index import index_page
from sogong_pipeline.cluster_pages.publish import pages
from sogong_pipeline.cluster_pages.wording import place_name, sido_name, trade_name, words
from sogong_pipeline.clusters.counts import read_counts, read_owners
from sogong_pipeline.clusters.lists import centres, designations, programmes
from sogong_pipeline.clusters.table import FLAGS
from sogong_pipeline.pages.parts import Cell, Page
from sogong_pipeline.periods import Quarter
from sogong_pipeline.renderers.html import render
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation

pytestmark = pytest.mark.slow
NOW = "2026-11-30T09:00:00+09:00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counts")
    write_counts(folder, seed=1)
    return folder


@pytest.fixture(scope="module")
def source(folder: Path) -> ClusterSource:
    installation = Installation(Settings(home=folder / "home", now=NOW))
    _, is_new, messages = installation.clusters.load([folder / "counts.csv", folder / "owners.csv"])
    assert is_new
    assert messages == []
    installation.clusters.build()
    return collect(installation)


@pytest.fixture(scope="module")
def written(source: ClusterSource) -> dict[str, Page]:
    return {page.stem: page for page in pages(source)}


@pytest.fixture(scope="module")
def newest(folder: Path) -> pd.DataFrame:
    """Return the newest small establishments by place and division, from the file alone."""
    counts = pd.DataFrame([vars_of(row) for row in read_counts(folder / "counts.csv")])
    small = counts[counts.size_class.isin(["1-4", "5-9"])]
    return small.groupby(
        ["reference_year", "sido", "sigungu", "dong", "division"], as_index=False
    ).establishments.sum()


def vars_of(row: object) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}  # type: ignore[attr-defined]


def cells_of(page: Page) -> Iterator[Cell]:
    for section in page.sections:
        for table in section.tables:
            for row in table.rows:
                yield from row.cells


def test_the_invented_counts_have_every_kind(source: ClusterSource, folder: Path) -> None:
    newest_rows = {(row.sigungu_code, row.dong, row.division): row for row in source.best}
    kinds = {(row.rule_kind, row.threshold_alt) for row in source.rows}
    assert kinds == {
        ("metro", None),
        ("city", None),
        ("county", None),
        ("county", 40),
        ("city", 50),
        ("county", 50),
    }
    shrinking = newest_rows["11110", "창신1동", "14"]
    assert (shrinking.previous_small, shrinking.est_small, shrinking.change_status) == (142, 110, "ok")
    joined, other = newest_rows["51150", "주문진읍", "10"], newest_rows["51150", "연곡면", "10"]
    assert joined.joined_id == other.joined_id
    assert {joined.reaches, other.reaches} == {"no"}
    inside = next(
        row for row in source.rows if (row.dong, row.division, row.reference_year) == ("향남읍", "29", 2025)
    )
    assert (inside.est_small, inside.scope, inside.reaches) == (75, "all_locations", "yes")
    assert {"dong_split", "ksic_break", "ok"} <= {row.change_status for row in source.rows}
    assert {row.ksic_revision for row in source.rows} == {"10", "11"}
    assert any(row.workers_status == "suppressed" for row in source.rows)
    counts = read_counts(folder / "counts.csv")
    assert all((row.establishments in {1, 2}) == (row.workers is None) for row in counts)
    assert {row.source for row in counts} == {SOURCE, OFFICE}
    assert {row.source for row in read_owners(folder / "owners.csv")} == {AGES_SOURCE}


def test_the_same_seed_writes_the_same_counts(folder: Path, tmp_path: Path) -> None:
    write_counts(tmp_path / "again", seed=1)
    write_counts(tmp_path / "other", seed=2)
    for name in ("counts.csv", "owners.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
        assert (tmp_path / "other" / name).read_bytes() != (folder / name).read_bytes()


def test_the_matrix_counts_as_pandas_does(source: ClusterSource, newest: pd.DataFrame) -> None:
    numbers = {"특별시": 50, "광역시": 50}
    (matrix,) = index_page(source).sections[0].tables
    sidos = [column.label for column in matrix.columns[1:]]

    def number_of(row: pd.Series) -> int:
        if row.sido == "전남광주통합특별시":
            return 20 if row.sigungu.endswith("군") else 40
        for ending, number in numbers.items():
            if row.sido.endswith(ending) and not row.sido.endswith("특별자치시"):
                return number
        return 20 if row.sigungu.endswith("군") else 40

    # Muan is counted by the census of 2025 and by its office in 2026: the newer one is shown.
    census = newest[(newest.reference_year == 2025) & (newest.sigungu != "무안군")]
    last = pd.concat([census, newest[newest.reference_year == 2026]])
    last = last.assign(reached=last.establishments >= last.apply(number_of, axis=1))
    short = {
        "서울특별시": "서울", "부산광역시": "부산", "대구광역시": "대구", "광주광역시": "전남광주",
        "세종특별자치시": "세종", "경기도": "경기", "강원특별자치도": "강원", "충청북도": "충북",
        "전북특별자치도": "전북", "전라남도": "전남광주", "전남광주통합특별시": "전남광주", "제주특별자치도": "제주",
    }  # fmt: skip
    expected = last[last.reached].groupby([last.sido.map(short), "division"]).size().to_dict()
    reached_by_trade = {}
    for row in matrix.rows:
        division = row.cells[0].text.split()[-1]
        for sido, cell in zip(sidos, row.cells[1:], strict=True):
            reached = cell.text.split("/")[0]
            if reached.isdigit() and int(reached):
                reached_by_trade[sido, division] = int(reached)
    assert reached_by_trade == expected


def test_designations_and_centres_of_the_matrix_are_those_of_the_lists(source: ClusterSource) -> None:
    (matrix,) = index_page(source).sections[0].tables
    listed = served = 0
    for row in matrix.rows:
        for cell in row.cells[1:]:
            if "/" in cell.text:
                listed, served = listed + int(cell.text.split("/")[1]), served + int(cell.text.split("/")[2])
    assert listed == sum(len(one.divisions) for one in designations())
    assert served == sum(len(one.divisions) for one in centres() if one.runs_on(source.day))


def test_the_three_lists_hold_just_those_that_belong(source: ClusterSource, written: dict[str, Page]) -> None:
    sections = {section.key: section for section in written["index"].sections}

    def names(key: str) -> set[str]:
        return {
            f"{row.cells[0].text} {row.cells[1].text}" for table in sections[key].tables for row in table.rows
        }

    reach = [row for row in source.best if row.reaches == "yes"]
    assert names("undesignated") == {
        f"{place_name(row)} {trade_name(row.division)}" for row in reach if row.designated != "yes"
    }
    assert names("below") == {
        f"{place_name(row)} {trade_name(row.division)}"
        for row in source.best
        if row.designated == "yes" and row.reaches == "no"
    }
    ended = {row.cells[0].text for row in sections["plans"].tables[0].rows}
    assert ended == {one.name for one in designations() if one.plan_state(source.day) in {"ended", "ending"}}
    assert len(ended) == 36


def test_every_page_is_there_and_every_link_leads_to_one(
    written: dict[str, Page], source: ClusterSource
) -> None:
    assert len(written) == len(list(pages(source)))
    for row in source.shown:
        assert f"cluster-{row.area_code}-{row.division}" in written
    for centre in centres():
        assert centre.kind == "complex" or any(stem.endswith(centre.centre_id) for stem in written)
    for page in written.values():
        html = render(page).decode()
        for target in re.findall(r'href="([^"#]+)\.html', html):
            assert target in written, f"{page.stem} -> {target}"


def test_candidates_are_never_official_and_plans_never_expire(written: dict[str, Page]) -> None:
    for page in written.values():
        html = render(page).decode()
        assert "후보" in html
        assert "공식 판정이 아닙니다" in html
        assert not re.search(r"만료|실효|공식 집적지구|공식 후보", html), page.stem
        assert "이 자료가 보지 못하는 것" in html
        assert "시연" in html
    assert "계획기간 종료" in render(written["index"]).decode()


def test_cited_shares_stand_beside_ours_with_year_and_source(written: dict[str, Page]) -> None:
    shares = next(section for section in written["index"].sections if section.key == "shares")
    ours, cited = shares.tables
    texts = [cell.text for row in cited.rows for cell in row.cells]
    assert {"88.5", "24.5", "92.8", "59.4", "2025년", "2018년"} <= set(texts)
    assert any("같지 않습니다" in note for note in cited.notes)
    assert ours.rows


def test_a_trade_has_the_fields_of_the_act_and_they_are_empty(written: dict[str, Page]) -> None:
    fields = next(section for section in written["trade-14"].sections if section.key == "fields").tables[0]
    assert [row.cells[0].text for row in fields.rows] == words()["fields"]
    assert len(fields.rows) == 7
    assert {row.cells[1].text for row in fields.rows} == {""}


def test_a_card_says_the_other_reading_and_why_there_is_no_change(
    written: dict[str, Page], source: ClusterSource
) -> None:
    rows = {row.dong: row for row in source.best if row.division == "23" and row.dong == "청계면"}
    card = written[f"cluster-{rows['청계면'].area_code}-23"]
    assert any("다른 해석" in sentence and "50곳" in sentence for sentence in card.headline)
    changsin = next(row for row in source.best if (row.dong, row.division) == ("창신1동", "14"))
    series = next(
        section for section in written[f"cluster-{changsin.area_code}-14"].sections if section.key == "series"
    )
    last = {row.cells[0].text: row.cells[-1] for row in series.tables[0].rows}
    assert last["2024년"].note == "산업분류 개정"
    assert last["2025년"].text == "−32"


def test_every_flag_status_and_kind_has_its_words(source: ClusterSource) -> None:
    wording = words()
    assert set(wording["flags"]) == set(FLAGS)
    assert {row.change_status for row in source.rows} - {"ok"} <= set(wording["changes"])
    assert {centre.kind for centre in centres()} == set(wording["kinds"])
    assert set(wording["designated"]) == set(wording["reaches"]) == {"yes", "no", "unknown"}


def test_districts_nearby_show_their_reference_stage(source: ClusterSource) -> None:
    district = NearbyDistrict("<b>성수</b> 산업단지", "산업단지", "caution", "종사자가 줄었습니다")
    with_districts = replace(source, quarter=Quarter(2026, 3), districts={"11560": [district]})
    centre = next(one for one in centres() if "문래" in one.name)
    html = next(
        render(page).decode() for page in pages(with_districts) if page.stem == f"centre-{centre.centre_id}"
    )
    assert "&lt;b&gt;성수&lt;/b&gt; 산업단지" in html
    assert "공식 판정이 아닙니다" in html
    assert "종사자가 줄었습니다" in html


def test_hostile_names_of_sources_come_through_unharmed(source: ClusterSource) -> None:
    hostile = "=cmd|' /C calc'!A0<script>alert(1)</script>"
    rows = tuple(replace(row, source=hostile) for row in source.rows)
    best = tuple(replace(row, source=hostile) for row in source.best)
    html = render(index_page(replace(source, rows=rows, best=best))).decode()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_same_counts_give_the_same_bytes(source: ClusterSource, written: dict[str, Page]) -> None:
    again = {page.stem: render(page) for page in pages(source)}
    assert again == {stem: render(page) for stem, page in written.items()}


def test_the_monthly_sign_is_drawn_where_months_are_in(source: ClusterSource) -> None:
    row = next(row for row in source.best if (row.dong, row.division) == ("창신1동", "14"))
    months = {
        (row.source, row.area_code, row.division): [
            (f"2025-{month:02d}", 40 - month) for month in range(1, 13)
        ]
    }
    html = next(
        render(page).decode()
        for page in pages(replace(source, months=months))
        if page.stem == f"cluster-{row.area_code}-14"
    )
    assert "2025년 1월 39곳, 2025년 12월 28곳" in html
    assert "개인 사업장이 빠지므로" in html
    assert "<polyline" in html or "<path" in html
    few = {key: [("2025-01", 5), ("2025-02", 4)] for key in months}
    pages_of_few = {page.stem: page for page in pages(replace(source, months=few))}
    section = next(
        one for one in pages_of_few[f"cluster-{row.area_code}-14"].sections if one.key.startswith("monthly")
    )
    assert not section.pictures
    assert "2025년 1월 5곳, 2025년 2월 4곳. 수가 적어 그림은 그리지 않습니다." in section.paragraphs[0]


def test_a_centre_names_known_programmes_and_has_fields_for_its_own(written: dict[str, Page]) -> None:
    centre = next(one for one in centres() if one.kind == "trade")
    section = next(one for one in written[f"centre-{centre.centre_id}"].sections if one.key == "programmes")
    known, own = section.tables
    assert [row.cells[0].text for row in known.rows] == [one.name for one in programmes()]
    assert all(row.cells[3].text == "2020" and row.cells[-1].text for row in known.rows)
    assert "그해 공고를 확인" in known.notes[0]
    assert {cell.text for row in own.rows for cell in row.cells} == {""}


def test_the_months_of_a_centre_s_places_stand_in_one_section(source: ClusterSource) -> None:
    centre = next(one for one in centres() if one.name.startswith("서울 문래"))
    rows = rows_of(source, centre)
    assert len(rows) == 2
    few, many = (
        [("2025-01", 5), ("2025-02", 4)],
        [(f"2025-{month:02d}", 40 - month) for month in range(1, 13)],
    )
    months = {
        (row.source, row.area_code, row.division): monthly
        for row, monthly in zip(rows, (few, many), strict=True)
    }
    page = centre_page(replace(source, months=months), centre)
    (section,) = [one for one in page.sections if one.key == "monthly"]
    assert (len(section.pictures), len(section.paragraphs)) == (1, 2)
    assert len({one.heading for one in page.sections}) == len(page.sections)
    assert "2곳(읍면동·업종)" in page.headline[1]


def test_a_shared_centre_is_for_several_trades(written: dict[str, Page]) -> None:
    shared = [one for one in centres() if one.kind == "shared"]
    assert len(shared) == 3
    for one in shared:
        first, second = written[f"centre-{one.centre_id}"].headline[:2]
        assert first == f"{one.name}는 {one.sido}의 여러 업종을 함께 지원합니다."
        assert "상생입니다" not in first
        assert "집계와 잇지 않습니다" in second


def test_a_selected_complex_centre_is_not_said_to_run(
    written: dict[str, Page], source: ClusterSource
) -> None:
    """The source of 강북 미아 announces its opening for 2028."""
    section = next(one for one in written["trade-14"].sections if one.key == "centres")
    states = {row.cells[0].text: row.cells[4].text for row in section.tables[0].rows}
    assert states["강북 미아 패션·봉제 소공인복합지원센터"] == "선정"
    for one in centres():
        if "14" in one.divisions and one.kind != "complex":
            assert states[one.name] == ("운영" if one.runs_on(source.day) else "목록에서 빠짐")


def test_an_area_stands_once_for_a_source_whatever_its_name_was_then(written: dict[str, Page]) -> None:
    shares = next(one for one in written["trade-23"].sections if one.key == "shares").tables[0]
    areas = [row.cells[0].text for row in shares.rows]
    assert "전북특별자치도" in areas
    assert "전라북도" not in areas


def test_a_sido_without_counts_says_so(written: dict[str, Page]) -> None:
    assert "집계는 아직 들어오지 않았습니다" in written["sido-28"].headline[0]
    assert sido_name("28") == "인천광역시"


def test_the_wide_area_page_counts_its_centres_by_trade(
    written: dict[str, Page], source: ClusterSource
) -> None:
    (wide,) = [one for one in centres() if one.kind == "wide_area"]
    page = written[f"wide-area-{wide.centre_id}"]
    running = [
        one
        for one in centres()
        if one.kind in {"trade", "shared"} and one.sido == wide.sido and one.runs_on(source.day)
    ]
    assert f"{len(running)}곳" in page.headline[0]
    trades = next(section for section in page.sections if section.key == "trades").tables[0]
    assert len(trades.rows) == len({division for one in running for division in one.divisions})
    assert {cell.text for cell in cells_of(page)} >= {one.name for one in running}
