"""Confirmers of council decisions and recipients of reports: one YAML file of an installation.

Offices have crisis centres (테크노파크), which monitor and survey their region for a time.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sogong_pipeline.councils.choices import Choice, choices, chosen
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Quarter
from sogong_pipeline.regions import reference
from sogong_pipeline.settings import Settings

ADDRESS = re.compile(r"[\w.+-]{1,64}@(?=.{3,253}$)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
"""A single plain address: no list, no display name, no line break."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user of Airflow: its id (under simple auth its name) and display name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A crisis centre in charge of an office's region.

    Attributes:
        name: Display name.
        email: Address for the office's reports; None gets no mail.
        visitors: Its people who may see the visit lists, which name firms.
        first_day: First day in charge.
        last_day: Last day in charge; None without an end.
    """

    name: str
    email: str | None
    visitors: Sequence[Person]
    first_day: dt.date
    last_day: dt.date | None


@dataclass(frozen=True, slots=True)
class Member:
    """Entry of an office.

    Attributes:
        confirmers: People who confirm its sheets.
        email: Its own address; None gets no mail.
        centres: Its crisis centres.
        choices: Its rule sets, oldest first.
    """

    confirmers: Sequence[Person]
    email: str | None
    centres: Sequence[Centre] = ()
    choices: Sequence[Choice] = ()

    def centres_on(self, day: dt.date) -> Sequence[Centre]:
        """Return the centres in charge on a day."""
        return [one for one in self.centres if one.first_day <= day <= (one.last_day or day)]

    def recipients(self, office: str, day: dt.date) -> Mapping[str, str]:
        """Return the recipients of the office's reports on a day, by address: the office (as named), then centres."""
        known = ((self.email, office), *((one.email, one.name) for one in self.centres_on(day)))
        recipients: dict[str, str] = {}
        for email, name in known:
            if email:
                recipients.setdefault(email, name)
        return recipients

    def may_see_visits(self, user: str, day: dt.date) -> bool:
        """Return True if a user of Airflow may see the visit lists: only the centres' own people may."""
        return any(person.id == user for one in self.centres_on(day) for person in one.visitors)


def roster(settings: Settings) -> Mapping[str, Member]:
    """Return every office of the file by its code.

    Raises:
        RefusedError: when the file is missing or invalid.
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
            raise RefusedError(f"{path}: {code!r} is not an office; known are {', '.join(sorted(known))}")
    return {code: _member(path, code, entry) for code, entry in entries.items()}


def rule_set_of(settings: Settings, office: str, quarter: Quarter) -> str:
    """Return the rule set of an office in a quarter; the default one without an entry.

    Raises:
        RefusedError: when the file is invalid.
    """
    path = settings.councils or settings.home / "councils.yaml"
    member = roster(settings).get(office) if path.exists() else None
    return chosen(member.choices if member else (), quarter)


def member_of(settings: Settings, office: str) -> Member:
    """Return one office of the file; raises also when an office that needs a confirmer has none."""
    member = roster(settings).get(office)
    if member is None or not member.confirmers:
        path = settings.councils or settings.home / "councils.yaml"
        raise RefusedError(f"{path}: no confirmer is named for the sheets of {office}")
    return member


def _member(path: Path, code: str, entry: Any) -> Member:
    if not isinstance(entry, dict) or not entry.keys() <= {"confirmers", "email", "centres", "rule_set"}:
        raise RefusedError(
            f"{path}: {code}: write confirmers, a list of id and name, email, and centres, a list of name, from, "
            "until, email and visitors, and rule_set, a list of from and id"
        )
    where = f"{path}: {code}"
    centres = tuple(_centre(where, centre) for centre in entry.get("centres") or [])
    rule_sets = choices(where, entry.get("rule_set") or [])
    return Member(_people(where, "confirmers", entry), _email(where, entry), centres, rule_sets)


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
