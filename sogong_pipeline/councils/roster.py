"""Who confirms what a council decided, and where its reports are mailed: one YAML file of an installation.

Beside an office stand its crisis centres (테크노파크), which monitor and survey its region for some time.
"""

from __future__ import annotations

import datetime as dt
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
class Centre:
    """A crisis centre that is charged with an office's region.

    Attributes:
        name: What it is called.
        email: Where it gets the office's reports; None is not mailed.
        visitors: Its people who may see the lists of firms to visit, which name firms.
        first_day: From when it is charged.
        last_day: Until when, that day included; None for as long as nothing else is said.
    """

    name: str
    email: str | None
    visitors: Sequence[Person]
    first_day: dt.date
    last_day: dt.date | None


@dataclass(frozen=True, slots=True)
class Member:
    """What is known of an office: who confirms its sheets, its own address (None is not mailed), and its centres."""

    confirmers: Sequence[Person]
    email: str | None
    centres: Sequence[Centre] = ()

    def centres_on(self, day: dt.date) -> Sequence[Centre]:
        """The centres that are charged on a day."""
        return [one for one in self.centres if one.first_day <= day <= (one.last_day or day)]

    def recipients(self, office: str, day: dt.date) -> Mapping[str, str]:
        """Who gets the office's reports on a day, by address: the office under the name given, then its centres."""
        known = ((self.email, office), *((one.email, one.name) for one in self.centres_on(day)))
        recipients: dict[str, str] = {}
        for email, name in known:
            if email:
                recipients.setdefault(email, name)
        return recipients

    def may_see_visits(self, user: str, day: dt.date) -> bool:
        """Whether a user of Airflow may see the lists of firms to visit: the centres' own people, and no one else."""
        return any(person.id == user for one in self.centres_on(day) for person in one.visitors)


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
    if not isinstance(entry, dict) or not entry.keys() <= {"confirmers", "email", "centres"}:
        raise RefusedError(
            f"{path}: {code}: write confirmers, a list of id and name, email, and centres, a list of name, from, "
            "until, email and visitors"
        )
    where = f"{path}: {code}"
    centres = tuple(_centre(where, centre) for centre in entry.get("centres") or [])
    return Member(_people(where, "confirmers", entry), _email(where, entry), centres)


def _centre(where: str, entry: Any) -> Centre:
    if not isinstance(entry, dict) or not entry.keys() <= {"name", "email", "visitors", "from", "until"}:
        raise RefusedError(f"{where}: write each of the centres as name, from, until, email and visitors")
    name = str(entry.get("name") or "").strip()
    if not name:
        raise RefusedError(f"{where}: one of the centres has no name")
    first, last = _day(f"{where}: {name}", "from", entry), _day(f"{where}: {name}", "until", entry)
    if first is None:
        raise RefusedError(f"{where}: {name}: write from when it is charged, such as from: 2026-01-01")
    if last is not None and last < first:
        raise RefusedError(f"{where}: {name}: it is charged until {last}, before {first}")
    people = _people(f"{where}: {name}", "visitors", entry)
    return Centre(name, _email(f"{where}: {name}", entry), people, first, last)


def _day(where: str, key: str, entry: Mapping[str, Any]) -> dt.date | None:
    day = entry.get(key)
    if day is not None and (not isinstance(day, dt.date) or isinstance(day, dt.datetime)):
        raise RefusedError(f"{where}: {key}: {day!r} is not a day; write it as 2026-01-01")
    return day


def _email(where: str, entry: Mapping[str, Any]) -> str | None:
    email = entry.get("email")
    if email is not None and not (isinstance(email, str) and ADDRESS.fullmatch(email)):
        raise RefusedError(f"{where}: {email!r} is not one mail address")
    return email


def _people(where: str, key: str, entry: Mapping[str, Any]) -> tuple[Person, ...]:
    people = []
    for person in entry.get(key) or []:
        if not isinstance(person, dict) or not str(person.get("id", "")).strip():
            raise RefusedError(f"{where}: each of the {key} has an id, and a name")
        people.append(Person(str(person["id"]), str(person.get("name") or person["id"])))
    return tuple(people)
