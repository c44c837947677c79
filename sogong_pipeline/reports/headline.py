"""The headline: the few sentences a minister can stop after."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from sogong_pipeline.decisions.period import period_ko
from sogong_pipeline.pages.geography import region_name
from sogong_pipeline.pages.wording import (
    CHANGE_DIGITS,
    change_size,
    month_ko,
    number,
    rounded,
    shorten,
    signed_change,
    texts,
    with_particle,
    won,
)
from sogong_pipeline.regions import reference
from sogong_pipeline.reports.scope import Scope, undetermined_key
from sogong_pipeline.reports.wording import report_texts, said_before, since, stage_noun
from sogong_pipeline.vocabulary import Number, Stage

FLAGGED: tuple[Stage, ...] = ("severe", "caution")
LOW_PCT = -10
"""Workers this far below those of two years ago, in percent, make a district one that stays low."""
NAMED = 5
"""So many districts are named in a sentence; the rest are counted."""


def headline(scope: Scope) -> tuple[str, ...]:
    """How many districts are in which stage, how surely, what moved, how much they hold, and what to beware of."""
    sentences = [
        _standing(scope),
        _missing(scope),
        _differing(scope),
        _why_undetermined(scope),
        _chance(scope),
        _movement(scope),
        _newly_severe(scope),
        _size(scope),
        _against_nation(scope),
        _stayed_low(scope),
        _caveat(scope),
    ]
    return tuple(filter(None, sentences))


def _standing(scope: Scope) -> str:
    counts, total = scope.counts, len(scope.districts)
    own = scope.office is None or scope.sigungu_code
    where = f"{scope.name} 밀집지역" if own else f"{scope.name} 관할 밀집지역"
    if not total:
        return f"{with_particle(where, '은/는')} 이 판본의 밀집지역 목록에 없습니다."
    if counts["undetermined"] == total:
        return f"{where} {number(total)}곳은 모두 판정보류입니다."
    flagged = f"심각 {number(counts['severe'])}곳, 주의 {number(counts['caution'])}곳"
    held = (
        f"이며, {number(counts['undetermined'])}곳은 판정을 보류했습니다"
        if counts["undetermined"]
        else "입니다"
    )
    return f"{where} {number(total)}곳의 {_named(scope)}는 {flagged}{held}."


def _named(scope: Scope) -> str:
    return stage_noun(scope.source)


def _differing(scope: Scope) -> str:
    """How often the council decided otherwise than proposed, and who has not decided."""
    councils = scope.source.councils
    if councils is None or not scope.districts:
        return ""
    differing = sum(district.differs for district in scope.districts)
    told = (
        f"{number(differing)}곳을 제안과 다르게 의결했습니다"
        if differing
        else "모두 제안과 같게 의결했습니다"
    )
    return f"지역중소기업 지원협의회는 {period_ko(councils.period)}에 {told}."


def _missing(scope: Scope) -> str:
    councils = scope.source.councils
    if councils is None or scope.office or not councils.missing:
        return ""
    names = {office.code: office.short_name for office in reference.offices()}
    missing = [district for district in scope.undecided if district.info.office_code in councils.missing]
    return (
        f"기한({councils.deadline})까지 의결하지 않은 지방청: {', '.join(names[code] for code in councils.missing)}"
        f"(밀집지역 {number(len(missing))}곳은 셈에서 뺐습니다)."
    )


def _why_undetermined(scope: Scope) -> str:
    """What is missing, in a report without a single stage."""
    if not scope.districts or scope.counts["undetermined"] < len(scope.districts):
        return ""
    reasons = Counter(undetermined_key(district) for district in scope.districts)
    told = (
        f"{report_texts().undetermined[key]['label']} {number(held)}곳" for key, held in reasons.most_common()
    )
    return f"판정보류 사유: {', '.join(told)}."


def _chance(scope: Scope) -> str:
    """How many of the districts proposed as flagged may have fallen by chance."""
    if scope.source.councils:
        return ""
    low = sum(district.proposal.confidence == "low" for district in scope.flagged)
    if not scope.flagged:
        return ""
    flagged = f"주의·심각 {number(len(scope.flagged))}곳"
    if not low:
        return f"{flagged} 가운데 같은 단계가 나올 가능성이 낮은 곳은 없습니다."
    told = f"{flagged} 가운데 {number(low)}곳은" if low < len(scope.flagged) else f"{flagged}은 모두"
    return f"{told} 같은 단계가 나올 가능성이 낮아, 실제 변화가 없는데도 우연히 줄어 보인 것일 수 있습니다."


def _movement(scope: Scope) -> str:
    previous, before = scope.source.previous, scope.counts_before
    if not scope.districts:
        return ""
    if previous is None or before is None:
        lacking = "직전 의결이" if scope.source.councils else "직전 분기의 판정이"
        return f"비교할 {lacking} 없습니다."
    before_that = f"{since(scope.source)}({said_before(previous)})"
    changes = [(stage, change) for stage in FLAGGED if (change := scope.counts[stage] - before[stage])]
    if not changes:
        compared = with_particle(before_that, "과/와")
        return f"{_named(scope)}가 심각·주의인 곳의 수는 {compared} 같습니다."
    moved = [
        (
            f"{with_particle(texts().stages[stage], '이/가')} {number(abs(change))}곳",
            "늘" if change > 0 else "줄",
        )
        for stage, change in changes
    ]
    told = [
        f"{', '.join(words for words, _ in group)} {verb}"
        for verb, group in groupby(moved, key=lambda found: found[1])
    ]
    return f"{before_that}보다 {_named(scope)} {'고 '.join(told)}었습니다."


def _newly_severe(scope: Scope) -> str:
    new = [d for d in scope.flagged if d.stage == "severe" and d.before not in {None, "severe"}]
    if not new:
        return ""
    names = ", ".join(shorten(district.name) for district in new[:NAMED])
    rest = f" 등 {number(len(new))}곳" if len(new) > NAMED else ""
    return f"{_named(scope)}가 새로 심각이 된 곳: {names}{rest}."


def _size(scope: Scope) -> str:
    summed, left_out = scope.total("workplaces")
    whole = scope.office is None and not scope.source.councils
    workplaces = scope.source.nation.matched_workplaces if whole else summed
    workers, _ = scope.total("workers")
    payroll, _ = scope.total("payroll_krw")
    if workplaces is None or workers is None or payroll is None:
        return ""
    note = f"(값이 없는 {number(left_out)}곳 제외)" if left_out else ""
    return (
        f"이들 밀집지역에는 월평균 사업장 {number(workplaces)}개에 종사자 {number(workers)}명이 있고, "
        f"급여 총액은 월 {won(payroll)}입니다{note}."
    )


def _against_nation(scope: Scope) -> str:
    """How the workers of the office's sidos changed within a year, beside the nation's."""
    told, nation = [], None
    for code in scope.sidos if scope.office else ():
        found = scope.source.sidos[code].changes.get(("workers", "year"))
        if found and found.change_pct is not None and found.nation_change_pct is not None:
            told.append((region_name(code), _moved(found.change_pct)))
            nation = found.nation_change_pct
    if nation is None:
        return ""
    if len(told) == 1:
        (area, moved), *_ = told
        whole = f"{area} 전체 종사자 수는 1년 전보다 {moved}었습니다"
    else:
        moves = "고 ".join(f"{with_particle(area, '은/는')} {moved}" for area, moved in told)
        whole = f"전체 종사자 수는 1년 전보다 {moves}었습니다"
    return f"밀집지역 밖을 포함한 {whole}(전국 {signed_change(nation)}%)."


def _moved(change: Number) -> str:
    """A verb's stem: `1.2% 늘`, `0.4% 줄`, `변동이 없`; 고 or 었습니다 follows."""
    moved = rounded(change, CHANGE_DIGITS)
    return f"{change_size(change)}% {'늘' if moved > 0 else '줄'}" if moved else "변동이 없"


