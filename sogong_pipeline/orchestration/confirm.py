"""A person confirms what a council decided: one step per sheet, assigned to the people of its office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

if TYPE_CHECKING:
    from airflow.sdk import Context

RECORD, SEND_BACK = "기록", "되돌려 보내기"
NOTE = "note"


class ConfirmSheet(HITLOperator):
    """Ask whether a sheet is to be recorded; how long it waits is the installation's `SOGONG_ANSWER_HOURS`.

    Args:
        ask: what `Inbox.look` gave: subject, body and the users who may answer, and nobody else.
    """

    template_fields: Collection[str] = (
        "ask",
    )  # not subject and body: what officers wrote is never a template

    def __init__(self, *, ask: Any, **more: Any) -> None:
        super().__init__(
            subject="확인",
            options=[RECORD, SEND_BACK],
            params={
                NOTE: Param("", type="string", maxLength=1000, title="되돌려 보낼 때 담당자에게 전할 말")
            },
            assigned_users=[],
            response_timeout=dt.timedelta(hours=72),
            **more,
        )
        self.ask = ask

    def execute(self, context: Context) -> Any:
        """Put the question; it is answered in Airflow's own pages or over REST."""
        from sogong_pipeline.settings import Settings  # noqa: PLC0415 - parsing must not import it

        if not self.ask["users"]:
            raise ValueError("nobody is assigned, and then everybody could confirm")
        self.subject, self.body = self.ask["subject"], self.ask["body"]
        self.assigned_users = self.ask["users"]
        self.response_timeout = dt.timedelta(hours=Settings().answer_hours)
        return super().execute(context)
