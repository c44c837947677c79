"""What every DAG of a quarter does while the quarter is held: nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowSkipException

if TYPE_CHECKING:
    from sogong_pipeline.periods import Quarter
    from sogong_pipeline.steps.installation import Installation


def skip_if_held(installation: Installation, quarter: Quarter) -> None:
    """Skip a task whose quarter rests on a month that waits for a person.

    Raises:
        AirflowSkipException: when the edition of the quarter is held.
    """
    from sogong_pipeline.stages.doubt import held_reason  # noqa: PLC0415 - parsing must not import it

    edition = installation.edition(quarter)
    if edition is not None and (held := held_reason(edition)):
        raise AirflowSkipException(f"{quarter} is held ({held}); see `sogong month accept`")