def _stayed_low(scope: Scope) -> str:
    """The districts that fell over two years and stay there: good by the rules, for they fell no further."""
    low = [
        district
        for district in scope.districts
        if district.stage == "good"
        and (two_years := district.fact.changes.get(("workers", "two_years")))
        and (year := district.fact.changes.get(("workers", "year")))
        and two_years.change_pct is not None
        and year.change_pct is not None
        and two_years.change_pct <= LOW_PCT < year.change_pct
    ]
    if not low:
        return ""
    low.sort(key=lambda district: district.fact.changes["workers", "two_years"].change_pct or 0)
    names = ", ".join(shorten(district.name) for district in low[:NAMED])
    rest = f" 등 {number(len(low))}곳" if len(low) > NAMED else ""
    return f"양호 가운데 2년 전보다 종사자가 10% 이상 줄어든 채 머무는 곳: {names}{rest}."


def _caveat(scope: Scope) -> str:
    """What makes every value of the quarter provisional."""
    months = scope.source.nation.months
    if months >= len(scope.source.quarter.months):
        return ""
    known = sorted({file.data_month for file in scope.source.sources} & set(scope.source.quarter.months))
    named = f"({', '.join(month_ko(month) for month in known)})" if len(known) == months else ""
    return f"분기 세 달 가운데 {months}개월{named} 자료만 있어 이 보고서의 값은 모두 잠정값입니다."
