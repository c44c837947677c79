"""Law 2: addresses as vague as the real ones, workplaces that move and change, and the truth about every row."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from country import country
from country.country import write_country
from country.districts import draw_districts
from country.law import load_law
from country.places import load_places
from country.terrain import ground_of
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.nps.file.columns import COLUMNS
from sogong_pipeline.periods import Month, parse_months

MONTHS = parse_months("2026-05..2026-07")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lived")
    write_country(folder, seed=3, law_version=2, months=MONTHS, districts=40)
    return folder


@pytest.fixture(scope="module")
def rows(lived: Path) -> dict[Month, pd.DataFrame]:
    """The rows of every file with the truth about each."""
    files = sorted((lived / "files").iterdir())
    return {month: _with_truth(lived, month, file) for month, file in zip(MONTHS, files, strict=True)}


def _with_truth(folder: Path, month: Month, file: Path) -> pd.DataFrame:
    read = pd.read_csv(
        file, encoding="cp949", header=0, names=list(COLUMNS), dtype=str, keep_default_na=False
    )
    truth = pq.read_table(folder / "truth_rows" / f"{month}.parquet").to_pandas()
    assert truth["row_number"].tolist() == list(range(1, len(read) + 1))
    return pd.concat([read, truth], axis=1)


def test_complexes_share_their_dongs_as_the_real_ones_do() -> None:
    law, places = load_law(2), load_places()
    rng = np.random.default_rng(1)
    districts = draw_districts(2185, 59.5, ground_of(law, places, rng), rng)
    assert law.addresses is not None
    complexes = [d for d in districts if d.kind in law.addresses.complexes]
    holders = Counter(dong for d in complexes for dong in d.claim.legal_dong_codes)
    shared = np.array([np.mean([holders[dong] > 1 for dong in d.claim.legal_dong_codes]) for d in complexes])
    assert np.mean(shared == 0) == pytest.approx(0.55, abs=0.05)
    assert np.mean(shared == 1) == pytest.approx(0.345, abs=0.05)
    assert np.mean([n == 1 for n in holders.values()]) == pytest.approx(0.79, abs=0.05)
    spans = [len(d.claim.legal_dong_codes) for d in complexes if d.kind == "national_industrial_complex"]
    assert np.mean(spans) == pytest.approx(2.6, abs=0.5)


def test_strangers_lie_on_the_same_roads_and_no_address_tells_the_ri(rows: dict[Month, pd.DataFrame]) -> None:
    held = rows[MONTHS[0]]
    inside, outside = held[held["district_id"].notna()], held[held["district_id"].isna()]
    spot = ["postal_code", "legal_dong_code", "road_address"]
    assert len(outside.merge(inside[spot].drop_duplicates(), on=spot)) > 0.02 * len(inside)
    assert not held["lot_address"].str.endswith("리").any()
    assert held["lot_address"].str.endswith(("읍", "면")).mean() > 0.15
    assert (held["road_address"] == " ").mean() == pytest.approx(0.02, abs=0.01)
    assert inside["road_address"].str.contains("산단|공단|농공").mean() > 0.1


def test_codes_are_those_of_the_day_of_extraction(rows: dict[Month, pd.DataFrame]) -> None:
    """The file of 2026-06 is made in July, when Gwangju and Jeonnam are one; a few rows keep the old codes."""
    sido = {month: held["sido_code"].value_counts(normalize=True) for month, held in rows.items()}
    assert "12" not in sido[MONTHS[0]]
    assert {"29", "46"} <= set(sido[MONTHS[0]].index)
    old = sido[MONTHS[1]].reindex(["29", "46"]).sum()
    assert 0 < old < 0.1 * sido[MONTHS[1]]["12"]
    assert (
        rows[MONTHS[1]]
        .loc[rows[MONTHS[1]]["sido_code"] == "12", "lot_address"]
        .str.startswith("전남광주통합특별시 ")
        .all()
    )


def test_workplaces_move_and_change_as_the_truth_says(lived: Path, rows: dict[Month, pd.DataFrame]) -> None:
    events = pd.read_parquet(lived / "truth_events.parquet")
    enrolled = {
        month: held[held["status"] == "1"].set_index("workplace_serial") for month, held in rows.items()
    }
    before, now = enrolled[MONTHS[0]], enrolled[MONTHS[1]]
    assert now.index.is_unique
    both = before.index.intersection(now.index)
    changed = {
        "renamed": before.loc[both, "workplace_name"] != now.loc[both, "workplace_name"],
        "re_registered": before.loc[both, "business_number_prefix"]
        != now.loc[both, "business_number_prefix"],
        "moved": before.loc[both, "postal_code"] != now.loc[both, "postal_code"],
    }
    month = events[events["data_month"] == str(MONTHS[1])]
    for kind, differs in changed.items():
        event_serials = set(
            month.loc[
                month["kind"].isin([kind, "respelled"] if kind == "renamed" else [kind]), "workplace_serial"
            ]
        )
        assert set(both[differs]) <= event_serials, kind
        assert differs.any(), kind
    withdrawn = rows[MONTHS[1]][rows[MONTHS[1]]["status"] == "2"]
    ended = set(month.loc[month["kind"].isin(["closed", "re_registered"]), "workplace_serial"])
    assert set(withdrawn["workplace_serial"]) <= ended


def test_the_registry_knows_part_of_what_is_true(lived: Path) -> None:
    with (lived / "registry.csv").open(encoding="utf-8", newline="") as file:
        registry = list(csv.DictReader(file))
    law = load_law(2)
    assert law.addresses is not None
    complexes = [row for row in registry if row["kind"] in law.addresses.complexes]
    for column in ("roads", "postal_codes"):
        assert 0.2 < np.mean([bool(row[column]) for row in complexes]) < 0.8
    assert all(row["postal_codes"] for row in registry if row not in complexes)
    with (lived / "workplace_lists.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    kinds = {row["district_id"]: row["kind"] for row in registry}
    assert {kinds[row["district_id"]] for row in listed} <= {
        "knowledge_industry_centre",
        "venture_building",
        "new_technology_startup_area",
    }
    assert listed


def test_some_lines_stand_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    law = load_law(2)
    assert law.lives is not None
    many = law.model_copy(update={"lives": law.lives.model_copy(update={"doubled_lines": 0.01})})
    monkeypatch.setattr(country, "load_law", lambda _: many)
    write_country(tmp_path, law_version=2, months=MONTHS[:1], districts=5)
    (file,) = (tmp_path / "files").iterdir()
    month_rows = _with_truth(tmp_path, MONTHS[0], file)
    twice = month_rows.duplicated(list(COLUMNS))
    assert 0.002 < twice.mean() < 0.03
    assert month_rows.groupby(list(COLUMNS))["workplace_serial"].nunique().max() == 1


def test_there_is_no_other_law(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="there is no law 9"):
        write_country(tmp_path, law_version=9)
