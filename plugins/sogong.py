"""Registers what the scheduler does for us with Airflow, and the door to reports and board."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from sogong_pipeline.orchestration import listeners
from sogong_pipeline.orchestration.reports_app import PREFIX, ReportsApp


class SogongPlugin(AirflowPlugin):
    """The pool before the first task, a note on every run, and the board in the navigation."""

    name = "sogong"
    # Airflow reads plain attributes.
    listeners = [listeners]  # noqa: RUF012
    fastapi_apps = [{"app": ReportsApp(), "url_prefix": PREFIX, "name": "Reports"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012
        {
            "name": "현황판",
            "href": f"{PREFIX}/board.html",
            "destination": "nav",
            "url_route": "sogong-board",
            "category": "browse",
        }
    ]
