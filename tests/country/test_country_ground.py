"""Ground of the simulated country: kinds and counts, places of districts, and the whole country's totals."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from country.country import write_country
from country.districts import District, draw_districts, limit_validity
from country.ground import Ground
from country.places import Places, load_places
from sogong_pipeline.periods import Month


@pytest.fixture(scope="module")
def places() -> Places:
    return load_places()


def _drawn(count: int, places: Places) -> list[District]:
    rng = np.random.default_rng(8)
    return draw_districts(count, 59.5, Ground(places, rng), rng)


@pytest.fixture(scope="module")
def districts(places: Places) -> list[District]:
    return _drawn(2185, places)


def test_kinds_and_sido_are_the_published_ones(districts: list[District]) -> None:
    kinds = Counter(district.kind for district in districts)
    complexes = {kind: n for kind, n in kinds.items() if kind.endswith("_complex")}
    assert complexes == {
        "national_industrial_complex": 53,
        "general_industrial_complex": 752,
        "urban_high_tech_complex": 51,
        "agro_industrial_complex": 485,
    }
    assert kinds["venture_promotion_district"] == 26
    assert len(kinds) == 9
    sido = Counter(d.claim.sigungu_code[:2] for d in districts if d.kind in complexes)
    assert (sido["41"], sido["48"], sido["44"], sido["47"], sido["11"], sido["36"]) == (
        204,
        211,
        180,
        159,
        4,
        19,
    )
    assert len(sido) == 16


def test_few_districts_keep_the_proportions(places: Places) -> None:
    few = _drawn(100, places)
    kinds = Counter(district.kind for district in few)
    assert len(few) == 100
    assert kinds["general_industrial_complex"] == pytest.approx(34, abs=4)
    assert kinds["knowledge_industry_centre"] == pytest.approx(32, abs=4)


def test_sizes_are_many_small_and_few_large(districts: list[District]) -> None:
    sizes = np.array([district.workplaces for district in districts])
    assert sizes.mean() == pytest.approx(59.5, rel=0.01)
    assert np.mean((sizes >= 10) & (sizes <= 30)) > 0.3
    assert np.sum(sizes >= 300) > 20
    assert sizes.max() <= 900


def test_a_district_covers_what_it_lists_and_shares_it_only_when_nested(
    districts: list[District], places: Places
) -> None:
    of_dong: dict[str, list[int]] = defaultdict(list)
    for place, dong in enumerate(places.legal_dong_code):
        of_dong[dong].append(place)
    owners: dict[int, list[District]] = defaultdict(list)
    for district in districts:
        claim = district.claim
        covered = {
            place
            for dong in claim.legal_dong_codes
            for place in of_dong[dong]
            if not claim.postal_codes or places.postal_code[place] in claim.postal_codes
        }
        assert covered == set(claim.places)
        assert {dong[:5] for dong in claim.legal_dong_codes} == {claim.sigungu_code}
        for place in covered:
            owners[place].append(district)
    sharing = {d.district_id for sharers in owners.values() if len(sharers) > 1 for d in sharers}
    assert sharing == {district.district_id for district in districts if district.nested}
    assert 0.07 < len(sharing) / len(districts) < 0.13


def test_a_handful_of_districts_begins_or_ends_inside_the_series(districts: list[District]) -> None:
    spared = set(range(0, len(districts), 2))
    limited = limit_validity(districts, spared, Month(2023, 7), np.random.default_rng(1))
    changed = [i for i, (old, new) in enumerate(zip(districts, limited, strict=True)) if old != new]
    assert 6 <= len(changed) <= 14
    assert not spared.intersection(changed)
    begun = [limited[i].valid_from for i in changed if limited[i].valid_to is None]
    ended = [last for i in changed if (last := limited[i].valid_to) is not None]
    assert len(begun) >= 3
    assert len(ended) >= 3
    for first in begun:
        assert first.day == 1
        assert Month(2024, 1).first_day <= first <= Month(2026, 6).first_day
    for last in ended:
        assert last == Month(last.year, last.month).last_day
        assert last >= Month(2023, 12).last_day


@pytest.mark.slow
def test_the_whole_country_is_as_large_as_published(tmp_path: Path) -> None:
    summary = write_country(tmp_path, seed=2, months=[Month(2023, 7)])
    members = pq.read_table(tmp_path / "truth_members.parquet", columns=["district_id"])["district_id"]
    inside = len(members) - members.null_count
    assert summary.districts == 2185
    assert inside == pytest.approx(130_000, rel=0.02)
    assert members.null_count == pytest.approx(inside / 3, rel=0.02)
    assert summary.rows == len(members)
    assert len(set(members.drop_null().to_pylist())) == 2185
    assert summary.shocks == 60
