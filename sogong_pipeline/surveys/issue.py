"""Draw a quarter's lists, store them in the lake before anyone gets them, and write them for office and centre."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.decisions.decision import STEP as DECISIONS
from sogong_pipeline.decisions.decision import decisions, in_force
from sogong_pipeline.lake.partitions import SHORT, Built, Lake, Partition, digest_of
from sogong_pipeline.lake.store import FolderStore, open_reports
from sogong_pipeline.lake.workspace import workspace
from sogong_pipeline.pages.acceptances import notices_of_edition
from sogong_pipeline.periods import Quarter
from sogong_pipeline.renderers.published import Published, write_pages
from sogong_pipeline.reports.collect import collect
from sogong_pipeline.stages.rules import DEFAULT
from sogong_pipeline.surveys.frame import read_frame
from sogong_pipeline.surveys.letter import FORMATS, letter
from sogong_pipeline.surveys.making import make_sheets, scopes_of
from sogong_pipeline.surveys.sheet import Change, SurveySheet, changes, read_sheet
from sogong_pipeline.surveys.workbook import write_workbook
from sogong_pipeline.vocabulary import Stage

STEP = "drawn"
FOLDER = "visits"
"""Folder below the reports of a quarter; its files are shown only to users of their office and centre."""


@dataclass(frozen=True)
class Draw:
    """Lists of a quarter by office, from one edition and number of visits."""

    name: str
    quarter: Quarter
    edition: str
    drawn_at: dt.datetime
    sheets: Mapping[str, SurveySheet]

    @classmethod
    def of(cls, partition: Partition) -> Draw:
        """Read a partition of the lake."""
        facts = partition.facts
        return cls(
            partition.folder.name,
            Quarter.parse(facts["quarter"]),
            facts["edition"],
            dt.datetime.fromisoformat(partition.manifest["recorded_at"]),
            {
                office: read_sheet(partition.path(office).read_text(encoding="utf-8"))
                for office in facts["offices"]
            },
        )


def current_draw(lake: Lake, quarter: Quarter) -> Draw | None:
    """Return the lists in force; None if none were issued."""
    current = lake.current(STEP, str(quarter))
    partition = lake.find(STEP, str(quarter), current) if current else None
    return Draw.of(partition) if partition else None


def draws(lake: Lake, quarter: Quarter) -> list[Draw]:
    """Return every draw of a quarter, in the order of drawing."""
    history = [Draw.of(partition) for partition in lake.partitions(STEP, str(quarter))]
    return sorted(history, key=lambda one: (one.drawn_at, one.name))


def draw_before(lake: Lake, draw: Draw) -> Draw | None:
    """Return the draw of the same quarter that these lists replaced; None for the first."""
    turns = [turn.child for turn in lake.turns(STEP, str(draw.quarter)) if turn.child]
    earlier = turns[: turns.index(draw.name)] if draw.name in turns else turns
    partition = lake.find(STEP, str(draw.quarter), earlier[-1]) if earlier else None
    return Draw.of(partition) if partition else None


def changes_of(lake: Lake, draw: Draw) -> dict[str, Change]:
    """Compare lists with those they replaced, by office; empty for the first draw of a quarter."""
    before = draw_before(lake, draw)
    if before is None:
        return {}
    offices = dict.fromkeys([*draw.sheets, *before.sheets])
    return {office: changes(before.sheets.get(office), draw.sheets.get(office)) for office in offices}


def draw_lists(catalogue: Catalogue, quarter: Quarter, rule_set: str = DEFAULT) -> tuple[Draw, bool]:
    """Draw the lists of every office with a flagged district; idempotent for the same edition and stages.

    Args:
        catalogue: the installation.
        quarter: a proposed quarter.
        rule_set: its proposals count where no council decided.

    Returns:
        The lists, and True if they differ from those in force before.

    Raises:
        RefusedError: when the quarter was never proposed or is held.
    """
    source = collect(catalogue, quarter, draft=True, rule_set=rule_set)
    edition = catalogue.lake.require("editions", str(quarter), source.edition)
    decided = decided_stages(catalogue.lake, quarter)
    scopes = scopes_of(source, decided)
    sheets = (
        make_sheets(
            source, decided, read_frame(catalogue, edition, quarter, scopes), catalogue.settings.survey_visits
        )
        if scopes
        else {}
    )
    digests = {office: sheet.digest for office, sheet in sheets.items()}

    def build(folder: Path) -> Built:
        files = {office: folder / f"{office}.json" for office in sheets}
        for office, sheet in sheets.items():
            files[office].write_text(sheet.text, encoding="utf-8")
        return Built(files, {"quarter": str(quarter), "edition": source.edition, "offices": list(sheets)})

    name = digest_of({"edition": source.edition, **digests})[:SHORT]
    partition, _ = catalogue.lake.ensure(
        STEP,
        (str(quarter), name),
        inputs={"edition": source.edition, **digests},
        recorded_at=catalogue.now(),
        build=build,
    )
    is_new = catalogue.lake.current(STEP, str(quarter)) != name
    catalogue.lake.set_current(name, STEP, str(quarter), recorded_at=catalogue.now())
    return Draw.of(partition), is_new


def decided_stages(lake: Lake, quarter: Quarter) -> dict[str, Stage]:
    """Return the stages decided by councils for a quarter, by district."""
    stages: dict[str, Stage] = {}
    for period in lake.children(DECISIONS):
        standing = in_force(row for row in decisions(lake, period) if row.quarter == str(quarter))
        stages.update({name: row.stage for name, row in standing.items()})
    return stages


def write_lists(catalogue: Catalogue, draw: Draw, out: Path | None = None) -> Published:
    """Write each office's workbook and cover letter; the same lists give the same bytes."""
    place = FolderStore(out) if out else open_reports(catalogue.settings, f"{draw.quarter}/{FOLDER}")
    before = draw_before(catalogue.lake, draw)
    published = Published(place.address, [])
    accepted = notices_of_edition(catalogue.lake, draw.quarter, draw.edition)
    with workspace(place.scratch) as folder:
        for office, sheet in draw.sheets.items():
            file = folder / f"{office}.xlsx"
            write_workbook(sheet, file, draw.drawn_at)
            place.put(file, PurePosixPath(file.name))
            published.files.append(file.name)
            earlier = before.sheets.get(office) if before else None
            page = letter(sheet, draw.drawn_at, earlier, accepted)
            published.files.extend(write_pages([page], place, FORMATS).files)
    with suppress(OSError):  # another run uses it
        place.scratch.rmdir()
    return published
