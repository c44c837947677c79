"""The monthly bulletin in words and figures: levels, changes, the three-month mean, who moved most. No stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sogong_pipeline.bulletins import tables
from sogong_pipeline.bulletins.collect import ALL_DISTRICTS, BulletinSource
from sogong_pipeline.bulletins.headline import headline
from sogong_pipeline.bulletins.notes import notes
from sogong_pipeline.bulletins.words import name_of, words
from sogong_pipeline.pages.acceptances import accepted_notices
from sogong_pipeline.pages.parts import Link, Masthead, Page, Section
from sogong_pipeline.pages.wording import month_ko, texts
from sogong_pipeline.quality.titles import titles
from sogong_pipeline.regions.reference import Office, offices
from sogong_pipeline.renderers.published import INDEX

KEYWORDS = ("지역중소기업", "밀집지역", "월간 동향", "국민연금 가입 사업장")


def bulletins(source: BulletinSource) -> list[Page]:
    """A page for the nation, then one for each of the 13 offices."""
    every: list[Office | None] = [None, *offices()]
    return [_page(source, office, every) for office in every]


def _page(source: BulletinSource, office: Office | None, every: Sequence[Office | None]) -> Page:
    area = office.code if office else ALL_DISTRICTS
    own = [district for district in source.districts if office is None or district.office_code == office.code]
    sections = [
        tables.levels(source, office, area),
        *([tables.by_office(source)] if office is None else []),
        tables.movers(source, own, falls=True),
        tables.movers(source, own, falls=False),
        Section("notes", words()["headings"]["notes"], paragraphs=notes(source)),
    ]
    sentences = headline(source, own, office, area)
    return Page(
        stem=office.code if office else INDEX,
        kind="bulletin",
        demo=source.demo,
        masthead=_masthead(source, office),
        headline=sentences,
        sections=tuple(section for section in sections if section),
        others=tuple(
            Link(_short(other), other.code if other else INDEX) for other in every if other != office
        ),
        summary=sentences[0],
        keywords=(*KEYWORDS, name_of(office), month_ko(source.month)),
    )


def _short(office: Office | None) -> str:
    return office.short_name if office else texts().report["nation"]


def _masthead(source: BulletinSource, office: Office | None) -> Masthead:
    title, period = f"{name_of(office)} {words()['title']}", month_ko(source.month)
    marks = (texts().report["demo"],) if source.demo else ()
    return Masthead(
        kicker=texts().report["kicker"],
        title=title,
        period=period,
        period_note=f"국민연금 가입 사업장 내역 · {source.made_at:%Y-%m-%d} 작성 · 자료판 {source.vintage}",
        disclaimer=words()["disclaimer"],
        marks=marks,
        notices=(
            *[words()["demo_notice"]] * source.demo,
            *_held(source),
            *accepted_notices(source.acceptances),
        ),
        watermark=" · ".join(marks),
        running_head=f"{title} · {period}",
        running_mark=" · ".join(marks),
    )


def _held(source: BulletinSource) -> Iterator[str]:
    """A notice for each month shown that is held."""
    for month, checks in source.held.items():
        said = ", ".join(titles().get(name, name) for name in checks)
        yield words()["held_notice"].format(month=month_ko(month), checks=said)
