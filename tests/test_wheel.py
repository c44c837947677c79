"""The wheel contains every file that the package reads, none of the checkout, and works outside a checkout."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from country.country import write_country
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.sql_engine import SHIPPED
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW, Country

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]

ROOT = Path(__file__).parents[1]
PACKAGE = "sogong_pipeline"
MONTH = Month(2026, 9)


@dataclass(frozen=True)
class Installed:
    """A built wheel, and the folder of a virtual environment it was installed into."""

    wheel: Path
    environment: Path

    def run(self, *words: str | Path, home: Path) -> str:
        """Run a program of the environment in an empty folder; return its output."""
        program, *arguments = words
        folder = home.parent / "elsewhere"
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            [self.environment / "bin" / program, *arguments],
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "SOGONG_HOME": str(home), "SOGONG_NOW": NOW},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment that takes all other packages from the one the tests run in."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment)
    # The folder alone: what an editable install in it puts on the path is not followed.
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*install, "--python", environment / "bin" / "python", wheel], check=True)
    return Installed(wheel, environment)


@pytest.fixture(scope="session")
def one_month(tmp_path_factory: pytest.TempPathFactory) -> Country:
    """A country of a few districts and one month."""
    folder = tmp_path_factory.mktemp("country")
    write_country(folder, seed=3, months=[MONTH], districts=20)
    return Country(folder)


def test_the_wheel_holds_the_package_its_sql_and_its_expectations_alone(installed: Installed) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", PACKAGE, "sql", "expectations"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    ours = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    expected = {name if name.startswith(f"{PACKAGE}/") else f"{PACKAGE}/{name}" for name in ours}
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        assert names == expected
        for folder in ("sql", "expectations"):
            for path in (SHIPPED / folder).rglob("*.*"):
                assert wheel.read(f"{PACKAGE}/{path.relative_to(SHIPPED)}") == path.read_bytes()
    assert {name.split("/")[0] for name in names} == {PACKAGE}


def test_the_command_says_what_it_can(installed: Installed, tmp_path: Path) -> None:
    output = installed.run("sogong", "--help", home=tmp_path / "home")
    assert {"ingest", "propose", "registry"} <= set(output.split())


def test_it_runs_from_the_wheel_and_has_no_invented_country(installed: Installed, tmp_path: Path) -> None:
    program = (
        "import importlib.util, sogong_pipeline.sql_engine as engine;"
        "print(engine.SHIPPED, importlib.util.find_spec('country'))"
    )
    shipped, country = installed.run("python", "-c", program, home=tmp_path / "home").split()
    assert Path(shipped).is_relative_to(installed.environment)
    assert country == "None"


def test_a_file_gives_the_same_bytes_as_in_the_checkout(
    installed: Installed, one_month: Country, digest_tree: Callable[[Path], dict[str, str]], tmp_path: Path
) -> None:
    home, file = tmp_path / "home", one_month.file_of(MONTH)
    installed.run("sogong", "registry", "load", one_month.registry, home=home)
    output = installed.run("sogong", "ingest", str(MONTH), "--from", file, home=home)
    assert "1 of 1 months are in" in output
    here = Installation(Settings(home=tmp_path / "here", now=NOW))
    here.registry.load(one_month.registry)
    here.months.ingest(MONTH, str(file))

    def tables(lake: Path) -> dict[str, str]:
        return {name: digest for name, digest in digest_tree(lake).items() if name.endswith(".parquet")}

    assert tables(home / "lake") == tables(here.settings.home / "lake")
    assert any("fact_district_month" in name for name in tables(home / "lake"))
    assert (home / "warehouse.sqlite").is_file()
