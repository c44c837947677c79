"""One installation: its catalogue, with every step over its lake, its warehouse and its inbox."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.nps.sources.registry import Sources
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.clusters import ClusterSteps
from sogong_pipeline.steps.factories import FactorySteps
from sogong_pipeline.steps.months import MonthSteps
from sogong_pipeline.steps.quarters import QuarterSteps
from sogong_pipeline.steps.registry import RegistrySteps

if TYPE_CHECKING:
    from sogong_pipeline.councils.inbox import DecisionInbox
    from sogong_pipeline.steps.survey_inbox import SurveyInbox
    from sogong_pipeline.warehouse.load import Warehouse


class Installation(Catalogue):
    """The steps by what they are about: `registry`, `factories`, `months`, `quarters`, `clusters`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.registry = RegistrySteps(self)
        self.months = MonthSteps(self, Sources(settings))
        self.quarters = QuarterSteps(self, self.months)
        self.factories = FactorySteps(self, self.months.books, self.months.match)
        self.clusters = ClusterSteps(self, self.months.stage)

    @cached_property
    def warehouse(self) -> Warehouse:
        """The analysts' database; connects when it is first used."""
        from sogong_pipeline.warehouse.load import Warehouse  # noqa: PLC0415 - most commands need no database

        return Warehouse(self)

    @cached_property
    def inbox(self) -> DecisionInbox:
        """Where returned decision sheets lie."""
        from sogong_pipeline.councils.inbox import DecisionInbox  # noqa: PLC0415 - as above

        return DecisionInbox(self.warehouse)

    @cached_property
    def survey_inbox(self) -> SurveyInbox:
        """Where returned survey lists lie."""
        from sogong_pipeline.steps.survey_inbox import SurveyInbox  # noqa: PLC0415 - as above

        return SurveyInbox(self)
