"""The public data portal, or another host with the same pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sogong_pipeline.nps.sources.source import Query
from sogong_pipeline.nps.sources.uploads import UploadSource

if TYPE_CHECKING:
    from sogong_pipeline.nps.portal.upload_client import UploadClient


class PortalSource(UploadSource):
    """Uploads of the portal at an address, which need no key."""

    name = "portal"
    metavar = "URL"

    def selects(self, value: str) -> bool:
        """Recognise an address."""
        return "://" in value

    def client(self, query: Query) -> UploadClient:
        """The client of the portal at the address."""
        from sogong_pipeline.nps.portal.client import PortalClient

        return PortalClient(query.value, query.settings.portal_memory)
