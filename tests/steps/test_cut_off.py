"""The cut-off: code that changed costs computing; what it gives with the same content changes nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.lake import code
from sogong_pipeline.lake.layers import BY_NAME, LAYERS
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.reports.publish import publish_draft
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps import build, quarters, sweep
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.steps.test_steps import load_registry, month_file

QUARTER = Quarter(2022, 2)
pytestmark = pytest.mark.slow
APART = {"corporations", "clusters"}
"""Made by the clusters of small manufacturers, not by months and quarters."""
BUILT = [layer.name for layer in LAYERS if layer.builder and layer.name not in APART]
MONTHLY = [name for name in BUILT if BY_NAME[name].key[0] == "month"]
Digests = Callable[[Path], dict[str, str]]


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three months, one of them corrected, and a proposed quarter."""
    folder = tmp_path_factory.mktemp("cut-off")
    installation = Installation(Settings(home=folder / "home", now=NOW))
    load_registry(installation, folder)
    for month, files, count in (
        ("2022-04", "first", 40),
        ("2022-05", "first", 40),
        ("2022-05", "later", 42),
        ("2022-06", "first", 40),
    ):
        file = month_file(folder / files, month, count=count)
        installation.months.ingest(Month.parse(month), str(file))
    installation.quarters.propose(QUARTER)
    publish_draft(installation, QUARTER)
    return folder / "home"


@pytest.fixture
def upgraded(settled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Installation]:
    """Opens a copy of the home on a later day, the code of one layer being another."""
    import shutil

    shutil.copytree(settled, tmp_path / "home")
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOGONG_NOW", "2026-11-20T09:00:00+09:00")

    def upgrade(layer: str) -> Installation:
        def inputs(name: str) -> dict[str, str]:
            given = code.code_inputs(name)
            return {**given, "code": f"{given['code']}x"} if name == layer else given

        for module in (build, quarters):
            monkeypatch.setattr(module, "code_inputs", inputs)
        return Installation(Settings())

    return upgrade


@pytest.mark.parametrize("layer", BUILT)
def test_other_code_with_the_same_content_ends_at_the_cut_off(
    layer: str, upgraded: Callable[[str], Installation], tmp_path: Path, digest_tree: Digests
) -> None:
    installation = upgraded(layer)
    lake, reports = tmp_path / "home" / "lake", tmp_path / "home" / "reports"
    before = {
        name: digest for name, digest in digest_tree(lake).items() if not name.endswith("manifest.json")
    }
    written = _without_board(digest_tree(reports))
    edition = installation.edition(QUARTER)
    assert edition is not None

    outdated = sweep.outdated_months(installation)
    stale = installation.quarters.stale(QUARTER)
    if layer in MONTHLY and layer not in {"joined", "moved"}:  # those are made for a quarter
        assert outdated, "the months that it made are outdated"
        assert all(f"code of {layer}: " in line for why in outdated.values() for line in why)
    else:
        assert outdated == {}
    if layer in {"checked", "revised", "placed"}:
        assert stale == [], "no edition is made from it"
    else:
        (why,) = stale
        assert why.startswith(("code", f"code of {layer}: "))

    done = CliRunner().invoke(app, ["propose"])
    assert done.exit_code == 0, done.output
    assert "  (unchanged)" in done.output or not stale
    after = {name: digest for name, digest in digest_tree(lake).items() if not name.endswith("manifest.json")}
    assert after == before, "no content was added or changed, and the edition in force stays"
    current = Installation(Settings()).edition(QUARTER)
    assert current is not None
    assert current.folder == edition.folder
    assert current.manifest["recorded_at"] == edition.manifest["recorded_at"]
    assert sweep.outdated_months(installation) == {}
    assert installation.quarters.stale(QUARTER) == []
    publish_draft(installation, QUARTER)
    assert _without_board(digest_tree(reports)) == written
    assert installation.quarters.propose(QUARTER)[1] is False


def _without_board(reports: dict[str, str]) -> dict[str, str]:
    """The digests of reports; the board says what is due on the day it is written."""
    return {name: digest for name, digest in reports.items() if name != "board.html"}


def test_code_that_gives_other_content_makes_a_new_edition(
    upgraded: Callable[[str], Installation], monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = upgraded("editions")
    first = installation.edition(QUARTER)
    from sogong_pipeline.indicators import edition as module

    real = module.content_digest
    monkeypatch.setattr(module, "content_digest", lambda files: real(files)[::-1])
    second, is_new = installation.quarters.propose(QUARTER)
    assert is_new
    assert first is not None
    assert second.folder != first.folder
    assert installation.edition(QUARTER) == second
    assert installation.lake.find("editions", str(QUARTER), first.folder.name) is not None
