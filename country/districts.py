"""The districts of the simulated country: kind, ground, size, validity."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from country.ground import Claim, Ground
from country.places import Places
from country.resources import read_yaml
from sogong_pipeline.districts.registry import kinds as kinds_of_law
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import Month


@dataclass(frozen=True)
class District:
    """One district.

    Attributes:
        district_id: `SIM-0001` and on, ordered by sigungu.
        name: Invented Korean name.
        kind: Code of its kind.
        profile: Mix of sectors of its workplaces.
        claim: Its ground.
        nested: True when it shares a place with another district.
        workplaces: Expected corporations in sight.
        valid_from: First day.
        valid_to: Last day, if any.
    """

    district_id: str
    name: str
    kind: str
    profile: str
    claim: Claim
    nested: bool
    workplaces: float
    valid_from: dt.date
    valid_to: dt.date | None


def draw_districts(
    count: int, mean_workplaces: float, ground: Ground, rng: np.random.Generator
) -> list[District]:
    """Draw the districts of a country.

    Args:
        count: Number of districts; kinds and sido keep the proportions of `districts.yaml`.
        mean_workplaces: Corporations in sight per district.
        ground: Places still available.
        rng: Source of randomness.

    Raises:
        RefusedError: when the places of a sido do not suffice.
    """
    law = read_yaml("districts.yaml")
    kinds: dict[str, Any] = law["kinds"]
    quotas = _quotas(kinds, count)
    buildings = sum(n for (kind, _), n in quotas.items() if kinds[kind]["claim"] == "building")
    nested_share = law["nested_share"] * count / max(buildings, 1)
    drawn: list[tuple[str, Claim]] = []
    hosts: set[int] = set()
    for (kind, sido), number in sorted(
        quotas.items(), key=lambda item: kinds[item[0][0]]["claim"] == "building"
    ):
        for sigungu in ground.sigungu_of(law["sido_codes"][sido], number):
            building = kinds[kind]["claim"] == "building"
            host = _host(drawn, hosts, sigungu, rng) if building and rng.random() < nested_share else None
            if host is not None:
                hosts.add(host)
                drawn.append((kind, ground.inside(drawn[host][1])))
                continue
            claim = ground.building(sigungu) if building else ground.dongs(sigungu, kind)
            if claim is None:
                raise RefusedError(
                    f"no free place is left in sido {sido} for {count} districts; ask for fewer"
                )
            drawn.append((kind, claim))
    sizes = _sizes([kinds[kind]["workplaces"] for kind, _ in drawn], mean_workplaces, law, rng)
    names = _names(drawn, ground.places, rng)
    holders = Counter(place for _, claim in drawn for place in claim.places)
    districts = [
        District(
            district_id="",
            name=name,
            kind=kind,
            profile=kinds[kind]["profile"],
            claim=claim,
            nested=any(holders[place] > 1 for place in claim.places),
            workplaces=size,
            valid_from=_founded(kinds[kind]["since"], rng),
            valid_to=None,
        )
        for (kind, claim), size, name in zip(drawn, sizes, names, strict=True)
    ]
    districts.sort(key=lambda district: (district.claim.sigungu_code, district.kind, district.name))
    return [replace(district, district_id=f"SIM-{i:04d}") for i, district in enumerate(districts, start=1)]


def _quotas(kinds: dict[str, Any], count: int) -> dict[tuple[str, str], int]:
    """Return the number of districts of each kind in each sido, by largest remainder."""
    published = {(kind, sido): n for kind, entry in kinds.items() for sido, n in entry["sido"].items()}
    total = sum(published.values())
    whole = {key: n * count // total for key, n in published.items()}
    by_remainder = sorted(published, key=lambda key: (-(published[key] * count % total), key))
    for key in by_remainder[: count - sum(whole.values())]:
        whole[key] += 1
    return {key: n for key, n in whole.items() if n}


def _host(
    drawn: list[tuple[str, Claim]], hosts: set[int], sigungu: str, rng: np.random.Generator
) -> int | None:
    """Return a district of several places in the same sido that hosts no other yet."""
    free = [
        i
        for i, (_, claim) in enumerate(drawn)
        if i not in hosts and len(claim.places) >= 3 and claim.sigungu_code[:2] == sigungu[:2]
    ]
    return free[int(rng.integers(len(free)))] if free else None


def _sizes(
    spreads: list[dict[str, float]], mean: float, law: dict[str, Any], rng: np.random.Generator
) -> list[float]:
    spread = np.array([entry["spread"] for entry in spreads])
    size = np.array([entry["mean"] for entry in spreads]) * np.exp(
        spread * rng.standard_normal(len(spreads)) - spread**2 / 2
    )
    for _ in range(3):  # clipping moves the mean a little; three rounds settle it
        size = np.clip(size * (mean / size.mean()), law["smallest_workplaces"], law["largest_workplaces"])
    return [float(value) for value in size]


def _names(drawn: list[tuple[str, Claim]], places: Places, rng: np.random.Generator) -> list[str]:
    syllables = read_yaml("names.yaml")["syllables"].split()
    names: dict[str, None] = {}
    for kind, claim in drawn:
        area = places.name[claim.places[0]].split(" ")[1:-1]
        town = (area or [places.name[claim.places[0]].split(" ")[0][:2]])[-1]
        name = ""
        while not name or name in names:
            word = "".join(syllables[i] for i in rng.integers(0, len(syllables), 2))
            name = f"가상{town[:-1] if len(town) > 2 else town} {word} {kinds_of_law()[kind].name}"
        names[name] = None
    return list(names)


def _founded(since: int, rng: np.random.Generator) -> dt.date:
    year, month = divmod(int(rng.integers(since * 12, 2022 * 12)), 12)
    return dt.date(year, month + 1, 1)


def limit_validity(
    districts: list[District], spared: set[int], origin: Month, rng: np.random.Generator
) -> list[District]:
    """Limit the validity of a few districts to within three years of the origin, from the first of a month.

    Args:
        districts: All districts.
        spared: Indexes of those that keep their validity.
        origin: First month of the country.
        rng: Source of randomness.
    """
    free = np.array([i for i in range(len(districts)) if i not in spared])
    some = rng.permutation(free)[: 2 * max(1, round(len(districts) * 0.0025))]
    changed = list(districts)
    for turn, i in enumerate(some.tolist()):
        month = origin.shift(int(rng.integers(6, 36)))
        if turn % 2:
            changed[i] = replace(changed[i], valid_from=month.first_day)
        else:
            changed[i] = replace(changed[i], valid_to=month.shift(-1).last_day)
    return changed
