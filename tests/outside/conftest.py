"""The services on loopback, and an installation configured with their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.settings import Settings
from tests.conftest import NOW
from tests.outside.services import KEY, Services


@pytest.fixture
def services() -> Iterator[Services]:
    server = Services()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def catalogue(services: Services, tmp_path: Path) -> Catalogue:
    key = SecretStr(KEY)
    return Catalogue(
        Settings(
            home=tmp_path / "home", now=NOW, ecos_url=services.address, kosis_url=services.address,
            lookup_url=services.address, ecos_key=key, kosis_key=key, api_key=key,
        )
    )  # fmt: skip
