"""Form of a month's file: the header of its time, the form of its values, its line ends (`forms.yaml`)."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from country.resources import read_yaml
from sogong_pipeline.nps.file.columns import vintage_for
from sogong_pipeline.periods import Month


class Form(BaseModel):
    """One form of a file, from a data month on.

    Attributes:
        first_month: The month.
        separator: Text between year, month and day.
        no_date: Text in place of a missing day.
        line_end: Ends the header and each row.
        before_names: Stands before each name of the header but the first.
        has_old_postal_codes: Some rows without a road have a six-digit postal code, as 363-888.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_month: str = Field(alias="from")
    separator: str
    no_date: str
    line_end: str
    before_names: str
    has_old_postal_codes: bool


@cache
def _forms() -> list[Form]:
    return TypeAdapter(list[Form]).validate_python(read_yaml("forms.yaml")["forms"])


def form_for(month: Month) -> Form:
    """Return the form of a month; the first one for earlier months too."""
    forms = _forms()
    return next((form for form in reversed(forms) if form.first_month <= str(month)), forms[0])


def header_for(month: Month) -> bytes:
    """Return the first line of a month's file, CP949: names that hold a TAB are quoted."""
    form = form_for(month)
    names = [f'"{name}"' if "\t" in name else name for name in vintage_for(month).header]
    return (f",{form.before_names}".join(names) + form.line_end).encode("cp949")
