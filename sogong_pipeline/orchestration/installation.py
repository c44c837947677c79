"""The installation a task works on, opened inside the task: parsing a DAG must not import what computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sogong_pipeline.councils.inbox import Inbox
    from sogong_pipeline.pipeline import Pipeline
    from sogong_pipeline.warehouse.load import Warehouse


def open_pipeline() -> Pipeline:
    """The pipeline of `SOGONG_HOME`."""
    from sogong_pipeline.pipeline import Pipeline
    from sogong_pipeline.settings import Settings

    return Pipeline(Settings())


def open_warehouse() -> Warehouse:
    """The warehouse of the same installation."""
    from sogong_pipeline.warehouse.load import Warehouse

    return Warehouse(open_pipeline())


def open_inbox() -> Inbox:
    """The inbox of the same installation."""
    from sogong_pipeline.councils.inbox import Inbox

    return Inbox(open_warehouse())
