"""Registry of sources: selection by value, one declaration each, and a new source from a module and an entry."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from country.portal.server import PortalServer
from sogong_pipeline.cli.main import app
from sogong_pipeline.errors import LaterError, RefusedError
from sogong_pipeline.nps.api.client import ApiClient
from sogong_pipeline.nps.portal.client import PortalClient
from sogong_pipeline.nps.portal.upload_client import UploadClient
from sogong_pipeline.nps.sources import registry
from sogong_pipeline.nps.sources.odcloud import OdcloudSource
from sogong_pipeline.nps.sources.source import Query, Source
from sogong_pipeline.orchestration import installation as under_airflow
from sogong_pipeline.periods import Month
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from tests.conftest import NOW
from tests.nps.conftest import KEY, TITLE, monthly_file
from tests.nps.shelf import ShelfSource
from tests.test_storeys import imports_of

ROOT = Path(__file__).parents[2]
ROOMS = ("sogong_pipeline", "dags", "plugins")
SOURCES = "sogong_pipeline/nps/sources"
SHARED = {"__init__", "registry", "source", "local", "uploads"}
"""The modules beside the sources."""
JUNE = Month(2022, 6)
every_source = pytest.mark.parametrize("source", registry.SOURCES, ids=lambda source: source.name)


def python_files() -> Iterator[Path]:
    return chain.from_iterable((ROOT / room).rglob("*.py") for room in ROOMS)


@cache
def strings() -> list[tuple[str, bool, str]]:
    """Return every string of the code: file and line, True inside a comparison or a case, text."""
    literals = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_compared = isinstance(node, ast.Compare | ast.MatchValue)
            parts = ast.walk(node) if is_compared else [node]
            literals += [
                (f"{relative(path)}:{part.lineno}", is_compared, part.value)
                for part in parts
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
    return literals


@cache
def imports() -> list[tuple[str, str]]:
    """Every file with each module it imports."""
    return [(relative(path), module) for path in python_files() for module in imports_of(path)]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(source: Source) -> str:
    return f"sogong_pipeline.nps.sources.{source.name}"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("odcloud", "odcloud"),
        ("https://www.data.go.kr", "portal"),
        ("http://127.0.0.1:8765", "portal"),
        ("{folder}", "folder"),
        ("{folder}/odcloud", "folder"),
        ("{folder}/month.csv", "file"),
        ("{folder}/absent.csv", "file"),
        ("ODCLOUD", "file"),
    ],
)
def test_a_value_selects_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, name: str
) -> None:
    (tmp_path / "odcloud").mkdir()
    (tmp_path / "month.csv").write_bytes(b"")
    monkeypatch.chdir(tmp_path)  # the keyword wins over a folder of its name
    assert registry.select(value.format(folder=tmp_path)).name == name


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_value_the_configured_portal_is_used(value: str | None, tmp_path: Path) -> None:
    assert registry.select(registry.location(value, Settings())).name == registry.DEFAULT == "portal"
    (tmp_path / f"{TITLE}_20220719.csv").write_bytes(monthly_file("2022-06"))
    sources = registry.Sources(Settings(home=tmp_path, portal_url=str(tmp_path)))
    (received,) = sources.receive(JUNE, value, tmp_path, known=(), elsewhere=())
    assert (received.file_name, received.label) == (f"{TITLE}_20220719.csv", "20220719")
    assert sources.is_published(JUNE, value, ())


def test_a_file_that_is_absent_or_holds_another_month_is_refused(tmp_path: Path) -> None:
    sources, file = registry.Sources(Settings(home=tmp_path)), tmp_path / "month.csv"
    with pytest.raises(RefusedError, match=r"month\.csv: there is no such file or folder"):
        list(sources.receive(JUNE, str(file), tmp_path, known=(), elsewhere=()))
    file.write_bytes(monthly_file("2022-05"))
    with pytest.raises(RefusedError, match="the file holds 2022-05, not 2022-06; run `sogong ingest 2022-05"):
        list(sources.receive(JUNE, str(file), tmp_path, known=(), elsewhere=()))


def test_names_and_forms_are_unique_and_keys_are_secret_settings() -> None:
    names = [source.name for source in registry.SOURCES]
    assert len(set(names)) == len(names)
    assert len({source.metavar for source in registry.SOURCES}) == len(names)
    for source in registry.SOURCES:
        for secret in source.secrets:
            assert Settings.model_fields[secret].annotation is SecretStr
            assert secret.endswith("_key")


def test_every_module_of_the_folder_is_in_the_registry() -> None:
    modules = {path.stem for path in (ROOT / SOURCES).glob("*.py")} - SHARED
    assert modules == {source.name for source in registry.SOURCES}
    for source in registry.SOURCES:
        assert type(source).__module__ == module_of(source)


@every_source
def test_only_the_registry_imports_a_source(source: Source) -> None:
    importers = {file for file, module in imports() if module == module_of(source)}
    assert importers == {f"{SOURCES}/registry.py"}


@every_source
def test_no_code_compares_with_the_name_of_a_source(source: Source) -> None:
    """Special cases such as `if source == "folder"`; match statements too."""
    assert not [line for line, is_compared, text in strings() if is_compared and text == source.name]


def test_no_text_lists_the_forms_of_a_value() -> None:
    forms = {source.metavar for source in registry.SOURCES}
    listed = {line: forms & set(re.split(r"[^A-Za-z]+", text)) for line, _, text in strings()}
    assert not {line: files for line, files in listed.items() if len(files) > 2}


@pytest.mark.parametrize(
    "source",
    [
        source for source in registry.SOURCES if source.metavar == source.name
    ],  # a keyword, not an English word
    ids=lambda source: source.name,
)
def test_the_keyword_of_a_source_stands_once(source: Source) -> None:
    """In its module, in its entry, and where the settings name its address; in no other file, YAML and SQL included."""
    texts = {
        relative(path): path.read_text(encoding="utf-8", errors="replace")
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    mentions = {name for name, text in texts.items() if source.name in text.lower()}
    assert mentions == {
        f"{SOURCES}/{source.name}.py",
        f"{SOURCES}/registry.py",
        "sogong_pipeline/settings.py",
    }
    literals = [name for name, text in texts.items() for _ in re.findall(rf"[\"']{source.name}[\"']", text)]
    assert literals == [f"{SOURCES}/{source.name}.py"]

    tree = ast.parse(texts["sogong_pipeline/settings.py"])
    fields = [node for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)]
    (address,) = (field for field in fields if ast.unparse(field.target) == f"{source.name}_url")
    lines = texts["sogong_pipeline/settings.py"].splitlines()
    del lines[address.lineno - 1 : address.end_lineno]
    assert source.name not in "\n".join(lines).lower()


@pytest.mark.parametrize("client", [PortalClient, ApiClient])
def test_the_clients_of_uploads_share_what_they_have_in_common(client: type[UploadClient]) -> None:
    assert not {"address", "remember_month", "remembered_month"} & set(vars(client))
    assert issubclass(client, UploadClient)


@pytest.mark.slow
@pytest.mark.parametrize(("value", "page"), [("", "fileDownload.do"), ("odcloud", "uddi:")])
def test_both_lists_of_uploads_remember_the_month_of_an_upload(
    portal: PortalServer, tmp_path: Path, value: str, page: str
) -> None:
    """The upload of June may hold July, so it is downloaded once, and not again within a day."""
    settings = Settings(
        home=tmp_path / "home", now=NOW, portal_url=portal.url, odcloud_url=portal.url, api_key=SecretStr(KEY)
    )
    downloads = []
    for _ in range(2):
        with pytest.raises(LaterError, match=r"no upload of 2022-07 yet: .*20220719 holds 2022-06"):
            list(Installation(settings).months.fetch(JUNE.shift(1), value or None))
        downloads.append(sum(page in request.page for request in portal.requests))
    assert downloads[0] == downloads[1] > 0


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shelf with June, registered as a fifth source."""
    monkeypatch.setattr(registry, "SOURCES", (*registry.SOURCES, ShelfSource()))
    monkeypatch.setenv("SOGONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOGONG_NOW", NOW)
    folder = tmp_path / "home" / "shelf"
    folder.mkdir(parents=True)
    (folder / "month_2022-06_20220719.csv").write_bytes(monthly_file("2022-06"))
    return folder


