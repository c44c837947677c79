"""The odcloud API: a month as rows, with a key of data.go.kr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sogong_pipeline.nps.sources.source import Query
from sogong_pipeline.nps.sources.uploads import UploadSource

if TYPE_CHECKING:
    from sogong_pipeline.nps.portal.upload_client import UploadClient

DESCRIPTION_URLS = {"https://api.odcloud.kr": "https://infuser.odcloud.kr"}
"""The host that describes an API; the API itself when it is not listed."""


class OdcloudSource(UploadSource):
    """Uploads of the API that the settings name."""

    name = "odcloud"
    metavar = name
    origin_prefix = f"{name} "
    secrets = ("api_key",)

    def selects(self, value: str) -> bool:
        """Recognise the keyword."""
        return value == self.name

    def client(self, query: Query) -> UploadClient:
        """The client of the API, with the key of the settings."""
        from sogong_pipeline.nps.api.client import ApiClient

        settings = query.settings
        return ApiClient(
            settings.odcloud_url,
            settings.api_key,
            settings.portal_memory,
            name=self.name,
            description_url=DESCRIPTION_URLS.get(settings.odcloud_url.rstrip("/")),
        )
