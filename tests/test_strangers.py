"""Untrusted text is data: it is never executed, names no file, and opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from sqlalchemy import text

from sogong_pipeline.lake.layers import named
from sogong_pipeline.periods import Month
from sogong_pipeline.sql_engine import Engine
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from tests.steps.test_steps import QUARTER, load_registry, month_file
from tests.support.editions import proposals_of
from tests.upkeep.test_verify import sogong

pytestmark = pytest.mark.slow

HOSTILE = "'); DROP TABLE dim_district; -- ${HOME} {{ 7*7 }} ../../x"


def test_a_name_is_text_in_every_query_and_table(
    any_pipeline: Installation, tmp_path: Path, digest_tree: Callable[[Path], dict[str, str]]
) -> None:
    pipeline = any_pipeline
    load_registry(pipeline, tmp_path, name=HOSTILE)
    pipeline.months.ingest(
        Month(2022, 4), str(month_file(tmp_path, "2022-04", industry_name=HOSTILE.replace(",", " ")))
    )
    edition, _ = pipeline.quarters.propose(QUARTER)
    warehouse = Warehouse(pipeline)
    warehouse.rebuild()
    with warehouse.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM dim_district")).scalars().all() == [HOSTILE]
        assert (
            connection.execute(
                text("SELECT count(*) FROM stage_proposal WHERE rule_set = 'ref_5_10'")
            ).scalar()
            == 1
        )
    assert proposals_of(pipeline, edition).facts["stages"]
    # Every file lies where a layer has its files, whatever names there were.
    layers = {PurePosixPath(name).parts[0] for name in digest_tree(pipeline.settings.home / "lake")}
    assert layers <= {"raw", "registry", *named("derived", "edition")}
    assert not (tmp_path.parent / "x").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest", "../../2026-09"),
        ("ingest", "2026-09/../../x"),
        ("propose", "2026-Q3/../.."),
        ("publish", "../2026-Q3", "--draft"),
        ("reconcile", "/etc"),
    ],
)
def test_a_period_is_never_a_path(pipeline: Installation, arguments: tuple[str, ...]) -> None:
    refused = sogong(pipeline.settings, *arguments)
    assert refused.exit_code == 1
    assert refused.output.count("\n") == 1
    home = pipeline.settings.home
    assert not home.exists() or list(home.iterdir()) == []


def test_queries_fetch_no_extension(tmp_path: Path) -> None:
    with Engine(tmp_path) as engine:
        assert engine.value("SELECT current_setting('autoinstall_known_extensions')") is False
