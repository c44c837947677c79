"""A fifth source, as a contributor would add it: this module and one entry in the registry."""

from __future__ import annotations

from pathlib import Path

from sogong_pipeline.nps.sources.local import LocalSource
from sogong_pipeline.nps.sources.source import Query
from sogong_pipeline.periods import Month


class ShelfSource(LocalSource):
    """Files named after their month on a shelf beside the lake; it asks for a key, though a shelf needs none."""

    name = "shelf"
    metavar = name
    secrets = ("api_key",)

    def selects(self, value: str) -> bool:
        return value == self.name

    def files_of(self, path: Path, month: Month) -> list[Path]:
        return [path / f"month_{month}_20220719.csv"]

    def receive(self, query, workspace, progress=None):  # type: ignore[no-untyped-def]
        assert query.settings.api_key.get_secret_value()
        shelf = Query(str(query.settings.home / "shelf"), query.month, query.settings, query.elsewhere)
        return super().receive(shelf, workspace, progress)

    def is_published(self, query: Query) -> bool:
        (file,) = self.files_of(query.settings.home / "shelf", query.month)
        return file.exists()
