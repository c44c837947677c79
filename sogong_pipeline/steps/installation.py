"""One installation: its lake and every step over it."""

from __future__ import annotations

from sogong_pipeline.lake.partitions import Lake
from sogong_pipeline.lake.store import open_lake
from sogong_pipeline.nps.sources import Sources
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.months import MonthSteps
from sogong_pipeline.steps.quarters import QuarterSteps
from sogong_pipeline.steps.registry import RegistrySteps
from sogong_pipeline.steps.revisions import RevisionSteps


class Pipeline:
    """The steps by what they are about: `registry`, `months`, `revisions`, `quarters`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lake = Lake(open_lake(settings))
        self.registry = RegistrySteps(self.lake, self.now)
        sources = Sources(
            settings.portal_url, settings.home / "portal", settings.odcloud_url, settings.api_key
        )
        self.months = MonthSteps(self.lake, self.now, self.registry, sources)
        self.revisions = RevisionSteps(self.lake, self.now, self.months)
        self.quarters = QuarterSteps(self.lake, self.now, self.registry, self.months)

    def now(self) -> str:
        """The time to record, Seoul, ISO 8601."""
        return self.settings.clock().isoformat()
