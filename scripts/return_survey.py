"""Invented crisis centres visit and send their lists back, and the answers are recorded.

    SOGONG_HOME=.demo/home scripts/return_survey.py 2026-Q3

The lists must be out (`sogong survey draw 2026-Q3`). Lists that were recorded before are left alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from country.survey import fill
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.periods import Quarter
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.surveys.answer import recordings
from sogong_pipeline.surveys.issue import FOLDER, current_draw
from sogong_pipeline.surveys.record import record


def main() -> None:
    """Fill in every list that nobody has sent back and record it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("quarter", type=Quarter.parse)
    quarter = parser.parse_args().quarter
    installation = Installation(Settings())
    draw = current_draw(installation.lake, quarter)
    if draw is None:
        raise SystemExit(f"no list of {quarter} is out; run `sogong survey draw {quarter}` first")
    done = {found.manifest["key"][1] for found in recordings(installation.lake, quarter)}
    lists = Path(open_reports(installation.settings, f"{quarter}/{FOLDER}").address)
    today = installation.settings.clock().date()
    for office, sheet in draw.sheets.items():
        if office in done:
            continue
        target = installation.settings.home / "returned" / str(quarter) / f"{office}.xlsx"
        fill(lists / f"{office}.xlsx", target, sheet, day=today, by="시연 조사 담당")
        facts = record(installation, target, "시연 담당자").facts
        print(f"{office:<16} {facts['rows']} results, {facts['answered']} answered")


if __name__ == "__main__":
    main()
