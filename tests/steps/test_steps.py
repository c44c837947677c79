from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sogong_pipeline.districts.loaded import registry_in_force
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.columns import vintage_for
from sogong_pipeline.periods import Month, Quarter, parse_months
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps import build
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.districts.test_registry import ROW, write
from tests.rows import header_line, lines, row
from tests.support.editions import proposals_of

pytestmark = pytest.mark.slow

Digest = Callable[[Path], dict[str, str]]
QUARTER = Quarter.parse("2022-Q2")


def month_file(folder: Path, month: str, count: int = 40, **changes: str) -> Path:
    """A published file of `count` workplaces in the district of `ROW`, under the header of its time."""
    folder.mkdir(exist_ok=True)
    label = str(Month.parse(month).shift(1)).replace("-", "")
    path = folder / f"가상 사업장 내역_{label}18.csv"
    values = {"data_month": month, "postal_code": "18577", **changes}
    rows = [row(workplace_name=f"가상상사{index}", **values) for index in range(count)]
    path.write_bytes(lines(rows, header=header_line(vintage_for(Month.parse(month)).header)))
    return path


def load_registry(pipeline: Installation, folder: Path, **changes: str) -> None:
    pipeline.registry.load(write(folder / "registry.csv", {**ROW, **changes}))


def test_a_month_and_a_quarter_twice_change_nothing(
    pipeline: Installation, tmp_path: Path, digest_tree: Digest
) -> None:
    load_registry(pipeline, tmp_path)
    files = [month_file(tmp_path, month) for month in ("2022-04", "2022-05", "2022-06")]

    def run() -> dict[str, str]:
        for month, file in zip(QUARTER.months, files, strict=True):
            pipeline.months.ingest(month, str(file))
        pipeline.quarters.propose(QUARTER)
        return digest_tree(pipeline.settings.home)

    first = run()
    assert run() == first
    assert pipeline.registry.load(tmp_path / "registry.csv")[1] is False
    assert pipeline.quarters.stale(QUARTER) == []


def test_two_installations_agree_byte_for_byte(tmp_path: Path, digest_tree: Digest) -> None:
    trees = []
    for name in ("one", "two"):
        pipeline = Installation(Settings(home=tmp_path / name, now=NOW))
        load_registry(pipeline, tmp_path)
        pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04")))
        pipeline.quarters.propose(QUARTER)
        trees.append(digest_tree(tmp_path / name))
    assert trees[0] == trees[1]


def test_the_order_in_which_months_come_does_not_matter(tmp_path: Path) -> None:
    editions = []
    for name, order in (("forward", 1), ("backward", -1)):
        pipeline = Installation(Settings(home=tmp_path / name, now=NOW))
        load_registry(pipeline, tmp_path)
        for month in QUARTER.months[::order]:
            pipeline.months.ingest(month, str(month_file(tmp_path, str(month))))
        edition, _ = pipeline.quarters.propose(QUARTER)
        editions.append((edition.folder.name, edition.digest))
    assert editions[0] == editions[1]


def test_a_corrected_month_is_a_second_vintage_and_a_new_edition(
    pipeline: Installation, tmp_path: Path
) -> None:
    load_registry(pipeline, tmp_path)
    month = Month(2022, 4)
    pipeline.months.ingest(month, str(month_file(tmp_path, "2022-04")))
    first, _ = pipeline.quarters.propose(QUARTER)
    pipeline.months.ingest(month, str(month_file(tmp_path, "2022-04", count=41)))
    assert len(pipeline.lake.children("raw", "2022-04")) == 2
    (why,) = pipeline.quarters.stale(QUARTER)
    assert why.startswith("2022-04: ")
    second, is_new = pipeline.quarters.propose(QUARTER)
    assert is_new
    assert second.folder != first.folder
    assert pipeline.lake.find("editions", "2022-Q2", first.folder.name) is not None
    latest = pipeline.edition(QUARTER)
    assert latest is not None
    assert latest.folder == second.folder


