"""Who confirms what a council decided, and where its reports are mailed: one YAML file of an installation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.regions import reference
from sogong_pipeline.settings import Settings

ADDRESS = re.compile(r"[\w.+-]{1,64}@(?=.{3,253}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
"""One plain address: no list, no name beside it, no line break."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user of Airflow: its id (under simple auth its name) and what it is called."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """What is known of an office: who confirms its sheets, and its own address; None is not mailed."""

    confirmers: Sequence[Person]
    email: str | None


def roster(settings: Settings) -> Mapping[str, Member]:
    """Every office of the file by its code.

    Raises:
        RefusedError: when there is no file, or something in it cannot be what it should be.
    """
    path = settings.councils or settings.home / "councils.yaml"
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RefusedError(
            f"{path} is not there; write who confirms each office's sheets, as docs/decisions-by-councils.md says"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path}: {error}") from error
    if not isinstance(entries, dict):
        raise RefusedError(f"{path}: write one entry per office code")
    known = {office.code for office in reference.offices()}
    for code in entries:
        if code not in known:
            raise RefusedError(f"{path}: {code!r} is no office; there is {', '.join(sorted(known))}")
    return {code: _member(path, code, entry) for code, entry in entries.items()}


def member_of(settings: Settings, office: str) -> Member:
    """One office of the file; raises also when somebody has to confirm for it and nobody is named."""
    member = roster(settings).get(office)
    if member is None or not member.confirmers:
        path = settings.councils or settings.home / "councils.yaml"
        raise RefusedError(f"{path}: nobody is named who confirms the sheets of {office}")
    return member


def _member(path: Path, code: str, entry: Any) -> Member:
    if not isinstance(entry, dict) or not entry.keys() <= {"confirmers", "email"}:
        raise RefusedError(f"{path}: {code}: write confirmers, a list of id and name, and email")
    email = entry.get("email")
    if email is not None and not (isinstance(email, str) and ADDRESS.fullmatch(email)):
        raise RefusedError(f"{path}: {code}: {email!r} is not one mail address")
    people = []
    for person in entry.get("confirmers") or []:
        if not isinstance(person, dict) or not str(person.get("id", "")).strip():
            raise RefusedError(f"{path}: {code}: each of the confirmers has an id, and a name")
        people.append(Person(str(person["id"]), str(person.get("name") or person["id"])))
    return Member(tuple(people), email)
