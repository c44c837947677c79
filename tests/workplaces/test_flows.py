"""Who is who and who came and went, over three months of a country whose truth is known, recounted in plain pandas."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from country.evaluation.accuracy import measure_accuracy
from country.evaluation.country import Evaluated, Recipe
from country.evaluation.page import page
from sogong_pipeline.periods import Month, Quarter, parse_months

pytestmark = pytest.mark.slow

MONTHS = tuple(parse_months("2026-02..2026-06"))
QUARTER = Quarter(2026, 2)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    return Evaluated(Recipe(2, 5, 20, 0.5, MONTHS), tmp_path_factory.mktemp("lived"))


@pytest.fixture(scope="module")
def rows(evaluated: Evaluated) -> dict[Month, pd.DataFrame]:
    return {month: evaluated.rows(month) for month in MONTHS}


def test_flows_add_up_and_are_those_of_a_recount(
    evaluated: Evaluated, rows: dict[Month, pd.DataFrame]
) -> None:
    edition, _ = evaluated.installation.quarters.propose(QUARTER)
    months = [month for month in MONTHS if month >= QUARTER.months[0].shift(-1)]
    flows = pd.read_parquet(edition.path("establishment_flow"))
    flows = flows[flows["flow_quarter"] == str(QUARTER)].set_index("district_id")
    kinds = {
        way: [name for name in flows.columns if name.startswith(f"{way}_")] for way in ("entries", "exits")
    }
    known = flows[flows["status"] != "not_computable"]
    assert len(known) >= 15
    for way, names in kinds.items():
        assert (known[names].sum(axis=1) == known[way]).all()
    assert (known["workplaces_before"] + known["entries"] - known["exits"] == known["workplaces_after"]).all()
    members = {
        month: {
            district: set(held["workplace_id"])
            for district, held in table[table["is_counted"]].groupby("district_id")
        }
        for month, table in rows.items()
    }
    for district in known.index:
        held = [members[month].get(district, set()) for month in months]
        steps = list(itertools.pairwise(held))
        assert sum(len(now - before) for before, now in steps) == known["entries"][district]
        assert sum(len(before - now) for before, now in steps) == known["exits"][district]
    assert (
        known[["entries_new", "entries_above_floor", "exits_withdrawn", "exits_below_floor"]].sum().min() > 0
    )


def test_a_surrogate_is_one_workplace_through_moves_and_new_names(
    evaluated: Evaluated, rows: dict[Month, pd.DataFrame]
) -> None:
    counted = {month: table[table["is_counted"]] for month, table in rows.items()}
    for table in counted.values():
        assert table["workplace_id"].is_unique
    of_serial: dict[int, str] = {}
    kept = changed = 0
    for table in counted.values():
        for serial, name in zip(table["workplace_serial"], table["workplace_id"], strict=True):
            before = of_serial.setdefault(serial, name)
            kept, changed = kept + (before == name), changed + (before != name)
            of_serial[serial] = name
    assert changed / kept < 0.001
    events = evaluated.events()
    struck = events[
        events["data_month"].between(str(MONTHS[1]), str(MONTHS[-1])) & (events["kind"] != "closed")
    ]
    assert set(struck["kind"]) == {"moved", "renamed", "re_registered", "respelled"}


def test_accuracy_is_what_the_rows_say(evaluated: Evaluated, rows: dict[Month, pd.DataFrame]) -> None:
    accuracy = measure_accuracy(evaluated)
    counted = pd.concat([table[table["is_counted"]] for table in rows.values()], ignore_index=True)
    around = counted["lies_in"].map({one.district_id: one.parent_id for one in evaluated.districts.districts})
    placed_in = counted["district_id"]
    exact = placed_in.notna() & ((placed_in == counted["lies_in"]) | (placed_in == around))
    for grade in ("high", "medium", "low"):
        placed = counted[counted["grade"] == grade]
        assert accuracy.precision(grade) == pytest.approx(exact[placed.index].mean())
        inside = counted["lies_in"].notna()
        right = (counted["grade"] == grade) & exact
        assert accuracy.recall(grade) == pytest.approx((right & inside).sum() / inside.sum())
    assert accuracy.precision("high") > 0.95
    assert accuracy.exits_right >= 0.9
    assert sum(accuracy.exits.values()) >= 10
    for link in ("moved", "renamed"):
        assert accuracy.links[link]["right"] >= 0.9 * accuracy.links[link]["told"] > 0
        assert accuracy.links[link]["found"] >= 0.9 * accuracy.links[link]["happened"] > 0
    errors = accuracy.district_errors.set_index(["month", "district_id"])
    for month, table in rows.items():
        here = table[table["is_counted"]]
        measured = here.groupby("district_id")["subscribers"].sum()
        true = here.groupby("lies_in")["subscribers"].sum()
        off = (measured / true - 1).abs().dropna()
        assert len(off) >= 8
        assert errors.loc[str(month), "error"].reindex(off.index).tolist() == pytest.approx(off.tolist())
    assert f"{accuracy.precision('high'):.3f}" in page({"tuned": (evaluated.recipe, accuracy)})


def test_a_month_given_again_changes_only_what_it_must(
    evaluated: Evaluated, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    months, lake = evaluated.installation.months, evaluated.installation.settings.home / "lake"
    layers = ("traced", "matched", "measured")
    before = {layer: digest_tree(lake / layer) for layer in layers}
    (published,) = (lake / "raw" / str(MONTHS[1])).rglob("*.csv")
    corrected = lake.parent / "corrected_20260520.csv"
    corrected.write_bytes(_renamed(published.read_bytes()))

    def traces(file: Path) -> list[pd.DataFrame]:
        months.ingest(MONTHS[1], str(file))
        for month in MONTHS:
            months.measure(month, evaluated.districts)
        return [evaluated.rows(month)[["row_number", "workplace_id"]] for month in MONTHS]

    as_corrected, as_published = traces(corrected), traces(published)
    changed = [
        int((one != two).any(axis=1).sum()) for one, two in zip(as_corrected, as_published, strict=True)
    ]
    assert changed == [0] * len(MONTHS)  # found again under another name and, the month after, under its own
    for layer in layers:
        after = digest_tree(lake / layer)
        assert {name: after.get(name) for name in before[layer]} == before[layer], layer


def _renamed(content: bytes) -> bytes:
    """The file with another name for its first workplace."""
    header, first, rest = content.split(b"\r\n", 2)
    cells = first.split(b",")
    return b"\r\n".join([header, b",".join([cells[0], "다른이름".encode("cp949"), *cells[2:]]), rest])
