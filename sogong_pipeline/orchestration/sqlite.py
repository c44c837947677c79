"""How Airflow opens its own database where that is SQLite.

`scripts/airflow.sh` names these in `AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS` and its `_ASYNC` twin.
"""

from __future__ import annotations

LOCK_SECONDS = 60
"""How long a process waits for another's write; after Python's default of 5 s the API server answers 500."""
CONNECT_ARGS: dict[str, object] = {"timeout": LOCK_SECONDS}
ASYNC_CONNECT_ARGS: dict[str, object] = {"timeout": LOCK_SECONDS}
"""Apart from the other: Airflow adds to the dict it is given."""
