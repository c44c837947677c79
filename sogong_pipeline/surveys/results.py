"""What a survey found, as a section of reports, trends and plans: response, weighted shares, exits verified."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sogong_pipeline.lake.partitions import Lake
from sogong_pipeline.pages.parts import Cell, Column, Row, Section, Table
from sogong_pipeline.pages.wording import NONE, number, rounded
from sogong_pipeline.periods import Quarter
from sogong_pipeline.surveys.answer import ANSWERED, Answer, answers, in_force
from sogong_pipeline.surveys.design import design
from sogong_pipeline.surveys.estimate import LEAST_ANSWERS, Stratum, estimate
from sogong_pipeline.surveys.issue import current_draw
from sogong_pipeline.surveys.sheet import SurveySheet, Visit
from sogong_pipeline.surveys.wording import words

KEY = "survey"
LISTED = 40
"""So many districts have a row of their own; beyond that a page shows the offices."""


@dataclass(frozen=True)
class Results:
    """The lists of some offices with what came back of each place."""

    sheets: Sequence[SurveySheet]
    answers: Mapping[tuple[str, str], Answer]

    def of(self, sheet: SurveySheet, visit: Visit) -> Answer | None:
        """What came back of a place of a list."""
        return self.answers.get((sheet.office_code, visit.workplace_id))

    def pairs(self) -> Iterator[tuple[SurveySheet, Visit, Answer | None]]:
        """Every place with what came back of it."""
        for sheet in self.sheets:
            for visit in sheet.visits:
                yield sheet, visit, self.of(sheet, visit)

    @property
    def done(self) -> int:
        """How many places came back with any outcome."""
        return sum(answer is not None for _, _, answer in self.pairs())


def read_results(lake: Lake, quarter: Quarter) -> Results | None:
    """The lists in force of a quarter with their answers; None when none were drawn."""
    draw = current_draw(lake, quarter)
    if draw is None:
        return None
    return Results(list(draw.sheets.values()), in_force(answers(lake, quarter)))


def results_section(
    results: Results | None, office: str = "", districts: Sequence[str] | None = None
) -> Section | None:
    """The results of one office, or of all; None where nothing came back.

    Args:
        results: the lists of a quarter and their answers.
        office: the code of an office; empty for all.
        districts: where given, only what lies in these, as counts without an estimate.
    """
    if results is None:
        return None
    sheets = [sheet for sheet in results.sheets if office in {"", sheet.office_code}]
    own = Results(sheets, results.answers)
    pairs = [
        (sheet, visit, answer)
        for sheet, visit, answer in own.pairs()
        if districts is None or visit.district_id in districts
    ]
    done = [answer for _, _, answer in pairs if answer is not None]
    if not done:
        return None
    said = words()["results"]
    answered = [answer for answer in done if answer.outcome == ANSWERED]
    lead = said["lead"].format(
        targets=number(len(pairs)),
        done=number(len(done)),
        answered=number(len(answered)),
        rate=number(_percent(len(answered), len(pairs)), 1),
    )
    paragraphs, tables = [lead], [_response(pairs)]
    random = [one for one in pairs if one[1].list == "random"]
    replies = sum(answer is not None and answer.outcome == ANSWERED for _, _, answer in random)
    with_estimate = districts is None and replies >= design().fewest_for_interval
    if districts is None:
        paragraphs.append(
            said["random"].format(
                drawn=number(len(random)),
                answered=number(replies),
                frame=number(sum(sheet.frame_size for sheet in sheets)),
            )
            if with_estimate
            else said["counts"].format(answered=number(replies), fewest=design().fewest_for_interval)
        )
    if with_estimate and (few := _few(sheets, random)):
        paragraphs.append(said["left_out"].format(offices=", ".join(few)))
    tables.append(_items(sheets, random, with_estimate=with_estimate))
    paragraphs.append(said["certain"])
    if verified := _exits(pairs):
        paragraphs.append(verified)
    return Section(KEY, said["heading"], paragraphs=tuple(paragraphs), tables=tuple(tables))


Pair = tuple[SurveySheet, Visit, Answer | None]


def _response(pairs: Sequence[Pair]) -> Table:
    """Places, outcomes and response rate per district, or per office where there are many."""
    by_name: dict[str, list[Answer | None]] = defaultdict(list)
    many = len({visit.district_id for _, visit, _ in pairs}) > LISTED
    for sheet, visit, answer in pairs:
        by_name[sheet.office.short_name if many else visit.shown["district"]].append(answer)
    rows = []
    for name, found in by_name.items():
        done = sum(answer is not None for answer in found)
        answered = sum(answer is not None and answer.outcome == ANSWERED for answer in found)
        rate = _percent(answered, len(found))
        rows.append(
            Row(
                (
                    Cell(name),
                    Cell(number(len(found)), len(found)),
                    Cell(number(done), done),
                    Cell(number(answered), answered),
                    Cell(number(rate, 1), rate),
                )
            )
        )
    columns = (
        Column("지방청" if many else "밀집지역"),
        Column("대상", "number", "곳"),
        Column("결과 회신", "number", "곳"),
        Column("응답", "number", "곳"),
        Column("응답률", "number", "%"),
    )
    return Table("survey-response", "응답률", columns, tuple(rows))


def _items(sheets: Sequence[SurveySheet], random: Sequence[Pair], *, with_estimate: bool) -> Table:
    """Per question how many of the random answers say so, with the weighted share where there are enough."""
    rows = []
    for question, values in words()["results"]["items"].items():
        for code, title in values.items():
            given: dict[str, list[bool]] = defaultdict(list)
            for sheet, _, answer in random:
                if answer is not None and answer.outcome == ANSWERED:
                    given[sheet.office_code].append(getattr(answer, question) == code)
            yes, every = sum(sum(one) for one in given.values()), sum(len(one) for one in given.values())
            cells = [Cell(title), Cell(f"{number(yes)}/{number(every)}")]
            if with_estimate:
                found = estimate([Stratum(sheet.frame_size, given[sheet.office_code]) for sheet in sheets])
                cells.append(
                    Cell(
                        number(_share(found.share), 1),
                        _share(found.share),
                        note=f"({number(_share(found.low), 1)}~{number(_share(found.high), 1)})",
                    )
                    if found
                    else Cell(NONE)
                )
            rows.append(Row(tuple(cells)))
    said = words()["results"]
    columns = (
        Column("항목"),
        Column("무작위 응답 가운데", unit="곳"),
        *((Column("추정 비율", "number", "%"),) if with_estimate else ()),
    )
    notes = (said["interval"],) if with_estimate else ()
    return Table("survey-items", "무작위로 뽑은 사업장의 응답", columns, tuple(rows), notes)


def _few(sheets: Sequence[SurveySheet], random: Sequence[Pair]) -> list[str]:
    """Offices whose frame is left out of the estimate."""
    counts = Counter(
        sheet.office_code for sheet, _, answer in random if answer and answer.outcome == ANSWERED
    )
    return [
        sheet.office.short_name
        for sheet in sheets
        if sheet.frame_size and counts[sheet.office_code] < LEAST_ANSWERS
    ]


def _exits(pairs: Sequence[Pair]) -> str:
    """What became of the exits that were verified; empty where none was."""
    visited = [answer for _, visit, answer in pairs if visit.list == "exit" and answer is not None]
    if not visited:
        return ""
    counts = Counter(answer.outcome for answer in visited)
    outcomes: Mapping[str, str] = words()["choices"]["outcome"]
    parts = ", ".join(f"{word} {number(counts[code])}곳" for code, word in outcomes.items() if counts[code])
    return str(words()["results"]["exits"].format(visited=number(len(visited)), words=parts))


def _percent(part: int, whole: int) -> Decimal:
    return rounded(Decimal(100 * part) / whole, 1) if whole else Decimal(0)


def _share(value: float) -> Decimal:
    return rounded(Decimal(100 * value), 1)
