"""Damages of a lake are detected, reported with their remedy, and rebuilt where possible."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from typer.testing import CliRunner, Result

from sogong_pipeline.cli.main import app
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.upkeep.verify import verify
from tests.conftest import NOW
from tests.s3 import S3Server
from tests.steps.test_steps import QUARTER, load_registry, month_file

pytestmark = pytest.mark.slow

Damage = Callable[[PurePosixPath, bytes | None], None]


@pytest.fixture
def pipeline(any_lake: Settings, tmp_path: Path) -> Installation:
    """A month and its proposal, the lake in a folder and in a bucket."""
    pipeline = Installation(any_lake)
    load_registry(pipeline, tmp_path)
    pipeline.months.ingest(Month(2022, 4), str(month_file(tmp_path, "2022-04")))
    pipeline.quarters.propose(QUARTER)
    return pipeline


@pytest.fixture
def overwrite(any_lake: Settings, request: pytest.FixtureRequest) -> Damage:
    """Replace a file of the lake behind its back, or delete it."""

    def change(name: PurePosixPath, content: bytes | None) -> None:
        if any_lake.lake_url:
            server: S3Server = request.getfixturevalue("s3")
            bucket, _, prefix = any_lake.lake_url.removeprefix("s3://").partition("/")
            if content is None:
                server.client.delete_object(Bucket=bucket, Key=f"{prefix}/{name}")
            else:
                server.client.put_object(Bucket=bucket, Key=f"{prefix}/{name}", Body=content)
        elif content is None:
            (any_lake.home / "lake" / name).unlink()
        else:
            (any_lake.home / "lake" / name).parent.mkdir(parents=True, exist_ok=True)
            (any_lake.home / "lake" / name).write_bytes(content)

    return change


def sogong(settings: Settings, *arguments: str | Path) -> Result:
    return CliRunner().invoke(
        app,
        [*map(str, arguments)],
        env={
            "SOGONG_HOME": str(settings.home),
            "SOGONG_NOW": str(settings.now),
            "SOGONG_LAKE_URL": settings.lake_url,
        },
    )


def file_of(pipeline: Installation, layer: str) -> PurePosixPath:
    """Return a data file of the first partition of a layer."""
    return min(name for name, _ in pipeline.lake.store.sizes() if name.parts[0] == layer and "-" in name.name)


def test_every_kind_of_damage_is_told_with_what_to_do(pipeline: Installation, overwrite: Damage) -> None:
    done = verify(pipeline.lake)
    sizes = {name: size for name, size in pipeline.lake.store.sizes() if "-" in name.name}
    manifests = sum(name.name == "manifest.json" for name, _ in pipeline.lake.store.sizes())
    assert (done.damaged, done.leftovers, done.manifests) == ([], [], manifests)
    assert (done.files, done.bytes) == (len(sizes), sum(sizes.values()))
    raw, registry = file_of(pipeline, "raw"), file_of(pipeline, "registry")
    staged, edition = file_of(pipeline, "staged"), file_of(pipeline, "editions")
    overwrite(raw, b"other")
    overwrite(registry.parent / "manifest.json", b"{")
    overwrite(staged, None)
    overwrite(edition.parent / "manifest.json", b'{"step": "raw", "key": [], "files": {}}')
    overwrite(PurePosixPath("editions/2022-Q2/current"), f"0123456789ab {NOW}\n".encode())
    overwrite(PurePosixPath("raw/2022-04/current"), b"0123")
    overwrite(PurePosixPath("raw/2022-05/0123456789ab/file-0123456789ab.csv"), b"lost its manifest")
    result = sogong(pipeline.settings, "verify", "--json")
    assert result.exit_code == 1
    damaged = json.loads(result.stdout)["damaged"]
    for name, kind, remedy in (
        (raw, "its SHA-256 is ", "`sogong restore FOLDER`"),
        (registry.parent / "manifest.json", "is not the manifest of its folder", "`sogong restore FOLDER`"),
        (staged, "is not there", "`sogong verify --mend`"),
        (edition.parent / "manifest.json", "is not the manifest of its folder", "`sogong verify --mend`"),
        ("editions/2022-Q2/current", "names 0123456789ab, which is not there", "`sogong restore FOLDER`"),
        ("raw/2022-04/current", "cannot be read", "`sogong restore FOLDER`"),
        (
            "raw/2022-05/0123456789ab/file-0123456789ab.csv",
            "no manifest names it",
            "ingest this file with --from",
        ),
    ):
        assert damaged[str(name)].startswith(kind)
        assert remedy in damaged[str(name)]


def test_what_can_be_made_again_is_and_comes_out_the_same(
    pipeline: Installation, overwrite: Damage, lake_files: Callable[[Settings], dict[str, str]]
) -> None:
    before = lake_files(pipeline.settings)
    for layer in ("staged", "checked", "matched", "measured", "editions"):
        overwrite(file_of(pipeline, layer), b"other")
    assert len(verify(pipeline.lake).damaged) == 5
    result = sogong(pipeline.settings, "verify", "--mend")
    assert result.exit_code == 0, result.output
    assert "all as their manifests have them, 5 made again" in result.stdout
    assert lake_files(pipeline.settings) == before


def test_a_manifest_that_was_meddled_with_leads_to_no_file_outside(
    pipeline: Installation, overwrite: Damage
) -> None:
    folder = file_of(pipeline, "raw").parent
    manifest = json.loads(str(pipeline.lake.store.read(folder / "manifest.json")))
    manifest["files"]["file"]["file"] = "../../../../secret"
    overwrite(folder / "manifest.json", json.dumps(manifest).encode())
    assert [(damage.file.name, damage.found) for damage in verify(pipeline.lake).damaged] == [
        ("manifest.json", "is not the manifest of its folder"),
        (
            file_of(pipeline, "raw").name,
            "no manifest names it: a run was killed there, or the manifest was lost",
        ),
    ]
