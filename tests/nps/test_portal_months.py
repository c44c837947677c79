"""From a portal into the lake: misleading labels, missing months, months published twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from country.portal.faults import Fault
from country.portal.server import PortalServer
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.periods import Month
from sogong_pipeline.steps.installation import Installation
from tests.nps.conftest import TITLE, monthly_file


def publish(files: Path, **content: str) -> None:
    """Replace the uploads: data month by label."""
    for old in files.iterdir():
        old.unlink()
    for label, month in content.items():
        (files / f"{TITLE}_{label.lstrip('_')}.csv").write_bytes(monthly_file(month))


def label_of(pipeline: Installation, month: Month) -> list[str]:
    return [str(raw.facts["label"]) for raw in pipeline.lake.partitions("raw", str(month))]


def downloads(portal: PortalServer) -> int:
    return sum(request.page == "fileDownload.do" for request in portal.requests)


def fetch(pipeline: Installation, portal: PortalServer, month: Month) -> list[bool]:
    return [is_new for _, is_new in pipeline.months.fetch(month, portal.url)]


@pytest.mark.parametrize("label", ["20220519", "20220420", "20220603"])
def test_a_label_may_be_off_by_a_month(
    pipeline: Installation, portal: PortalServer, files: Path, label: str
) -> None:
    publish(files, _20220301="2022-02", _20220801="2022-07", **{f"_{label}": "2022-04"})
    assert fetch(pipeline, portal, Month(2022, 4)) == [True]
    assert label_of(pipeline, Month(2022, 4)) == [label]


def test_of_a_month_published_twice_the_first_release_is_kept(
    pipeline: Installation, portal: PortalServer, files: Path
) -> None:
    publish(files, _20220519="2022-04", _20220526="2022-04", _20220618="2022-05")
    assert fetch(pipeline, portal, Month(2022, 4)) == [True]
    assert fetch(pipeline, portal, Month(2022, 4)) == [False]
    assert label_of(pipeline, Month(2022, 4)) == ["20220519"]
    assert downloads(portal) == 1


def test_an_upload_that_repeats_the_month_before_is_passed_by(
    pipeline: Installation, portal: PortalServer, files: Path
) -> None:
    """As label 20200619 was followed by 20200624: the first of two uploads in a month held another one."""
    publish(files, _20220619="2022-04", _20220624="2022-05", _20220719="2022-06")
    assert fetch(pipeline, portal, Month(2022, 5)) == [True]
    assert label_of(pipeline, Month(2022, 5)) == ["20220624"]


def test_a_month_that_is_in_is_not_asked_for(
    pipeline: Installation, portal: PortalServer, month: Month
) -> None:
    fetch(pipeline, portal, month)
    before = len(portal.requests)
    assert fetch(pipeline, portal, month) == [False]
    assert len(portal.requests) == before


def test_a_month_to_come_is_waited_for_and_what_was_seen_is_not_fetched_again(
    pipeline: Installation, portal: PortalServer, files: Path
) -> None:
    july = Month(2022, 7)
    with pytest.raises(LaterError, match=r"no upload of 2022-07 yet: .*20220719 holds 2022-06; wait for it"):
        fetch(pipeline, portal, july)
    assert downloads(portal) == 1
    assert not pipeline.months.is_published(july, portal.url)
    with pytest.raises(LaterError, match="no upload of 2022-07 yet"):
        fetch(pipeline, portal, july)
    assert downloads(portal) == 1
    (files / f"{TITLE}_20220818.csv").write_bytes(monthly_file("2022-07"))
    assert pipeline.months.is_published(july, portal.url)
    assert fetch(pipeline, portal, july) == [True]
    assert fetch(pipeline, portal, Month(2022, 6)) == [True]


def test_uploads_in_the_lake_are_not_taken_for_another_month(
    pipeline: Installation, portal: PortalServer, month: Month
) -> None:
    fetch(pipeline, portal, month)
    with pytest.raises(LaterError, match="no upload of 2022-07 yet"):
        fetch(pipeline, portal, month.shift(1))
    assert downloads(portal) == 1


def test_a_month_the_portal_passed_over_is_refused_not_awaited(
    pipeline: Installation, portal: PortalServer, files: Path
) -> None:
    publish(files, _20221018="2022-09", _20221218="2022-11", _20230118="2022-12")
    october = Month(2022, 10)
    with pytest.raises(
        RefusedError, match=r"has passed 2022-10 over: .*20221018 holds 2022-09; 20221218 holds"
    ) as refused:
        fetch(pipeline, portal, october)
    assert not isinstance(refused.value, LaterError)
    assert "--from FILE" in str(refused.value)
    with pytest.raises(RefusedError, match="has passed 2022-10 over") as refused:
        pipeline.months.is_published(october, portal.url)
    assert not isinstance(refused.value, LaterError)
    assert downloads(portal) == 2


def test_an_old_month_without_a_history_is_awaited_because_the_list_has_a_gap(
    pipeline: Installation, portal: PortalServer
) -> None:
    portal.faults["selectHistAndCsvData.do"] = [Fault.ABSENT]
    with pytest.raises(
        LaterError, match=r"1 uploads, .*its history is gone, so only the current file is listed"
    ):
        fetch(pipeline, portal, Month(2022, 3))


def test_what_the_catalogue_names_is_landed_like_any_other(
    pipeline: Installation, portal: PortalServer, month: Month
) -> None:
    portal.faults["fileData.do"] = [Fault.ABSENT]
    assert fetch(pipeline, portal, month) == [True]
    before = len(portal.requests)
    assert fetch(pipeline, portal, month) == [False]
    assert len(portal.requests) == before
