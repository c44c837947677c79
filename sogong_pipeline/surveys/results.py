"""Survey results as a section of reports, trends and plans: response, weighted shares, verified exits."""

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
"""Up to this number districts have a row each; beyond it a page shows the offices."""


@dataclass(frozen=True)
class Results:
    """Lists of some offices with the answers on each place."""

    sheets: Sequence[SurveySheet]
    answers: Mapping[tuple[str, str], Answer]

    def of(self, sheet: SurveySheet, visit: Visit) -> Answer | None:
        """Return the answer on a place of a list; None if there is none."""
        return self.answers.get((sheet.office_code, visit.workplace_id))

    def pairs(self) -> Iterator[tuple[SurveySheet, Visit, Answer | None]]:
        """Yield every place with its answer."""
        for sheet in self.sheets:
            for visit in sheet.visits:
                yield sheet, visit, self.of(sheet, visit)

    @property
    def done(self) -> int:
        """Number of places with any outcome."""
        return sum(answer is not None for _, _, answer in self.pairs())


def read_results(lake: Lake, quarter: Quarter) -> Results | None:
    """Read the lists in force of a quarter with their answers; None if none were drawn."""
    draw = current_draw(lake, quarter)
    if draw is None:
        return None
    return Results(list(draw.sheets.values()), in_force(answers(lake, quarter)))


def results_section(
    results: Results | None, office: str = "", districts: Sequence[str] | None = None
) -> Section | None:
    """Build the results of one office, or of all; None without answers.

    Args:
        results: the lists of a quarter and their answers.
        office: code of an office; empty for all.
        districts: limits the section to these districts, as counts without an estimate.
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
    wording = words()["results"]
    answered = [answer for answer in done if answer.outcome == ANSWERED]
    lead = wording["lead"].format(
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
            wording["random"].format(
                drawn=number(len(random)),
                answered=number(replies),
                frame=number(sum(sheet.frame_size for sheet in sheets)),
            )
            if with_estimate
            else wording["counts"].format(answered=number(replies), fewest=design().fewest_for_interval)
        )
    if with_estimate and (few := _few(sheets, random)):
        paragraphs.append(wording["left_out"].format(offices=", ".join(few)))
    tables.append(_items(sheets, random, with_estimate=with_estimate))
    paragraphs.append(wording["certain"])
    if verified := _exits(pairs):
        paragraphs.append(verified)
    return Section(KEY, wording["heading"], paragraphs=tuple(paragraphs), tables=tuple(tables))


Pair = tuple[SurveySheet, Visit, Answer | None]


def _response(pairs: Sequence[Pair]) -> Table:
    """Tabulate places, outcomes and response rate per district, or per office where there are many."""
    by_name: dict[str, list[Answer | None]] = defaultdict(list)
    many = len({visit.district_id for _, visit, _ in pairs}) > LISTED
    for sheet, visit, answer in pairs:
        by_name[sheet.office.short_name if many else visit.shown["district"]].append(answer)
    rows = []
    for name, outcomes in by_name.items():
        done = sum(answer is not None for answer in outcomes)
        answered = sum(answer is not None and answer.outcome == ANSWERED for answer in outcomes)
        rate = _percent(answered, len(outcomes))
        rows.append(
            Row(
                (
                    Cell(name),
                    Cell(number(len(outcomes)), len(outcomes)),
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
    """Tabulate the random answers by question and value, with the weighted share if there are enough."""
    rows = []
    for question, values in words()["results"]["items"].items():
        for code, title in values.items():
            replies: dict[str, list[bool]] = defaultdict(list)
            for sheet, _, answer in random:
                if answer is not None and answer.outcome == ANSWERED:
                    replies[sheet.office_code].append(getattr(answer, question) == code)
            yes, every = (
                sum(sum(one) for one in replies.values()),
                sum(len(one) for one in replies.values()),
            )
            cells = [Cell(title), Cell(f"{number(yes)}/{number(every)}")]
            if with_estimate:
                share = estimate([Stratum(sheet.frame_size, replies[sheet.office_code]) for sheet in sheets])
                cells.append(
                    Cell(
                        number(_share(share.share), 1),
                        _share(share.share),
                        note=f"({number(_share(share.low), 1)}~{number(_share(share.high), 1)})",
                    )
                    if share
                    else Cell(NONE)
                )
            rows.append(Row(tuple(cells)))
    wording = words()["results"]
    columns = (
        Column("항목"),
        Column("무작위 응답 가운데", unit="곳"),
        *((Column("추정 비율", "number", "%"),) if with_estimate else ()),
    )
    notes = (wording["interval"],) if with_estimate else ()
    return Table("survey-items", "무작위로 뽑은 사업장의 응답", columns, tuple(rows), notes)


def _few(sheets: Sequence[SurveySheet], random: Sequence[Pair]) -> list[str]:
    """Return the offices whose frame is left out of the estimate."""
    counts = Counter(
        sheet.office_code for sheet, _, answer in random if answer and answer.outcome == ANSWERED
    )
    return [
        sheet.office.short_name
        for sheet in sheets
        if sheet.frame_size and counts[sheet.office_code] < LEAST_ANSWERS
    ]


def _exits(pairs: Sequence[Pair]) -> str:
    """Summarise the verified exits; empty if there are none."""
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