def test_an_earlier_file_given_again_takes_a_bad_correction_back(
    pipeline: Installation, tmp_path: Path
) -> None:
    load_registry(pipeline, tmp_path)
    month = Month(2022, 4)
    (good,) = pipeline.months.ingest(month, str(month_file(tmp_path / "good", "2022-04")))
    edition, _ = pipeline.quarters.propose(QUARTER)
    (bad,) = pipeline.months.ingest(month, str(month_file(tmp_path / "bad", "2022-04", count=39)))
    assert pipeline.vintage_of(month) == bad.vintage
    (again,) = pipeline.months.ingest(month, str(month_file(tmp_path / "good", "2022-04")))
    assert (again.vintage, again.is_new) == (good.vintage, False)
    assert pipeline.vintage_of(month) == good.vintage
    assert again.measured is not None
    assert again.measured.facts["matched"] == 40
    assert pipeline.quarters.propose(QUARTER) == (edition, False)
    assert len(pipeline.lake.children("raw", "2022-04")) == 2


def test_a_sweep_passes_over_quarters_without_a_district(pipeline: Installation, tmp_path: Path) -> None:
    for month in ("2022-03", "2022-04"):
        pipeline.months.ingest(Month.parse(month), str(month_file(tmp_path, month)))
    load_registry(pipeline, tmp_path, valid_from="2022-04-01")
    assert pipeline.quarters.with_data() == [QUARTER]


