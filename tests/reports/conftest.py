"""A country made up from a seed in the shape the reports take it: plausible, and built in a second."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from sogong_pipeline.pages import geography
from sogong_pipeline.pages.parts import Page as Model
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.regions import reference
from sogong_pipeline.reports.model import build_models
from sogong_pipeline.reports.source import (
    Change,
    DistrictFact,
    DistrictInfo,
    Flows,
    NationFact,
    PreviousStages,
    Proposal,
    ReportSource,
    RuleSetInfo,
    SourceFile,
    TrendPoint,
)
from sogong_pipeline.vocabulary import MEASURES

QUARTER = Quarter(2026, 3)
BREAK = Month(2025, 6)
WIDER = 1.12
"""How much the wider coverage of 2025-06 adds; corporations are everything without it."""
SHARES = {
    "41": 0.19,
    "48": 0.13,
    "44": 0.09,
    "47": 0.1,
    "12": 0.1,
    "52": 0.06,
    "43": 0.08,
    "26": 0.05,
    "11": 0.05,
}
KINDS = (
    "국가산업단지",
    "일반산업단지",
    "도시첨단산업단지",
    "농공단지",
    "지식산업센터",
    "벤처기업육성촉진지구",
)
HEADS = list("가나다라마바사아자차카타파하")
TAILS = ("일반산단", "농공단지", "테크노밸리", "지식산업센터", "산단")
ENTRIES = ("new", "above_floor", "coverage", "returned", "moved", "re_registered", "reassigned")
EXITS = ("withdrawn", "below_floor", "paused", "moved", "re_registered", "reassigned", "unknown")
NAMES = ("사업장 수", "종사자 수", "급여 총액")
Series = list[TrendPoint]


def make_source(
    seed: int = 7, districts: int = 2185, months: int = 3, *, history: bool = True, **changes: Any
) -> ReportSource:
    """A whole quarter.

    Args:
        seed: Of everything.
        districts: How many.
        months: How many of the quarter's months are known, when there is no history.
        history: Whether three years before are known; without, it is a first run.
        changes: Fields of the source to set otherwise.
    """
    rng = np.random.default_rng(seed)
    window = [QUARTER.months[-1].shift(-back) for back in range(38, -1, -1)]
    known = set(window) if history else set(QUARTER.months[:months])
    infos = [_info(rng, number) for number in range(districts)]
    series = {info.district_id: _series(rng, window) for info in infos}
    nation = _sum(series.values(), 3)
    facts = {key: DistrictFact(**_fact(points, window, known, nation)) for key, points in series.items()}
    before = {
        key: DistrictFact(**_fact(points[:-3], window[:-3], known, nation[:-3]))
        for key, points in series.items()
    }
    by_sido: dict[str, list[Series]] = {}
    for info in infos:
        by_sido.setdefault(info.sido_code, []).append(series[info.district_id])
    whole = _fact(nation, window, known, nation)
    placed = round(whole["workplaces"] / 3, 1)
    unclear = round(whole["workplaces"] / 20, 1)
    values: dict[str, Any] = {
        "quarter": QUARTER,
        "edition": rng.bytes(32).hex(),
        "draft": True,
        "demo": True,
        "registry_version": "5f0c3c1e9a42",
        "recorded_at": dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=9), "KST")),
        "rule_set": RuleSetInfo(
            "ref_5_10", "1-8a3f51c2", "참고 기준 5·10", "기준 이상 줄어든 지표가 2개 이상이면 제안합니다."
        ),
        "districts": infos,
        "facts": facts,
        "nation": NationFact(
            **{**whole, "ambiguous_workplaces": unclear},
            matched_workplaces=placed,
            unassigned_workplaces=whole["workplaces"] - placed - unclear,
        ),
        "sidos": {
            code: DistrictFact(**_fact(_sum(rows, 2.5), window, known, nation))
            for code, rows in by_sido.items()
        },
        "proposals": {key: _proposal(fact) for key, fact in facts.items()},
        "previous": None,
        "trend_months": window[3:],
        "trend": {
            key: [point if month in known else None for month, point in zip(window, points, strict=True)][3:]
            for key, points in series.items()
        },
        "sources": [_file(rng, month) for month in window if month in known],
    }
    values["flows"] = {info.district_id: _flows(rng) for info in infos} if history else {}
    if history:
        stages = {key: _proposal(fact).stage for key, fact in before.items()}
        values["previous"] = PreviousStages(QUARTER.shift(-1), rng.bytes(32).hex(), stages)
    return ReportSource(**{**values, **changes})


@pytest.fixture(scope="session")
def source() -> ReportSource:
    return make_source()


@pytest.fixture(scope="session")
def models(source: ReportSource) -> list[Model]:
    return build_models(source)


@pytest.fixture(scope="session")
def first_month() -> ReportSource:
    """One month of three and nothing before it: every value partial, every stage undetermined."""
    return make_source(seed=3, districts=60, months=1, history=False, demo=False)


@pytest.fixture(scope="session")
def source_factory() -> Callable[..., ReportSource]:
    return make_source


@pytest.fixture(scope="session")
def parse_svg() -> Callable[[str], ET.Element]:
    """Reads a drawing as XML, which fails when it is not well-formed."""
    return ET.fromstring


def _flows(rng: np.random.Generator) -> Flows:
    entries, exits = (
        dict(zip(kinds, rng.poisson(1.5, 7).tolist(), strict=True)) for kinds in (ENTRIES, EXITS)
    )
    return Flows(entries, exits, provisional=True)


def _info(rng: np.random.Generator, number: int) -> DistrictInfo:
    sidos = sorted({outline.code[:2] for outline in geography.outlines()})
    weights = np.array([SHARES.get(code, 0.02) for code in sidos])
    sido = sidos[rng.choice(len(sidos), p=weights / weights.sum())]
    within = [outline for outline in geography.outlines() if outline.code[:2] == sido]
    outline = within[rng.integers(len(within))]
    ring = np.array(outline.rings[0])
    middle, corner = ring.mean(axis=0), ring[rng.integers(len(ring))]
    longitude, latitude = (corner + (middle - corner) * rng.uniform(0.3, 0.95)).round(4).tolist()
    kind = KINDS[rng.integers(len(KINDS))]
    office = reference.office_of_sido(sido)
    name = (
        "".join(rng.choice(HEADS, 2)) + ("", "제2", "제3")[rng.integers(3)] + TAILS[rng.integers(len(TAILS))]
    )
    return DistrictInfo(
        f"D{number:05d}",
        name,
        kind,
        kind,
        sido,
        outline.code,
        office.code if office else None,
        longitude,
        latitude,
    )


def _series(rng: np.random.Generator, window: Sequence[Month]) -> Series:
    """A random walk, with a shock over four months in one district of twelve."""
    workplaces, per_workplace, pay = (
        max(3.0, rng.lognormal(3.7, 0.9)),
        rng.uniform(8, 30),
        rng.uniform(2.3e6, 4.2e6),
    )
    drift, shock, depth = rng.normal(0.0005, 0.0025), rng.integers(20, 440), rng.uniform(0.85, 0.98)
    points = []
    for index, month in enumerate(window):
        fall = depth if shock <= index < shock + 4 else 1.0
        workplaces *= (1 + drift + rng.normal(0, 0.05 / workplaces**0.5)) * fall**0.7
        per_workplace *= (1 + rng.normal(0, 0.004)) * fall**0.5
        pay *= 1.0025
        seen = workplaces * (WIDER if month >= BREAK else 1)
        workers = max(3, round(seen * per_workplace))
        points.append(TrendPoint(max(1, round(seen)), workers, round(workers * pay)))
    return points


def _sum(rows: Iterable[Series], factor: float) -> Series:
    return [
        TrendPoint(
            *(round(factor * sum(getattr(point, measure) for point in points)) for measure in MEASURES)
        )
        for points in zip(*rows, strict=True)
    ]


def _mean(points: Series, measure: str) -> Decimal:
    return round(Decimal(sum(getattr(point, measure) for point in points)) / len(points), 1)


def _change(points: Series, span: slice, measure: str, *, broken: bool) -> Decimal:
    now = _mean(points[-3:], measure) / Decimal(str(WIDER if broken else 1))
    return round(100 * (now / _mean(points[span], measure) - 1), 2)


def _fact(points: Series, window: Sequence[Month], known: set[Month], nation: Series) -> dict[str, Any]:
    """The fields of a DistrictFact for the last three months of the window."""
    months = [index for index in range(-3, 0) if window[index] in known]
    seen = [points[index] for index in months]
    changes = {}
    for base, back in (("quarter", 3), ("year", 12), ("two_years", 24)):
        span = slice(len(window) - back - 3, len(window) - back)
        broken = window[span][0] < BREAK <= window[-1]
        comparable = set(window[span]) <= known and len(months) == 3
        for measure in MEASURES:
            own, national = (
                _change(rows, span, measure, broken=broken) if comparable else None
                for rows in (points, nation)
            )
            points_apart = own - national if own is not None and national is not None else None
            scope, status = "corporations" if broken else "all", "ok" if comparable else "not_computable"
            changes[measure, base] = Change(own, points_apart, national, scope, status)
    small = seen and _mean(seen, "workplaces") < 20
    return {
        "months": len(months),
        **{measure: _mean(seen, measure) if seen else None for measure in MEASURES},
        "pay_per_worker_krw": 3_000_000,
        "joined": Decimal("3.3"),
        "departed": Decimal("4.7"),
        "largest_share_pct": Decimal("12.30"),
        "ambiguous_workplaces": Decimal("2.0"),
        "status": "partial" if len(months) < 3 else "few_workplaces" if small else "ok",
        "changes": changes,
    }


def _proposal(fact: DistrictFact) -> Proposal:
    """The default rule: two of three indicators below the threshold against both bases."""
    if fact.workplaces < 20:
        words = f"집계된 사업장이 월평균 {fact.workplaces}개로 20개에 미치지 못해 판정을 보류합니다."
        return Proposal("undetermined", None, words, "few_workplaces")
    pairs = [
        [fact.changes[measure, base].change_pct for base in ("year", "two_years")] for measure in MEASURES
    ]
    if any(None in pair for pair in pairs):
        return Proposal(
            "undetermined", None, "비교할 1년 전·2년 전 자료가 없어 판정을 보류합니다.", "no_base"
        )
    severe, caution = (sum(max(pair) <= limit for pair in pairs) for limit in (-10, -5))
    stage = "severe" if severe >= 2 else "caution" if caution >= 2 else "good"
    told = ", ".join(
        f"{name} 1년 전 대비 {abs(year)} %, 2년 전 대비 {abs(two)} %"
        for name, (year, two) in zip(NAMES, pairs, strict=True)
        if max(year, two) <= -5
    )
    words = f"{told} 감소하여, 3개 지표 중 {max(severe, caution)}개가 기준(1년 전·2년 전 대비 모두 감소)에 해당합니다."
    level, share = (
        ("high", 97) if fact.workplaces >= 200 else ("medium", 84) if fact.workplaces >= 60 else ("low", 55)
    )
    reaching = (Decimal(share), Decimal(share if stage == "severe" else 3))
    if stage == "good":
        reaching = (Decimal(100 - share), Decimal(0))
    return Proposal(stage, level, words, None, *reaching)


def _file(rng: np.random.Generator, month: Month) -> SourceFile:
    rows, bad = int(rng.integers(540_000, 600_000)), int(rng.integers(40))
    label = f"{month.shift(1)}-20".replace("-", "")
    return SourceFile(month, label, rng.bytes(32).hex(), "V3", rows, rows - bad, bad, "portal")
