"""Reports and the board inside Airflow, behind Airflow's own authorisation.

Who may read `propose_stages` may read them; a visit list only who is named in councils.yaml for its office: those who
confirm, and the visitors of its crisis centre.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/sogong"
DAG = "propose_stages"
VISITS = "visits"
"""The folder of visit lists, named by the code of their office; they hold names of firms."""
HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


class ReportsApp:
    """The application, made at the first request: scheduler and workers load the plugin and never ask for a page."""

    def __init__(self) -> None:
        self._app: FastAPI | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request as ASGI has it."""
        if self._app is None:
            self._app = make_app()
        await self._app(scope, receive, send)


def is_below_root(name: str) -> bool:
    """Whether a path stays among the reports: no parent, no hidden file, no other drive, nothing absolute."""
    parts = PurePosixPath(name).parts
    return bool(parts) and all(
        not part.startswith((".", "/")) and "\\" not in part and ":" not in part for part in parts
    )


def make_app() -> FastAPI:
    """A FastAPI application with one route and no documentation of itself."""
    # ruff: noqa: PLC0415 - loaded by whoever serves pages alone
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi import Depends, FastAPI, HTTPException, Response

    from sogong_pipeline.councils.roster import roster
    from sogong_pipeline.lake.store import open_reports
    from sogong_pipeline.renderers.registry import RENDERERS
    from sogong_pipeline.settings import Settings

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    def is_named(user: Any, office: str) -> bool:
        settings = Settings()
        member = roster(settings).get(office)
        if member is None:
            return False
        # councils.yaml has the ids that Airflow asks by: the login of the simple auth manager, a number under FAB.
        name, today = str(user.get_id()), settings.clock().date()
        return name in {person.id for person in member.confirmers} or member.may_see_visits(name, today)

    def serve(name: str, user: Any = Depends(get_user)) -> Any:  # noqa: B008 - FastAPI's way
        manager = get_auth_manager()
        if not manager.is_authorized_dag(method="GET", details=DagDetails(id=DAG), user=user):
            raise HTTPException(403, "not allowed to read reports")
        path = PurePosixPath(name)
        renderer = next((known for known in RENDERERS.values() if path.suffix == f".{known.suffix}"), None)
        if not is_below_root(name) or renderer is None:
            raise HTTPException(404, "no such page")
        if VISITS in path.parts[:-1] and not is_named(user, path.stem):
            raise HTTPException(403, "visit lists are for their office")
        data = open_reports(Settings(), str(path.parent)).read_bytes(PurePosixPath(path.name))
        if data is None:
            raise HTTPException(404, "no such page")
        return Response(data, media_type=renderer.media_type, headers=HEADERS)

    app.add_api_route("/{name:path}", serve, methods=["GET"], response_class=Response)
    return app