def test_a_damaged_zip_is_refused_and_nothing_is_kept(pipeline: Installation, tmp_path: Path) -> None:
    file = month_file(tmp_path / "files", "2022-04")
    archive = Path(shutil.make_archive(str(tmp_path / "month"), "zip", file.parent))
    whole = archive.read_bytes()
    middle = len(whole) // 3
    for damaged in (whole[: len(whole) // 2], whole[:middle] + b"XXXX" + whole[middle + 4 :]):
        archive.write_bytes(damaged)
        with pytest.raises(RefusedError, match=r"month\.zip: the ZIP is damaged .*; download it again"):
            pipeline.months.ingest(Month(2022, 4), str(archive))
    assert not (pipeline.settings.home / "lake" / "raw").exists()


def test_without_a_registry_a_month_stops_after_the_gate(pipeline: Installation, tmp_path: Path) -> None:
    (state,) = pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04")))
    assert state.measured is None
    with pytest.raises(RefusedError, match="no registry is loaded; run `sogong registry load FILE` first"):
        pipeline.quarters.propose(QUARTER)
    load_registry(pipeline, tmp_path)
    edition, _ = pipeline.quarters.propose(QUARTER)
    assert proposals_of(pipeline, edition).facts["stages"] == {
        "good": 0,
        "caution": 0,
        "severe": 0,
        "undetermined": 1,
    }


def test_a_district_that_ended_is_not_judged(pipeline: Installation, tmp_path: Path) -> None:
    load_registry(pipeline, tmp_path, valid_to="2022-06-29")
    pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04")))
    with pytest.raises(RefusedError, match="no district that counts on 2022-06-30"):
        pipeline.quarters.propose(QUARTER)


def test_a_month_the_gate_stopped_leaves_the_last_good_vintage(
    pipeline: Installation, tmp_path: Path
) -> None:
    load_registry(pipeline, tmp_path)
    month = Month(2022, 4)
    (good,) = pipeline.months.ingest(month, str(month_file(tmp_path, "2022-04")))
    edition, _ = pipeline.quarters.propose(QUARTER)
    bad = month_file(tmp_path, "2022-04", billed_amount_krw="1211930")
    with pytest.raises(
        RefusedError,
        match=r"2022-04: the gate stopped .*: \d+ critical \(.*odd_amount_share.*\); .*; it is kept and not "
        r"measured, see .*2022-04\.html",
    ):
        pipeline.months.ingest(month, str(bad))
    assert pipeline.vintage_of(month) == good.vintage
    assert pipeline.quarters.propose(QUARTER) == (edition, False)


@pytest.mark.parametrize("layer", ["staged", "checked", "traced", "matched", "measured"])
def test_a_step_that_dies_leaves_the_last_good_state_and_a_re_run_ends_the_same(
    pipeline: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, digest_tree: Digest, layer: str
) -> None:
    load_registry(pipeline, tmp_path)
    file = str(month_file(tmp_path, "2022-04"))
    undisturbed = Installation(Settings(home=tmp_path / "undisturbed", now=NOW))
    load_registry(undisturbed, tmp_path)
    undisturbed.months.ingest(Month(2022, 4), file)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    real = build._builder
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(build, "_builder", lambda name: die if name == layer else real(name))
        pipeline.months.ingest(Month(2022, 4), file)
    pipeline.months.ingest(Month(2022, 4), file)
    assert digest_tree(pipeline.settings.home) == digest_tree(tmp_path / "undisturbed")


def test_a_folder_is_searched_for_the_month_inside_the_files(pipeline: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    month_file(folder, "2022-04").rename(folder / "mislabelled_20220918.csv")
    (folder / "notes.csv").write_text("not a monthly file")
    (state,) = pipeline.months.ingest(Month(2022, 4), str(folder))
    raw = pipeline.lake.require("raw", "2022-04", state.vintage)
    assert (raw.facts["file_name"], raw.facts["label"]) == ("mislabelled_20220918.csv", "20220918")
    with pytest.raises(RefusedError, match=r"none of its 2 files holds 2022-05 \(1 are not monthly files"):
        pipeline.months.ingest(Month(2022, 5), str(folder))


def test_a_zip_is_read_and_kept_as_it_came(pipeline: Installation, tmp_path: Path) -> None:
    file = month_file(tmp_path / "files", "2022-04")
    archive = shutil.make_archive(str(tmp_path / "month"), "zip", file.parent)
    (state,) = pipeline.months.ingest(Month(2022, 4), archive)
    assert state.staged.facts["rows"] == 40
    raw = pipeline.lake.require("raw", "2022-04", state.vintage)
    assert raw.path("file").read_bytes() == Path(archive).read_bytes()


def test_large_shocks_are_seen_in_the_quarter_after_and_the_report_says_why(
    ingested: Installation, country: Any
) -> None:
    import json

    import pyarrow.parquet as pq

    truth = json.loads((country.folder / "truth.json").read_text(encoding="utf-8"))
    judged = 0
    for shock in truth["shocks"]:
        quarter = Month.parse(shock["full_month"]).quarter.shift(1)
        if shock["size_pct"] > -25 or not Quarter.parse("2026-Q1") <= quarter <= Quarter.parse("2026-Q3"):
            continue
        edition, _ = ingested.quarters.propose(quarter)
        (facts,) = [
            line
            for line in pq.read_table(edition.path("fact_district_quarter")).to_pylist()
            if line["district_id"] == shock["district_id"]
        ]
        if facts["workplaces"] is None or facts["workplaces"] < 60:
            continue
        (proposal,) = [
            line
            for line in pq.read_table(proposals_of(ingested, edition).path("stage_proposal")).to_pylist()
            if line["district_id"] == shock["district_id"]
        ]
        judged += 1
        assert proposal["stage"] in {"caution", "severe"}, (shock, facts, proposal["reason_ko"])
        assert "감소로 3개 지표" in proposal["reason_ko"]
        assert proposal["reason_ko"].count("대비") >= 4
    assert judged >= 3


def test_the_coverage_break_moves_no_change(ingested: Installation) -> None:
    """Levels jump in 2025-06; changes across it rest on corporations, so the nation's stay small."""
    import pyarrow.parquet as pq

    edition, _ = ingested.quarters.propose(Quarter.parse("2025-Q3"))
    rows = pq.read_table(edition.path("fact_region_quarter")).to_pylist()
    (nation,) = [line for line in rows if line["region_code"] == "00"]
    assert nation["year_scope"] == nation["quarter_scope"] == "corporations"
    assert abs(nation["workplaces_change_year_pct"]) < 3
    counts = {}
    for month in parse_months("2025-05..2025-06"):
        (vintage,) = ingested.lake.children("raw", str(month))
        registry = registry_in_force(ingested)
        assert registry is not None
        day: dt.date = month.quarter.last_day
        measured = ingested.lake.require("measured", str(month), vintage, registry.on(day).version)
        counts[month] = measured.facts["workplaces"]
    assert counts[Month(2025, 6)] > 1.03 * counts[Month(2025, 5)]
