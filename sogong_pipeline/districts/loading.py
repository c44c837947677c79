"""Read a registry with all that goes with it, and tell everything that is wrong at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from sogong_pipeline.districts.outlines import check_outlines, with_outlines
from sogong_pipeline.districts.placements import check_placements
from sogong_pipeline.districts.problems import Problems
from sogong_pipeline.districts.registry import Registry
from sogong_pipeline.districts.statements import contradictory, unknown_codes
from sogong_pipeline.districts.template import check_rows


@dataclass(frozen=True)
class Given:
    """The files that go with a registry file, each if there is one.

    Attributes:
        overrides: Workplaces placed by hand, above all else.
        workplaces: Supplied lists of districts' workplaces.
        outlines: Outlines as GeoJSON or zipped shapefile, by `district_id`.
    """

    overrides: Path | None = None
    workplaces: Path | None = None
    outlines: Path | None = None

    def named(self) -> dict[str, Path]:
        """The files there are, by what they are."""
        files = {"overrides": self.overrides, "workplaces": self.workplaces, "outlines": self.outlines}
        return {name: path for name, path in files.items() if path is not None}


def read_all(path: Path, as_of: dt.date | None, given: Given) -> Registry:
    """Read a registry file and what goes with it.

    Raises:
        RefusedError: when anything in any of the files is wrong; it tells all of it.
    """
    problems = Problems()
    rows = check_rows(path, as_of, problems)
    districts = [district for _, district in rows]
    ids = {district.district_id for district in districts}
    placements = []
    for role, file in (("override", given.overrides), ("list", given.workplaces)):
        if file is not None:
            placements += check_placements(file, role, ids, problems)
    outlines: dict[str, BaseGeometry] = {}
    if given.outlines is not None:
        outlines = check_outlines(given.outlines, ids, problems)
    for number, complaint in contradictory(dict(rows), outlines):
        problems.add(path.name, complaint, number)
    districts = with_outlines(districts, outlines)
    problems.refuse()
    return Registry.of(districts, placements)


def codes_that_never_were(path: Path, as_of: dt.date | None) -> list[str]:
    """Of a registry file that loads, a line for each code that never existed, with its row."""
    rows = check_rows(path, as_of, Problems())
    return [
        f"{path.name}: row {number}: {district.district_id}: {told}"
        for number, district in sorted(rows, key=lambda row: row[0])
        for told in unknown_codes(district)
    ]
