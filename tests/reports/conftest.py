"""A country made up from a seed, in the shape the reports take it: plausible, and small enough to build in a second."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

import pytest

from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.regions import reference
from sogong_pipeline.reports import geography
from sogong_pipeline.reports.source import (
    MEASURES,
    Change,
    DistrictFact,
    DistrictInfo,
    NationFact,
    PreviousStages,
    Proposal,
    ReportSource,
    RuleSetInfo,
    SourceFile,
    TrendPoint,
)

QUARTER = Quarter(2026, 3)
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
HEADS, TAILS = "가나다라마바사아자차카타파하", ("일반산단", "농공단지", "테크노밸리", "지식산업센터", "산단")
BREAK = Month(2025, 6)


def make_source(
    seed: int = 7, districts: int = 2185, months: int = 3, *, history: bool = True, **changes: object
) -> ReportSource:
    """A whole quarter; without `history` only its own months are known, as on a first run."""
    draw = random.Random(seed)
    last = QUARTER.months[-1]
    window = [last.shift(-back) for back in range(38, -1, -1)]
    infos = [_info(draw, number) for number in range(districts)]
    series = {info.district_id: _series(draw, window) for info in infos}
    known = set(window) if history else set(QUARTER.months[:months])
    nation = _sum(series.values(), draw.uniform(2.9, 3.1))
    facts = {key: _fact(points, window, known, nation, DistrictFact) for key, points in series.items()}
    before = {
        key: _fact(points[:-3], window[:-3], known, nation[:-3], DistrictFact) for key, points in series.items()
    }
    by_sido: dict[str, list[list[TrendPoint]]] = {}
    for info in infos:
        by_sido.setdefault(info.sido_code, []).append(series[info.district_id])
    matched = [sum(points[i].workplaces for points in series.values()) for i in range(len(window))]
    placed = Decimal(sum(matched[-3:])) / 3
    everything = Decimal(sum(point.workplaces for point in nation[-3:])) / 3
    values: dict[str, object] = {
        "quarter": QUARTER,
        "edition": f"{draw.getrandbits(256):064x}",
        "draft": True,
        "demo": True,
        "registry_version": "5f0c3c1e9a42",
        "recorded_at": dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=9), "KST")),
        "rule_set": RuleSetInfo("ref_5_10", "1-8a3f51c2", "참고 기준 5·10", "두 비교 모두 기준 이상 줄어든 지표가 2개 이상이면 제안합니다."),
        "districts": infos,
        "facts": facts,
        "nation": _fact(
            nation, window, known, nation, NationFact,
            matched_workplaces=placed, unassigned_workplaces=(everything - placed) * Decimal("0.9"),
            ambiguous_workplaces=(everything - placed) * Decimal("0.1"),
        ),
        "sidos": {code: _fact(_sum(rows, 2.5), window, known, nation, DistrictFact) for code, rows in by_sido.items()},
        "proposals": {key: _proposal(fact) for key, fact in facts.items()},
        "previous": PreviousStages(QUARTER.shift(-1), f"{draw.getrandbits(256):064x}",
                                   {key: _proposal(fact).stage for key, fact in before.items()}) if history else None,
        "trend_months": window[3:],
        "trend": {key: [point if month in known else None for month, point in zip(window, points, strict=True)][3:]
                  for key, points in series.items()},
        "sources": [_file(draw, month) for month in window if month in known],
    }  # fmt: skip
    return ReportSource(**{**values, **changes})


@pytest.fixture(scope="session")
def country() -> ReportSource:
    return make_source()


@pytest.fixture(scope="session")
def first_month() -> ReportSource:
    """One month of three and nothing before it: every value partial, every stage undetermined."""
    return make_source(seed=3, districts=60, months=1, history=False, demo=False)


@pytest.fixture(scope="session")
def source_factory() -> Callable[..., ReportSource]:
    return make_source


def _info(draw: random.Random, number: int) -> DistrictInfo:
    sidos = sorted({outline.code[:2] for outline in geography.outlines()})
    sido = draw.choices(sidos, [SHARES.get(code, 0.02) for code in sidos])[0]
    outline = draw.choice([outline for outline in geography.outlines() if outline.code[:2] == sido])
    longitude, latitude = draw.choice(outline.rings[0])
    middle = tuple(sum(axis) / len(axis) for axis in zip(*outline.rings[0], strict=True))
    pull = draw.uniform(0.3, 0.95)
    kind = draw.choice(KINDS)
    office = reference.office_of_sido(sido)
    name = "".join(draw.choices(HEADS, k=2)) + f"{draw.choice(['', '제2', '제3'])}{draw.choice(TAILS)}"
    return DistrictInfo(
        f"D{number:05d}", name, kind, kind, sido, outline.code, office.code if office else None,
        round(longitude + (middle[0] - longitude) * pull, 4), round(latitude + (middle[1] - latitude) * pull, 4),
    )  # fmt: skip


def _series(draw: random.Random, window: list[Month]) -> list[TrendPoint]:
    """A random walk, with a shock in one district of twelve."""
    workplaces = max(3.0, draw.lognormvariate(3.7, 0.9))
    per_workplace, pay = draw.uniform(8, 30), draw.uniform(2.3e6, 4.2e6)
    drift, shock = draw.gauss(0.0005, 0.0025), draw.randrange(20, 36) if draw.random() < 1 / 12 else 99
    depth = draw.uniform(0.85, 0.98)
    points = []
    for index, month in enumerate(window):
        fall = depth if shock <= index < shock + 4 else 1.0
        workplaces *= (1 + drift + draw.gauss(0, 0.05 / workplaces**0.5)) * fall**0.7
        per_workplace *= (1 + draw.gauss(0, 0.004)) * fall**0.5
        pay *= 1.0025
        wider = 1.12 if month >= BREAK else 1.0
        count = max(1, round(workplaces * wider))
        workers = max(3, round(workplaces * wider * per_workplace))
        points.append(TrendPoint(count, workers, round(workers * pay)))
    return points


def _sum(rows: Iterable[list[TrendPoint]], factor: float) -> list[TrendPoint]:
    return [
        TrendPoint(
            *(round(factor * sum(getattr(point, measure) for point in points)) for measure in MEASURES)
        )
        for points in zip(*rows, strict=True)
    ]


def _mean(points: list[TrendPoint], measure: str) -> Decimal:
    return round(Decimal(sum(getattr(point, measure) for point in points)) / len(points), 1)


def _fact(
    points: list[TrendPoint],
    window: list[Month],
    known: set[Month],
    nation: list[TrendPoint],
    kind: type[DistrictFact],
    **more: object,
) -> DistrictFact:
    months = [index for index in range(-3, 0) if window[index] in known]
    changes = {}
    for base, back in (("quarter", 3), ("year", 12), ("two_years", 24)):
        span = slice(len(window) - back - 3, len(window) - back)
        for measure in MEASURES:
            if not set(window[span]) <= known or len(months) < 3:
                changes[measure, base] = Change(None, None, None, "all", "not_computable")
                continue
            now, then, nation_now, nation_then = (
                _mean(rows, measure) for rows in (points[-3:], points[span], nation[-3:], nation[span])
            )
            broken = window[span][0] < BREAK <= window[-1]
            widened = Decimal("1.12") if broken else 1
            own = round(100 * (now / widened / then - 1), 2)
            national = round(100 * (nation_now / widened / nation_then - 1), 2)
            changes[measure, base] = Change(
                own, own - national, national, "corporations" if broken else "all", "ok"
            )
    seen = [points[index] for index in months]
    small = seen and _mean(seen, "workplaces") < 20
    values: Mapping[str, object] = {
        "months": len(months),
        **{measure: _mean(seen, measure) if seen else None for measure in MEASURES},
        "pay_per_worker_krw": 3_000_000, "joined": 3, "left": 4, "largest_share_pct": Decimal("12.3"), "ambiguous_workplaces": 2,
        "status": "partial" if len(months) < 3 else ("few_workplaces" if small else "ok"),
        "changes": changes, **more,
    }  # fmt: skip
    return kind(**values)


def _proposal(fact: DistrictFact) -> Proposal:
    if fact.workplaces < 20:
        return Proposal(
            "undetermined",
            None,
            f"사업장이 월평균 {fact.workplaces}개로 20개에 미치지 못합니다.",
            "few_workplaces",
        )
    pairs = [
        [fact.changes[measure, base].change_pct for base in ("year", "two_years")] for measure in MEASURES
    ]
    if any(None in pair for pair in pairs):
        return Proposal(
            "undetermined", None, "비교할 1년 전·2년 전 같은 분기의 자료가 없어 판정을 보류합니다.", "no_base"
        )
    severe, caution = (sum(max(pair) <= limit for pair in pairs) for limit in (-10, -5))
    stage = "severe" if severe >= 2 else "caution" if caution >= 2 else "good"
    told = ", ".join(
        f"{name} 1년 전 대비 {abs(a)} %, 2년 전 대비 {abs(b)} %"
        for name, (a, b) in zip(("사업장 수", "종사자 수", "급여 총액"), pairs, strict=True)
    )
    confidence = "high" if fact.workplaces >= 200 else "medium" if fact.workplaces >= 60 else "low"
    return Proposal(
        stage,
        confidence,
        f"{told} 감소하여, 3개 지표 중 {max(severe, caution)}개가 기준에 해당합니다. (2025년 6월 조사 범위 확대의 영향을 없애기 위해 법인만 비교함)",
        None,
    )


def _file(draw: random.Random, month: Month) -> SourceFile:
    rows, bad = draw.randint(540_000, 600_000), draw.randint(0, 40)
    label = month.shift(1)
    return SourceFile(
        month,
        f"{label.year}{label.month:02d}20",
        f"{draw.getrandbits(256):064x}",
        "V3",
        rows,
        rows - bad,
        bad,
        "portal",
    )
