"""Settings that may differ between installations, from `SOGONG_*` variables; there are no other settings."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import SEOUL


class Settings(BaseSettings):
    """The settings of one run; every field is an environment variable with the prefix `SOGONG_`.

    A variable that is set but empty counts as not set.

    Raises:
        RefusedError: when a variable cannot be read; the line names each with its remedy.
    """

    model_config = SettingsConfigDict(env_prefix="SOGONG_", env_ignore_empty=True, frozen=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise RefusedError("; ".join(map(_unreadable, error.errors()))) from None

    home: Path = Field(
        default=Path(".sogong"), description="Folder of the lake, the warehouse and the reports."
    )
    lake_url: str = Field(
        default="",
        description="The lake: s3://BUCKET/PREFIX, its endpoint and credentials from the usual AWS_* variables; "
        "empty means the folder lake under home.",
    )
    reports_url: str = Field(
        default="",
        description="The reports: s3://BUCKET/PREFIX, as for the lake; empty means the folder reports under home.",
    )
    release_url: str = Field(
        default="",
        description="The open release: s3://BUCKET/PREFIX, as for the lake; empty means the folder release under home.",
    )
    portal_url: str = Field(
        default="https://www.data.go.kr", description="Source of monthly files when no --from is given."
    )
    odcloud_url: str = Field(
        default="https://api.odcloud.kr", description="The API that `--from odcloud` asks."
    )
    lookup_url: str = Field(
        default="https://apis.data.go.kr",
        description="The host of the services that `sogong lookup` and the exports of `sogong outside fetch` ask.",
    )
    api_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key of data.go.kr for the APIs, encoded or not; files need none.",
    )
    warehouse_url: SecretStr = Field(
        default=SecretStr(""),
        description="The warehouse: postgresql+psycopg://USER:PASSWORD@HOST:5432/DATABASE, or sqlite:///FILE; "
        "empty means warehouse.sqlite under home.",
    )
    councils: Path | None = Field(
        default=None,
        description="Who confirms each council's decisions and where its reports are mailed (YAML, see "
        "docs/decisions-by-councils.md); empty means councils.yaml under home.",
    )
    reports_link: str = Field(
        default="",
        description="Where people open the reports in a browser, such as https://reports.example.go.kr; empty means "
        "that messages name the path.",
    )
    answer_hours: float = Field(
        default=72, gt=0, description="How long a step waits for the person who confirms a sheet."
    )
    bizinfo_url: str = Field(
        default="https://www.bizinfo.go.kr", description="The service that `sogong programmes calls` asks."
    )
    bizinfo_key: SecretStr = Field(
        default=SecretStr(""), description="The key of 기업마당 (bizinfo.go.kr) for open calls."
    )
    ecos_url: str = Field(
        default="https://ecos.bok.or.kr",
        description="Where `sogong outside fetch` asks for loan delinquency.",
    )
    ecos_key: SecretStr = Field(
        default=SecretStr(""), description="The key of 한국은행 ECOS (ecos.bok.or.kr) for outside indicators."
    )
    kosis_url: str = Field(
        default="https://kosis.kr",
        description="Where `sogong outside fetch` asks for production and employment.",
    )
    kosis_key: SecretStr = Field(
        default=SecretStr(""), description="The key of KOSIS (kosis.kr/openapi) for outside indicators."
    )
    survey_visits: int = Field(
        default=25,
        ge=4,
        le=400,
        description="How many workplaces an office's list of visits has at most; at least a quarter is random.",
    )
    now: dt.datetime | None = Field(
        default=None,
        description="The time instead of the clock's, for runs that must be repeatable; also what late, due and fresh "
        "mean.",
    )

    @property
    def portal_memory(self) -> Path:
        """Return the folder of this machine's state for each portal and API: cached pages, requests of the day."""
        return self.home / "portal"

    def clock(self) -> dt.datetime:
        """The time to record, in Seoul, to the second."""
        moment = self.now if self.now is not None else dt.datetime.now(SEOUL)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=SEOUL)
        return moment.astimezone(SEOUL).replace(microsecond=0)


def _unreadable(error: ErrorDetails) -> str:
    """Describe what is wrong with one variable and how to correct it; secrets are never invalid."""
    name = str(error["loc"][0])
    field = Settings.model_fields.get(name)
    if field is None:
        return f"{name} is not a setting"
    default = "is not needed" if field.default is None else f"is {field.default} by default"
    return (
        f"SOGONG_{name.upper()} is {str(error['input'])!r}, which cannot be read: {error['msg']}; correct or unset it, "
        f"it {default}. It means: {field.description}"
    )