@pytest.mark.slow
def test_a_new_source_is_ingested_and_awaited_from_a_module_and_an_entry(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOGONG_API_KEY", KEY)
    result = CliRunner().invoke(app, ["ingest", "2022-06", "--from", "shelf"])
    assert result.exit_code == 0, result.output
    opened = Installation(Settings())
    (landed,) = opened.lake.partitions("raw", "2022-06")
    assert landed.path("file").read_bytes() == (shelf / "month_2022-06_20220719.csv").read_bytes()
    assert (landed.facts["origin"], landed.facts["label"]) == ("month_2022-06_20220719.csv", "20220719")
    assert opened.months.is_published(JUNE, "shelf")
    assert not opened.months.is_published(JUNE.shift(1), "shelf")
    compared = CliRunner().invoke(app, ["reconcile", "2022-06", "--against", "shelf"])
    assert (compared.exit_code, "typed rows equal" in compared.output) == (0, True), compared.output


def test_a_new_source_gets_its_key_from_the_connection_of_airflow(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_airflow, "_password", {"sogong_api": "from-airflow"}.__getitem__)

    def key(source: str) -> str:
        return under_airflow.open_installation(source).settings.api_key.get_secret_value()

    assert key("shelf") == "from-airflow"
    assert key("") == key(str(shelf)) == ""  # no key, so no connection is opened
    monkeypatch.setenv("SOGONG_API_KEY", "from-the-environment")
    assert key("shelf") == "from-the-environment"


@pytest.mark.slow  # a process per command
def test_a_new_source_is_in_the_help_of_every_command_that_takes_one() -> None:
    code = (
        "import sys; from sogong_pipeline.nps.sources import registry; from tests.nps.shelf import ShelfSource; "
        "registry.SOURCES += (ShelfSource(),); from sogong_pipeline.cli.main import app; app(sys.argv[1:])"
    )
    for command, option in (("ingest", "--from"), ("reconcile", "--against")):
        done = subprocess.run(
            [sys.executable, "-c", code, command, "--help"],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"{option} FILE|DIR|URL|odcloud|shelf" in done.stdout


@pytest.mark.parametrize(
    ("value", "origin", "file_name"),
    [
        ("", r"20220719 uddi:\S+", f"{TITLE}_20220719.csv"),
        ("odcloud", r"odcloud 20220719 uddi:\S+", "odcloud_20220719.csv"),
    ],
)
def test_origins_and_names_are_those_that_lakes_hold_already(
    portal: PortalServer, tmp_path: Path, value: str, origin: str, file_name: str
) -> None:
    """With other ones a month that is in would be downloaded again."""
    settings = Settings(
        home=tmp_path / "home", now=NOW, portal_url=portal.url, odcloud_url=portal.url, api_key=SecretStr(KEY)
    )
    installation = Installation(settings)
    list(installation.months.fetch(JUNE, value))
    (landed,) = installation.lake.partitions("raw", "2022-06")
    assert re.fullmatch(origin, str(landed.facts["origin"]))
    assert landed.facts["file_name"] == file_name
    before = len(portal.requests)
    assert [is_new for _, is_new in installation.months.fetch(JUNE, value)] == [False]
    assert len(portal.requests) == before


def test_the_api_is_described_at_its_own_host(tmp_path: Path) -> None:
    query = Query("odcloud", JUNE, Settings(home=tmp_path, api_key=SecretStr(KEY)), ())
    client = OdcloudSource().client(query)
    assert client.address == "https://api.odcloud.kr"
    assert vars(client)["_description"].base == "https://infuser.odcloud.kr"
