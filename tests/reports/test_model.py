"""The model: counts that add up, nothing unknown as zero, every statement the figures bear."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from sogong_pipeline.pages.parts import Cell, Section, Table
from sogong_pipeline.pages.parts import Page as Model
from sogong_pipeline.pages.wording import short_percents, texts
from sogong_pipeline.regions import reference
from sogong_pipeline.reports.model import build_final, build_models
from sogong_pipeline.reports.source import AdjustedWorkers, Change, Councils, Decided, Proposal, ReportSource
from sogong_pipeline.vocabulary import statuses

pytestmark = pytest.mark.slow

Factory = Callable[..., ReportSource]


def section(model: Model, key: str) -> Section:
    (found,) = [part for part in model.sections if part.key == key]
    return found


def table(model: Model, key: str) -> Table:
    (found,) = section(model, key).tables
    return found


def cells(model: Model) -> Iterator[Cell]:
    for part in model.sections:
        tables = [*part.tables, *(card.table for card in part.cards)]
        yield from (cell for rows in tables for row in rows.rows for cell in row.cells)


def test_the_nation_comes_first_and_then_every_office(models: list[Model]) -> None:
    assert [model.stem for model in models] == ["index", *(office.code for office in reference.offices())]
    assert models[0].masthead.title == "전국 밀집지역 위기징후 참고 단계 보고서"
    assert models[1].masthead.title == "서울지방중소벤처기업청 밀집지역 위기징후 참고 단계 보고서"
    assert models[1].masthead.period == "2026년 3분기"


def test_each_district_is_in_one_office_or_on_the_nations_page(
    source: ReportSource, models: list[Model]
) -> None:
    rows = [len(table(model, "districts").rows) for model in models[1:]]
    alone = table(models[0], "without_office").rows
    assert sum(rows) + len(alone) == len(source.districts)
    jeju = [info for info in source.districts if info.office_code is None]
    assert len(alone) == len(jeju) > 0
    assert {info.sido_code for info in jeju} == {"50"}


def test_stage_counts_add_up_and_agree_with_the_proposals(source: ReportSource, models: list[Model]) -> None:
    total = table(models[0], "offices").rows[-1]
    by_office = table(models[0], "offices").rows[:-1]
    for place, tile in enumerate(models[0].tiles, start=2):
        expected = sum(proposal.stage == tile.stage for proposal in source.proposals.values())
        assert tile.count.value == expected == total.cells[place].value
        assert sum(row.cells[place].value for row in by_office) == expected
    for model, row in zip(models[1:], by_office, strict=False):
        assert [tile.count.value for tile in model.tiles] == [cell.value for cell in row.cells[2:6]]


def test_changes_against_the_previous_quarter_are_the_moves(
    source: ReportSource, models: list[Model]
) -> None:
    assert source.previous is not None
    for model in models:
        moves = table(model, "moves").rows
        gained = dict.fromkeys(texts().stages, 0)
        for row in moves:
            before, now, moved = row.cells[0].stage, row.cells[1].stage, row.cells[2].value
            assert before and now and before != now
            gained[before] -= moved
            gained[now] += moved
        for tile in model.tiles:
            told = re.search(r"([+−][\d,]+)곳", tile.change)
            change = int(told[1].replace("−", "-").replace(",", "")) if told else 0
            assert change == gained[tile.stage]


def test_flagged_districts_are_told_in_full(source: ReportSource, models: list[Model]) -> None:
    for model in models[1:]:
        cards = section(model, "flagged").cards
        flagged = sum(tile.count.value for tile in model.tiles if tile.stage in {"caution", "severe"})
        assert len(cards) == flagged
        assert [card.number for card in cards] == list(range(1, flagged + 1))
        stages = [card.stage.stage for card in cards]
        assert stages == sorted(stages, reverse=True), "severe before caution"
    facts = {f"d-{info.district_id}": source.facts[info.district_id] for info in source.districts}
    reasons = {f"d-{key}": proposal.reason_ko for key, proposal in source.proposals.items()}
    card = section(models[1], "flagged").cards[0]
    fact = facts[card.anchor]
    assert card.reason == short_percents(reasons[card.anchor].replace(" %", "%"))
    shown = [cell.text.strip("−") for row in card.table.rows for cell in row.cells[1:]]
    told = re.findall(r"([\d.]+)%", card.reason)
    assert told and set(told) <= set(shown), "the table shows what the reason says"
    values = [[cell.value for cell in row.cells[1:]] for row in card.table.rows]
    assert values == [
        [
            getattr(fact, measure),
            *(
                value
                for base in ("year", "two_years")
                for change in [fact.changes[measure, base]]
                for value in (change.change_pct, change.nation_change_pct, change.points)
            ),
        ]
        for measure in ("workplaces", "workers", "payroll_krw")
    ]
    assert any("법인만 비교" in words for words in card.facts)


def test_a_flagged_district_says_who_came_and_went_and_every_kind_is_counted(
    source: ReportSource, models: list[Model]
) -> None:
    anchors = {f"d-{district_id}": flows for district_id, flows in source.flows.items()}
    for card in (card for model in models[1:] for card in section(model, "flagged").cards):
        flows = anchors[card.anchor]
        for name, kinds in (("진입", flows.entries), ("이탈", flows.exits)):
            told = re.search(rf"{name} (\d+)개(?:\((.*?)\))?[,.]", card.flows)
            assert told and int(told[1]) == sum(kinds.values())
            assert sum(int(count) for count in re.findall(r"\d+", told[2] or "")) == sum(kinds.values())
        assert ("탈퇴" in card.flows) == (flows.exits["withdrawn"] > 0)
        assert card.flows.endswith("마지막 분기의 이탈은 잠정치입니다.")


def test_without_known_flows_nothing_is_said_of_them(source: ReportSource) -> None:
    model = build_models(replace(source, flows={}))[1]
    flagged = section(model, "flagged")
    assert flagged.cards and not any(card.flows for card in flagged.cards)
    assert not any("진입" in words for words in flagged.paragraphs)


def test_the_nation_lists_the_same_flagged_districts(models: list[Model]) -> None:
    listed = table(models[0], "flagged").rows
    told = [card.reason for model in models[1:] for card in section(model, "flagged").cards]
    assert len(listed) >= len(told) > 0
    assert all(any(reason in row.detail for row in listed) for reason in told[:20])


def test_every_figure_has_a_unit(models: list[Model]) -> None:
    for model in models:
        for part in model.sections:
            for rows in part.tables:
                units = {
                    column.label for column in rows.columns if column.kind == "number" and not column.unit
                }
                assert units <= {"번호"}


def test_unknown_says_why_in_its_place_and_is_never_zero(first_month: ReportSource) -> None:
    for model in build_models(first_month):
        unknown = [cell for cell in cells(model) if cell.status and cell.value is None]
        assert unknown or not model.tiles[3].count.value
        assert all(cell.text == statuses()[cell.status].short and cell.hint for cell in unknown)
        assert not any(cell.text == "–" and not cell.drawing for cell in cells(model))
        assert not any(cell.text in {"0.0", "+0.0", "0.00", "+0.00"} for cell in cells(model))


def test_a_first_month_says_what_it_cannot_say(first_month: ReportSource) -> None:
    nation = build_models(first_month)[0]
    words = " ".join(nation.headline)
    assert words.startswith("전국 밀집지역 60곳은 모두 판정보류입니다.")
    assert "비교할 과거 자료 없음" in words
    assert "1개월(2026년 7월) 자료만 있어" in words
    assert "비교할 직전 분기의 판정이 없습니다." in words
    assert "중 1개월 자료" in nation.masthead.period_note
    assert not section(nation, "moves").tables
    assert not section(nation, "overview").pictures, "one month is no trend"
    reasons = {row.cells[0].text: row.cells[1].value for row in table(nation, "undetermined").rows}
    assert sum(reasons.values()) == 60
    assert {tile.change for tile in nation.tiles} == {"직전 분기 판정 없음"}
    assert table(nation, "overview").statuses == {"partial", "not_computable"}


def test_workers_without_their_season_stand_beside_the_regions(source_factory: Factory) -> None:
    whole = AdjustedWorkers(Decimal("500.4"), Decimal("0.126"), Decimal("-1.5"), "corporations", "ok")
    source = source_factory(
        adjusted={"00": whole, "31": AdjustedWorkers(None, None, None, "corporations", "few_workplaces")}
    )
    ulsan = next(model for model in build_models(source) if model.stem == "ulsan")
    _, adjusted = section(ulsan, "overview").tables
    assert [[cell.text for cell in row.cells] for row in adjusted.rows] == [
        ["전국", "500", "+0.1", "−1.5"],
        ["울산", "사업장 적음", "사업장 적음", "사업장 적음"],
    ]
    assert adjusted.columns[1].label == "2026년 9월"
    assert adjusted.notes[0].endswith("법인 사업장의 종사자만 셉니다.")
    assert len(section(build_models(source_factory())[0], "overview").tables) == 1


def test_marks_are_on_every_report(source_factory: Factory) -> None:
    for draft, demo, marks in (
        (True, True, ("시연", "초안(의결 전)")),
        (False, True, ("시연",)),
        (False, False, ()),
    ):
        source = source_factory(districts=30, draft=draft, demo=demo)
        for model in build_models(source):
            assert model.masthead.marks == marks
            assert len(model.masthead.notices) == len(marks)
            assert all(
                mark in model.masthead.running_mark and mark in model.masthead.watermark for mark in marks
            )
            assert "참고 단계" in model.masthead.running_mark


def test_no_report_claims_to_be_official(models: list[Model]) -> None:
    for model in models:
        lead = section(model, "stages").paragraphs[0]
        assert "참고 단계" in lead and "공식 기준에 따른 판정이 아닙니다" in lead and "지원협의회" in lead
        assert "ref_5_10" in section(model, "stages").paragraphs[1]


def test_every_report_says_near_its_top_that_stages_are_for_reference(models: list[Model]) -> None:
    for model in models:
        assert "참고 단계는 공식 판정이 아니며" in model.masthead.disclaimer
        assert re.search(r"곳의 참고 단계는 심각 [\d,]+곳, 주의 [\d,]+곳", model.headline[0])


def test_the_headline_says_how_many_flagged_may_be_chance(source: ReportSource, models: list[Model]) -> None:
    flagged = [p for p in source.proposals.values() if p.stage in {"severe", "caution"}]
    low = sum(p.confidence == "low" for p in flagged)
    assert 0 < low < len(flagged)
    assert (
        models[0]
        .headline[1]
        .startswith(f"주의·심각 {len(flagged):,}곳 가운데 {low:,}곳은 같은 단계가 나올 가능성이 낮아")
    )


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        ("low", "주의·심각 12곳은 모두 같은 단계가 나올 가능성이 낮아"),
        ("high", "주의·심각 12곳 가운데 같은 단계가 나올 가능성이 낮은 곳은 없습니다"),
    ],
)
def test_all_or_none_of_low_confidence_is_told(source_factory: Factory, confidence: str, words: str) -> None:
    source = source_factory(districts=12)
    stage = Proposal("caution", confidence, "줄었습니다.", None)
    nation = build_models(replace(source, proposals=dict.fromkeys(source.proposals, stage)))[0]
    assert words in nation.headline[1]


def test_the_nations_workplaces_are_the_same_in_headline_and_matching(models: list[Model]) -> None:
    matched = table(models[0], "matching").rows[0].cells[1].text
    assert any(f"월평균 사업장 {matched}개에" in sentence for sentence in models[0].headline)


@pytest.mark.parametrize(
    ("severe", "caution", "words"),
    [
        (1, 2, "참고 단계 심각이 1곳, 주의가 2곳 늘었습니다."),
        (2, -1, "참고 단계 심각이 2곳 늘고 주의가 1곳 줄었습니다."),
        (0, -1, "참고 단계 주의가 1곳 줄었습니다."),
        (0, 0, "참고 단계가 심각·주의인 곳의 수는 직전 분기(2026년 2분기)와 같습니다."),
    ],
)
def test_movement_shares_its_verb(source_factory: Factory, severe: int, caution: int, words: str) -> None:
    source = source_factory(districts=12)
    assert source.previous is not None
    ids = [info.district_id for info in source.districts]
    before = dict(zip(ids, ["severe"] * 3 + ["caution"] * 3 + ["good"] * 6, strict=True))
    held = 3 + severe
    stages = ["severe"] * held + ["caution"] * (3 + caution)
    proposals = {
        key: Proposal(stage, "high", "사유", None)
        for key, stage in zip(ids, stages + ["good"] * (12 - len(stages)), strict=True)
    }
    source = replace(source, proposals=proposals, previous=replace(source.previous, stages=before))
    assert any(sentence.endswith(words) for sentence in build_models(source)[0].headline)


def test_the_common_trend_names_both_months_of_100(models: list[Model]) -> None:
    (trend,) = section(models[0], "overview").pictures
    assert "(2023년 10월=100, 2025년 6월부터 다시 100)" in trend.title


def test_sources_can_be_traced(source: ReportSource, models: list[Model]) -> None:
    for model in models:
        rows = table(model, "sources").rows
        assert [row.cells[0].text for row in rows] == [str(file.data_month) for file in source.sources]
        assert rows[0].cells[2].hint == source.sources[0].sha256
        facts = {bullet.title: bullet.text for bullet in section(model, "sources").bullets}
        assert facts["판본"] == source.edition
        assert facts["기록 시각"].startswith("2026-11-22 09:30:00")


def test_where_the_workplaces_went_adds_up(source: ReportSource, models: list[Model]) -> None:
    matched, ambiguous, unassigned, nation = (row.cells[1].value for row in table(models[0], "matching").rows)
    assert matched + ambiguous + unassigned == nation == source.nation.workplaces


def test_the_order_of_the_input_does_not_matter(source_factory: Factory) -> None:
    source = source_factory(districts=300)
    turned = replace(
        source,
        districts=list(reversed(source.districts)),
        facts=dict(reversed(source.facts.items())),
        sidos=dict(reversed(source.sidos.items())),
        trend=dict(reversed(source.trend.items())),
    )
    assert build_models(turned) == build_models(source)


def test_a_district_without_facts_or_proposal_is_pending_not_lost(source_factory: Factory) -> None:
    source = source_factory(districts=40)
    lost = source.districts[0].district_id
    known = {
        name: {key: value for key, value in getattr(source, name).items() if key != lost}
        for name in ("facts", "proposals", "trend")
    }
    source = replace(source, **known)
    nation = build_models(source)[0]
    assert sum(tile.count.value for tile in nation.tiles) == 40
    assert "판정 결과 없음" in {row.cells[0].text for row in table(nation, "undetermined").rows}
    assert "값이 없는 1곳 제외" in " ".join(nation.headline)


def test_an_office_without_districts_still_has_an_honest_report(source_factory: Factory) -> None:
    source = source_factory(districts=40)
    source = replace(source, districts=[info for info in source.districts if info.office_code != "ulsan"])
    (ulsan,) = [model for model in build_models(source) if model.stem == "ulsan"]
    assert ulsan.headline[0] == "울산지방중소벤처기업청 관할 밀집지역은 이 판본의 밀집지역 목록에 없습니다."
    assert all(tile.count.value == 0 and tile.share == "–" for tile in ulsan.tiles)


def test_an_unknown_reason_is_counted_as_other(source_factory: Factory) -> None:
    source = source_factory(districts=12)
    stage = Proposal("undetermined", None, "새 사유입니다.", "reason_of_a_later_version")
    source = replace(source, proposals=dict.fromkeys(source.proposals, stage))
    assert [row.cells[0].text for row in table(build_models(source)[0], "undetermined").rows] == [
        "그 밖의 사유"
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("-1.24", "밀집지역 밖을 포함한 경기 전체 종사자 수는 1년 전보다 1.2% 줄었습니다(전국 +0.5%)"),
        ("2.0", "경기 전체 종사자 수는 1년 전보다 2.0% 늘었습니다(전국 +0.5%)"),
        ("0.004", "경기 전체 종사자 수는 1년 전보다 변동이 없었습니다(전국 +0.5%)"),
    ],
)
def test_the_region_is_told_beside_the_nation(source_factory: Factory, change: str, words: str) -> None:
    source = source_factory(districts=30)
    found = Change(Decimal(change), Decimal(change) - Decimal("0.5"), Decimal("0.5"), "all", "ok")
    fact = replace(source.sidos["41"], changes={("workers", "year"): found})
    (model,) = [
        model for model in build_models(replace(source, sidos={"41": fact})) if model.stem == "gyeonggi"
    ]
    assert any(words in sentence for sentence in model.headline)


def test_the_first_table_names_flagged_districts_by_stage_sureness_and_jobs(
    source: ReportSource, models: list[Model]
) -> None:
    """Jobs lost computed anew: workers now and their change give those of a year ago."""
    order = ("high", "medium", "low")
    for model in models:
        own = [info for info in source.districts if model.stem in {"index", info.office_code}]
        ranked = []
        for info in own:
            proposal, fact = source.proposals[info.district_id], source.facts[info.district_id]
            if proposal.stage not in {"severe", "caution"}:
                continue
            change = float(fact.changes["workers", "year"].change_pct) / 100
            lost = float(fact.workers) / (1 + change) - float(fact.workers)
            ranked.append(
                ((proposal.stage == "caution", order.index(proposal.confidence), -lost), info, lost)
            )
        ranked.sort(key=lambda entry: entry[0])
        if not ranked:
            assert model.glance is None
            continue
        assert model.glance is not None
        rows = model.glance.rows
        assert len(rows) == min(len(ranked), 12)
        for row, (_, info, lost) in zip(rows, ranked, strict=False):
            assert row.cells[0].text == info.name
            assert float(row.cells[3].value or 0) == pytest.approx(-lost, abs=1e-6)
            proposal = source.proposals[info.district_id]
            share = proposal.severe_pct if proposal.stage == "severe" else proposal.caution_pct
            assert row.cells[5].value == share
        if len(ranked) > 12:
            assert f"이 밖의 {len(ranked) - 12:,}곳" in model.glance.notes[0]


def test_pending_districts_are_listed_at_the_end_of_an_offices_report(
    source: ReportSource, models: list[Model]
) -> None:
    for model in models:
        (part,) = [part for part in model.sections if part.key == "undetermined"]
        listed = [table for table in part.tables if table.key == "held"]
        if model.stem == "index":
            assert not listed
            continue
        held = {
            info.name
            for info in source.districts
            if info.office_code == model.stem and source.proposals[info.district_id].stage == "undetermined"
        }
        assert {row.cells[0].text for table in listed for row in table.rows} == held


def test_a_decision_of_its_own_carries_no_support_of_the_proposal(source: ReportSource) -> None:
    info = next(info for info in source.districts if info.office_code == "busan")
    decided = Decided("severe", "decision", "현장에서 확인함", dt.date(2026, 11, 20), None)
    good = replace(
        source.proposals[info.district_id], stage="good", caution_pct=Decimal(3), severe_pct=Decimal(0)
    )
    councils = Councils("2026-H2", dt.date(2026, 12, 31), {info.district_id: decided}, ["busan"], [])
    final = replace(
        source, councils=councils, proposals={**source.proposals, info.district_id: good}, previous=None
    )
    (model,) = [model for model in build_final(final) if model.stem == "busan"]
    assert model.glance is not None
    (row,) = model.glance.rows
    assert (row.cells[5].text, row.cells[5].value, row.cells[6].text) == (
        "협의회 판단",
        None,
        "현장에서 확인함",
    )
    (card,) = [card for part in model.sections for card in part.cards]
    assert card.confidence == "협의회가 제안과 다르게 정한 단계"
