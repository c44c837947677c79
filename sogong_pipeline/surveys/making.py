"""Build the lists of every office from its draw, with the facts a visitor needs on each workplace."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sogong_pipeline.industries.divisions import divisions
from sogong_pipeline.pages.wording import NONE, clean, month_ko, number, rounded, texts
from sogong_pipeline.periods import Month
from sogong_pipeline.rates.contribution import contribution_for
from sogong_pipeline.reports.scope import District, Scope, scopes
from sogong_pipeline.reports.source import ReportSource
from sogong_pipeline.surveys.design import answers_needed, spread
from sogong_pipeline.surveys.draw import Candidate, Exit, Place, draw, fall_of
from sogong_pipeline.surveys.frame import Frame
from sogong_pipeline.surveys.sheet import FORM, SurveySheet, Visit
from sogong_pipeline.surveys.wording import words
from sogong_pipeline.vocabulary import Stage

BANDS = ("1-4", "5-9", "10-29", "30-99", "100-299", "300+")
TEN_THOUSAND = 10**4
Key = tuple[str, str]
"""District and workplace identifiers."""


def scopes_of(source: ReportSource, decided: Mapping[str, Stage]) -> dict[str, str]:
    """Return the flagged districts of all offices, with the scope of their change on the year."""
    by_district: dict[str, str] = {}
    for scope in scopes(source):
        for district in flagged(scope, decided):
            change = district.fact.changes.get(("workers", "year"))
            by_district[district.info.district_id] = change.scope if change else "all"
    return by_district


def flagged(scope: Scope, decided: Mapping[str, Stage]) -> list[District]:
    """Return the districts of an office in caution or severe, decided or else proposed, in the order of the report."""
    if scope.office is None:
        return []
    standing = {"caution", "severe"}
    return [
        district
        for district in scope.districts
        if decided.get(district.info.district_id, district.proposal.stage) in standing
    ]


def make_sheets(
    source: ReportSource, decided: Mapping[str, Stage], frame: Frame, visits: int
) -> dict[str, SurveySheet]:
    """Build the lists of every office with a flagged district, by its code.

    Args:
        source: the quarter's districts and proposals.
        decided: stages decided by councils for the quarter.
        frame: the workplaces of the flagged districts.
        visits: largest number of places on a list.
    """
    members: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in frame.members:
        members[row["district_id"]].append(row)
    exits: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in frame.exits:
        exits[row["district_id"]].append(row)
    sheets = {}
    for scope in scopes(source):
        districts = flagged(scope, decided)
        if scope.office is None or not districts:
            continue
        own = [row for district in districts for row in members[district.info.district_id]]
        here = {row["workplace_id"] for row in own if row["is_in_last_month"]}
        gone = [
            row
            for district in districts
            for row in exits[district.info.district_id]
            if row["workplace_id"] not in here  # moved to another of these districts: its new place is known
        ]
        places = draw(
            [_candidate(row, frame) for row in own],
            [Exit(row["district_id"], row["workplace_id"], row["subscribers"]) for row in gone],
            visits,
            source.quarter,
        )
        facts = _Facts(source, decided, districts, own, gone, frame)
        sheets[scope.office.code] = SurveySheet(
            form=FORM,
            quarter=str(source.quarter),
            edition=source.edition,
            office_code=scope.office.code,
            demo=source.demo,
            visits=tuple(facts.visit(n, place) for n, place in enumerate(places, start=1)),
            districts=tuple(facts.district(district) for district in districts),
        )
    return sheets


def _candidate(row: Mapping[str, Any], frame: Frame) -> Candidate:
    """Convert a workplace for the draw; losses compare equal numbers of months."""
    now, before = row["head_months"], row["head_months_before"]
    compared = bool(row["is_compared"]) and frame.months_before > 0
    return Candidate(
        row["district_id"],
        row["workplace_id"],
        bool(row["is_in_last_month"]),
        before * frame.months - now * frame.months_before if compared else 0,
        compared and now > 0 and before > 0,
    )


class _Facts:
    """Displayed facts of one office's lists."""

    def __init__(  # noqa: PLR0917 - inputs of the lists of an office
        self,
        source: ReportSource,
        decided: Mapping[str, Stage],
        districts: Sequence[District],
        members: Sequence[Mapping[str, Any]],
        exits: Sequence[Mapping[str, Any]],
        frame: Frame,
    ) -> None:
        self._source, self._decided, self._frame = source, decided, frame
        self._districts = {district.info.district_id: district for district in districts}
        self._members = {(row["district_id"], row["workplace_id"]): row for row in members}
        self._exits = {(row["district_id"], row["workplace_id"]): row for row in exits}
        falls: dict[str, list[Candidate]] = defaultdict(list)
        for row in members:
            falls[row["district_id"]].append(_candidate(row, frame))
        self._falls = {name: fall_of(candidates) for name, candidates in falls.items()}

    def visit(self, place_number: int, place: Place) -> Visit:
        """Build an entry of the list of visits."""
        key = place.district_id, place.workplace_id
        row = self._exits[key] if place.list == "exit" else self._members[key]
        district = self._districts[place.district_id]
        shown = {
            "list": words()["lists"][place.list],
            "district": district.name,
            "stage": self._stage(district),
            "confidence": _confidence(district),
            "name": clean(row["workplace_name"] or "") or NONE,
            "address": clean(row["address"] or "") or NONE,
            "division": _division(row["division"]),
            **(self._of_exit(row) if place.list == "exit" else self._of_member(key, row)),
        }
        shown["why"] = self._why(place, row, shown)
        name = f"V{place_number:03d}"
        visit = Visit(name, *key, place.list, place.frame, place.drawn, shown)
        return replace(visit, shown={"target_id": name, **shown})

    def district(self, district: District) -> Mapping[str, str]:
        """Build a row of the list of districts."""
        own = [
            row
            for (name, _), row in self._members.items()
            if name == district.info.district_id and row["is_in_last_month"]
        ]
        bands = Counter(row["size_band"] for row in own)
        counts = {band: bands[band] for band in BANDS}
        needed = answers_needed(len(own))
        return {
            "district_id": district.info.district_id,
            "district": district.name,
            "place": district.place,
            "stage": self._stage(district),
            "confidence": _confidence(district),
            "workplaces": str(len(own)),
            "needed": str(needed),
            **{band: str(count) for band, count in counts.items()},
            **{f"needed {band}": str(count) for band, count in spread(needed, counts).items()},
        }

    def _stage(self, district: District) -> str:
        stage = self._decided.get(district.info.district_id)
        stage_name = texts().stages[stage or district.proposal.stage]
        return f"{stage_name}(의결)" if stage else f"{stage_name}(제안)"

    def _of_member(self, key: Key, row: Mapping[str, Any]) -> dict[str, str]:
        frame, one = self._frame, _candidate(row, self._frame)
        fall = self._falls[key[0]]
        has_share = one.is_continuing and one.loss > 0 and fall > 0
        pay = _pay(row)
        return {
            "heads": _mean(row["head_months"], frame.months),
            "heads_before": _mean(row["head_months_before"], frame.months_before),
            "pay": str(rounded(pay / TEN_THOUSAND, 1)) if pay is not None else NONE,
            "share_of_fall": _percent(Fraction(one.loss, fall)) if has_share else NONE,
            "exit_kind": NONE,
            "grade": words()["grades"].get(row["grade"], NONE),
        }

    @staticmethod
    def _of_exit(row: Mapping[str, Any]) -> dict[str, str]:
        return {
            "heads": str(rounded(row["subscribers"], 1)),
            "heads_before": NONE,
            "pay": NONE,
            "share_of_fall": NONE,
            "exit_kind": words()["exits"][row["kind"]],
            "grade": NONE,
        }

    def _why(self, place: Place, row: Mapping[str, Any], shown: Mapping[str, str]) -> str:
        reasons = words()["why"]
        if place.list == "exit":
            month = month_ko(Month.parse(row["exit_month"]))
            return str(reasons[f"exit_{row['kind']}"].format(month=month))
        if place.list == "certain":
            loss = Decimal(shown["heads_before"]) - Decimal(shown["heads"])
            why = reasons["certain"].format(loss=number(loss, 1), share=shown["share_of_fall"])
        else:
            why = reasons["random"].format(
                frame=number(place.frame),
                drawn=number(place.drawn),
                probability=_percent(place.probability),
            )
        return f"{why} {reasons['low']}" if row["grade"] == "low" else str(why)


def _confidence(district: District) -> str:
    known = district.proposal.confidence
    return texts().confidence[known] if known else NONE


def _division(code: str | None) -> str:
    known = divisions().get(code or "")
    return known.name if known else NONE


def _mean(head_months: int, months: int) -> str:
    return str(rounded(Decimal(head_months) / months, 1)) if months else NONE


def _percent(share: Fraction) -> str:
    return str(rounded(Decimal(100 * share.numerator) / share.denominator, 1))


def _pay(row: Mapping[str, Any]) -> Decimal | None:
    """Return won per head and month in the last month of the workplace."""
    if not row["subscribers"]:
        return None
    billed, rate_bp = (
        int(row["billed_amount_krw"]),
        contribution_for(Month.parse(row["latest_month"])).rate_bp,
    )
    return Decimal(billed * TEN_THOUSAND) / rate_bp / int(row["subscribers"])
