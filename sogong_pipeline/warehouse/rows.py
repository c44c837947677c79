"""Rows of the tables that have no query: dimensions, files and editions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from sogong_pipeline.clusters.lists import Listed, Lists
from sogong_pipeline.districts.registry import District, Registry, kinds
from sogong_pipeline.indicators.offices import ALL, JEJU, JEJU_SIDO
from sogong_pipeline.indicators.series_breaks import series_breaks
from sogong_pipeline.industries.divisions import UNKNOWN, divisions, rules
from sogong_pipeline.lake.partitions import Partition, Turn
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.regions.reference import office_of_sido, offices, regions
from sogong_pipeline.vocabulary import statuses


def dim_office() -> Iterator[dict[str, Any]]:
    """One row per regional office, and one each for 제주, which has none, and for all of them together."""
    for office in offices():
        yield {
            "office_code": office.code,
            "name": office.name,
            "short_name": office.short_name,
            "sido_codes": "|".join(office.sido_codes),
            "is_office": True,
        }
    for code, name, sido_codes in ((JEJU, "제주(관할 지방청 없음)", JEJU_SIDO), (ALL, "전국", "")):
        short_name = name.split("(", maxsplit=1)[0]
        yield {
            "office_code": code,
            "name": name,
            "short_name": short_name,
            "sido_codes": sido_codes,
            "is_office": False,
        }


def dim_region() -> Iterator[dict[str, Any]]:
    """One row per code that a 시도 or 시군구 had since 2015-11."""
    for region in regions():
        office = office_of_sido(region.sido_code)
        yield {
            "region_code": region.region_code,
            "level": region.level,
            "name": region.name,
            "short_name": region.short_name,
            "sido_code": region.sido_code,
            "valid_from": region.valid_from,
            "valid_to": region.valid_to,
            "successor_code": region.successor_code,
            "sido17_code": region.sido17_code,
            "office_code": office.code if office else None,
        }


def district(registries: Sequence[Registry]) -> Iterator[dict[str, Any]]:
    """One row per district of any registry, as the newest that has it names it; the last registry is in force."""
    newest: dict[str, tuple[int, District]] = {}
    for number, registry in enumerate(registries, start=1):
        for one in sorted(registry.districts, key=lambda one: one.valid_from):
            newest[one.district_id] = (number, one)
    for district_id, (number, one) in sorted(newest.items()):
        yield {
            "district_id": district_id,
            "name": one.name,
            "district_kind": one.kind,
            "sido_code": one.sido_code,
            "sigungu_code": one.sigungu_code,
            "office_code": one.office_code,
            "is_in_registry": number == len(registries),
        }


def dim_district(registry: Registry) -> Iterator[dict[str, Any]]:
    """One row per district and span of validity."""
    for district in registry.districts:
        kind = kinds()[district.kind]
        yield {
            "district_id": district.district_id,
            "name": district.name,
            "kind": district.kind,
            "kind_ko": kind.name,
            "legal_item": kind.legal_item,
            "sido_code": district.sido_code,
            "sigungu_code": district.sigungu_code,
            "office_code": district.office_code,
            "longitude": district.longitude,
            "latitude": district.latitude,
            "source": district.source,
            "valid_from": district.valid_from,
            "valid_to": district.valid_to,
        }


def dim_industry() -> Iterator[dict[str, Any]]:
    """One row per KSIC division, and one for unknown codes."""
    for division in divisions().values():
        yield {**asdict(division), "is_manufacturing": division.is_manufacturing}
    yield {"division": UNKNOWN, "section": None, "name": "미상", "is_manufacturing": False}


def dim_industry_code() -> Iterator[dict[str, Any]]:
    """One row per rule that places tax-office codes."""
    for rule in rules():
        yield {**asdict(rule), "is_manufacturing": divisions()[rule.division].is_manufacturing}


def series_break() -> Iterator[dict[str, Any]]:
    """One row per dated break."""
    for one in series_breaks():
        yield {**asdict(one), "first_month": str(one.first_month)}


def dim_status() -> Iterator[dict[str, Any]]:
    """One row per status that a value may have."""
    yield from map(asdict, statuses().values())


def cluster_designation(lists: Lists) -> Iterator[dict[str, Any]]:
    """One row per designated cluster that a source names."""
    for one in lists.designations:
        yield {
            **_listed(one),
            "designation_id": one.designation_id,
            "first_seen": one.first_seen.text,
            "first_seen_basis": one.first_seen_basis,
            "plan_end": one.plan_end.text,
            "notice": one.notice,
            "published_establishments": one.published_establishments,
            "published_year": one.published_year,
            "confidence": one.confidence,
        }


def small_manufacturer_centre(lists: Lists) -> Iterator[dict[str, Any]]:
    """One row per centre for small manufacturers that a source names."""
    for one in lists.centres:
        yield {
            **_listed(one),
            "centre_id": one.centre_id,
            "kind": one.kind,
            "operator": one.operator,
            "since": one.since.text if one.since else None,
            "since_basis": one.since_basis,
            "until": one.until.text if one.until else None,
            "until_basis": one.until_basis,
            "status_as_of": one.status_as_of,
        }


def _listed(one: Listed) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("name", "sido", "sigungu", "trade", "source")}
    return {**plain, "dongs": "|".join(one.dongs), "divisions": "|".join(one.divisions)}


def dim_quarter(quarter: Quarter, months: list[Month]) -> dict[str, Any]:
    """Return a quarter with the number of its ingested months."""
    return {
        "quarter": str(quarter),
        "first_month": str(quarter.months[0]),
        "last_month": str(quarter.months[-1]),
        "last_day": quarter.last_day,
        "months_in": len(set(quarter.months) & set(months)),
    }


def source_file(raw: Partition, staged: Partition, *, is_in_force: bool) -> dict[str, Any]:
    """A landed file with its row account."""
    file = raw.manifest["files"]["file"]
    return {
        "data_month": raw.manifest["key"][0],
        "vintage": raw.manifest["key"][1],
        "number": raw.facts["number"],
        "label": raw.facts["label"],
        "file_name": raw.facts["file_name"],
        "origin": raw.facts["origin"],
        "sha256": file["sha256"],
        "bytes": file["bytes"],
        "retrieved_at": raw.manifest["recorded_at"],
        **{
            name: staged.facts[name] for name in ("header_vintage", "rows", "staged_rows", "quarantined_rows")
        },
        "is_in_force": is_in_force,
    }


def in_force(key: dict[str, str], child: str, turns: Sequence[Turn]) -> Iterator[dict[str, Any]]:
    """Yield one row per turn of a month's files or a quarter's editions; `child` names its column."""
    for number, (turn, after) in enumerate(zip_longest(turns, turns[1:]), start=1):
        until = after.since if after else None
        yield {**key, "number": number, child: turn.child, "since": turn.since, "until": until}


def edition_row(edition: Partition, proposals: Partition | None, *, is_latest: bool) -> dict[str, Any]:
    """Return the inputs of an edition, and the version of the default rule set that judged it."""
    facts = edition.facts
    rules = proposals.facts if proposals else {}
    return {
        "quarter": edition.manifest["key"][0],
        "edition": edition.manifest["key"][1],
        "registry_version": facts["registry_version"],
        "rule_set": rules.get("rule_set"),
        "rule_set_version": rules.get("rule_set_version"),
        "months": "|".join(f"{month}={vintage}" for month, vintage in facts["months"].items()),
        "recorded_at": edition.manifest["recorded_at"],
        "is_latest": is_latest,
    }
