"""A doubtful month is held or stopped until a person accepts it, and that is on the record."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sogong_pipeline.bulletins.publish import publish_bulletins
from sogong_pipeline.councils.issue import issue_sheets, write_sheets
from sogong_pipeline.decisions.period import HalfYear
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.plans.publish import draft_plans
from sogong_pipeline.quality.doubtful import doubtful_months
from sogong_pipeline.quality.holds import holds
from sogong_pipeline.quality_pages.publish import publish_quality
from sogong_pipeline.reports.publish import publish_draft
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.surveys.issue import draw_lists, write_lists
from sogong_pipeline.trends.publish import publish_trend
from sogong_pipeline.warehouse.load import Warehouse
from tests.steps.test_steps import load_registry, month_file
from tests.support.editions import proposals_of

pytestmark = pytest.mark.slow
MONTH, QUARTER = Month(2022, 4), Quarter(2022, 2)
ROAD = "경기도 화성시 팔탄면 가상로"
BY, REASON = "기획과 김담당", "공단에 확인함 <b>"


def held_month(pipeline: Installation, folder: Path) -> None:
    """A month in which nobody joined or left."""
    load_registry(pipeline, folder)
    file = month_file(folder, "2022-04", count=1_000, road_address=ROAD, joined="0", departed="0")
    pipeline.months.ingest(MONTH, str(file))


def test_a_held_quarter_is_proposed_and_not_reported_until_accepted(
    pipeline: Installation, tmp_path: Path
) -> None:
    held_month(pipeline, tmp_path)
    (entry,) = holds(pipeline, MONTH, str(pipeline.vintage_of(MONTH)))
    assert (entry.state, entry.names, entry.by) == ("held", ["moving_share", "sido_moving_least"], None)
    held, _ = pipeline.quarters.propose(QUARTER)
    rows = pq.read_table(proposals_of(pipeline, held).path("stage_proposal")).to_pylist()
    assert {row["held_reason"] for row in rows} == {"2022-04: moving_share, sido_moving_least"}
    with pytest.raises(RefusedError, match=r"2022-Q2 is held .*sogong month accept 2022-04"):
        publish_draft(pipeline, QUARTER)
    with pytest.raises(RefusedError, match="is held"):
        issue_sheets(pipeline, HalfYear.parse("2022-H1"))
    bulletin = pipeline.settings.home / "reports" / "monthly" / str(MONTH) / "index.html"
    publish_bulletins(pipeline, MONTH, ("html",))
    assert "확인이 끝날 때까지 보류했습니다" in bulletin.read_text(encoding="utf-8")
    (doubt,) = doubtful_months(pipeline)
    assert doubt.state == "held"
    assert doubt.page.endswith("reports/quality/2022-04.html")

    assert pipeline.months.ingest(MONTH, str(tmp_path / "가상 사업장 내역_20220518.csv"))
    assert len(holds(pipeline, MONTH, entry.vintage)) == 1, "the same file again appends nothing"

    pipeline.months.accept(MONTH, [], BY, REASON)
    assert doubtful_months(pipeline) == []
    assert pipeline.quarters.stale(QUARTER)
    accepted, is_new = pipeline.quarters.propose(QUARTER)
    assert is_new
    assert accepted.folder != held.folder
    published = publish_draft(pipeline, QUARTER)
    text = (Path(published.folder) / published.files[0]).read_text(encoding="utf-8")
    assert BY in text
    assert "공단에 확인함 &lt;b&gt;" in text
    assert_every_document_says(pipeline, BY)
    assert "보류했습니다" not in bulletin.read_text(encoding="utf-8")
    warehouse = Warehouse(pipeline)
    warehouse.load_month(MONTH)
    kept = warehouse.rows("month_hold", {"data_month": "2022-04"})
    assert [(row["state"], row["by"], row["reason"]) for row in kept[1:]] == [("accepted", BY, REASON)]


def assert_every_document_says(pipeline: Installation, by: str) -> None:
    """Bulletin, trend, briefing, plans and survey letter name who accepted, on each of their pages."""
    period = HalfYear.parse("2022-H1")
    issue, _ = issue_sheets(pipeline, period)
    draw, _ = draw_lists(pipeline, QUARTER)
    plans, _ = draft_plans(pipeline, period, formats=("html",))
    written = {
        "bulletin": publish_bulletins(pipeline, MONTH, ("html",)),
        "trend": publish_trend(pipeline, QUARTER, formats=("html",)),
        "plans": plans,
        "briefing": write_sheets(pipeline, issue),
        "letter": write_lists(pipeline, draw),
    }
    for kind, published in written.items():
        pages = [Path(published.folder) / name for name in published.files if name.endswith(".html")]
        assert pages or kind == "letter", kind  # nobody is flagged here, so nothing is drawn
        for page in pages:
            assert by in page.read_text(encoding="utf-8"), (kind, page.name)


def test_a_stopped_month_is_accepted_check_by_check(pipeline: Installation, tmp_path: Path) -> None:
    load_registry(pipeline, tmp_path)
    file = month_file(tmp_path, "2022-04", count=1_000, road_address=" ", postal_code="")
    with pytest.raises(RefusedError, match="the gate stopped"):
        pipeline.months.ingest(MONTH, str(file))
    page = Path(publish_quality(pipeline, [MONTH]).folder) / "2022-04.html"
    assert "이 달은 쓰이는 파일이 없습니다" in page.read_text(encoding="utf-8")
    with pytest.raises(RefusedError, match="name each check that you accept with --check: column_usable_"):
        pipeline.months.accept(MONTH, [], BY, REASON)
    with pytest.raises(RefusedError, match="'pay_to_month_before' neither stops nor holds it"):
        pipeline.months.accept(MONTH, ["pay_to_month_before"], BY, REASON)
    with pytest.raises(RefusedError, match="--by and why with --reason"):
        pipeline.months.accept(MONTH, ["column_usable_least"], " ", REASON)
    (state,) = pipeline.months.accept(MONTH, ["column_usable_least"], BY, REASON)
    assert pipeline.vintage_of(MONTH) == state.vintage
    publish_quality(pipeline, [MONTH])
    assert BY in page.read_text(encoding="utf-8")
    with pytest.raises(RefusedError, match="nothing stops or holds"):
        pipeline.months.accept(MONTH, [], "another", "again")


def test_a_month_of_which_no_row_could_be_read_is_never_accepted(
    pipeline: Installation, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="the gate stopped"):
        pipeline.months.ingest(MONTH, str(month_file(tmp_path, "2022-04", joined="x")))
    with pytest.raises(RefusedError, match="no row of the file could be read"):
        pipeline.months.accept(MONTH, ["counted_workplaces"], BY, REASON)


def test_the_next_month_is_held_against_the_last_one_that_counts(
    pipeline: Installation, tmp_path: Path
) -> None:
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(MONTH, str(month_file(tmp_path, "2022-04", count=60)))
    with pytest.raises(RefusedError, match="the gate stopped"):
        pipeline.months.ingest(Month(2022, 5), str(month_file(tmp_path, "2022-05", count=20)))
    states = pipeline.months.ingest(Month(2022, 6), str(month_file(tmp_path, "2022-06", count=60)))
    assert states[0].checked.facts["compared_with"] == "2022-04"


def test_members_that_all_went_elsewhere_stop_the_month_or_leave_their_district_undetermined(
    pipeline: Installation, tmp_path: Path
) -> None:
    """Too few workplaces for either gate to speak, and all of them go to a postal code outside the district."""
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(MONTH, str(month_file(tmp_path, "2022-04", count=20)))
    file = month_file(tmp_path, "2022-05", count=20, postal_code="18578")
    (state,) = pipeline.months.ingest(Month(2022, 5), str(file))  # too few to say anything about a 시도
    assert state.measured is not None
    assert state.measured.facts["matched"] == 0
    edition, _ = pipeline.quarters.propose(QUARTER)
    rows = pq.read_table(proposals_of(pipeline, edition).path("stage_proposal")).to_pylist()
    assert {row["stage"] for row in rows} == {"undetermined"}
