"""Record support to workplaces by programme (긴급처방): sheets of offices, accepted whole or not at all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.districts.problems import Problems, read_table
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.partitions import SHORT, Built, sha256_of
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.programmes.programme import programmes

STEP = "support"
COLUMNS: Mapping[str, str] = {
    "지원일": "given_on",
    "밀집지역 번호": "district_id",
    "사업장명": "workplace_name",
    "사업자등록번호": "business_number",
    "사업 번호": "programme_id",
    "지원 내용": "support",
    "지원 금액(원)": "amount_krw",
}
"""Header of a sheet, in any order; the last two are optional."""
OPTIONAL = frozenset({"지원 내용", "지원 금액(원)"})
PAGE = "docs/plans.md"
PREFIX = 6
"""Digits of a business number in the pension file."""
SCHEMA = pa.schema(
    [
        ("recording", pa.string()),
        ("row_number", pa.int64()),
        ("given_on", pa.date32()),
        *((name, pa.string()) for name in ("district_id", "workplace_id", "programme_id", "support")),
        ("amount_krw", pa.int64()),
        *((name, pa.string()) for name in ("confirmed_by", "recorded_at")),
    ]
)


@dataclass(frozen=True, slots=True)
class Support:
    """A row of `support_given`; its schema.yaml describes the fields."""

    recording: str
    row_number: int
    given_on: dt.date
    district_id: str
    workplace_id: str
    programme_id: str
    support: str | None
    amount_krw: int | None
    confirmed_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Workplaces:
    """Workplaces of a month: their ids by district, name and the first digits of the business number."""

    month: Month
    ids: Mapping[tuple[str, str, str], str]

    @property
    def district_ids(self) -> frozenset[str]:
        """Every district with a workplace."""
        return frozenset(district for district, _, _ in self.ids)


def record_support(catalogue: Catalogue, file: Path, confirmed_by: str) -> tuple[list[Support], bool]:
    """Record a sheet; idempotent for the same sheet.

    Args:
        catalogue: the lake; a quarter was proposed.
        file: a CSV (UTF-8 or CP949) or XLSX with the columns of `COLUMNS`.
        confirmed_by: name of the person who records it.

    Returns:
        The rows, and True if they are new.

    Raises:
        RefusedError: when validation fails: every problem of the sheet, by row; nothing is recorded.
    """
    digest = sha256_of(file)[:SHORT]
    now = catalogue.now()
    known = catalogue.lake.find(STEP, digest)
    if known is not None:
        return rows_given(catalogue, digest), False
    problems = Problems("correct the sheet and record it again, nothing was recorded")
    entries = _read(file, newest_workplaces(catalogue), catalogue.settings.clock().date(), problems)
    problems.refuse()
    rows = [Support(digest, **row, confirmed_by=confirmed_by, recorded_at=now) for row in entries]

    def build(folder: Path) -> Built:
        table, sheet = folder / "support_given.parquet", folder / f"sheet{file.suffix.lower()}"
        pq.write_table(pa.Table.from_pylist([asdict(row) for row in rows], SCHEMA), table, compression="zstd")
        copyfile(file, sheet)
        return Built(
            {"support_given": table, "sheet": sheet}, {"rows": len(rows), "confirmed_by": confirmed_by}
        )

    catalogue.lake.ensure(STEP, (digest,), inputs={"file": digest}, recorded_at=now, build=build)
    return rows, True


def rows_given(catalogue: Catalogue, *recordings: str) -> list[Support]:
    """Return the recorded rows of some sheets or of all, by day, district and workplace."""
    rows = [
        Support(**row)
        for name in recordings or catalogue.lake.children(STEP)
        for row in pq.read_table(catalogue.lake.require(STEP, name).path("support_given")).to_pylist()
    ]
    return sorted(rows, key=lambda row: (row.given_on, row.district_id, row.workplace_id, row.row_number))


def newest_workplaces(catalogue: Catalogue) -> Workplaces:
    """Return the workplaces in districts in the last month of the newest proposed quarter.

    Raises:
        RefusedError: when no quarter was proposed, or its month is missing from the lake.
    """
    quarters = sorted(Quarter.parse(name) for name in catalogue.lake.children("editions"))
    edition = catalogue.edition(quarters[-1]) if quarters else None
    if edition is None:
        raise RefusedError("no quarter has been proposed; run `sogong propose` first")
    month, vintage = max((Month.parse(name), vintage) for name, vintage in edition.facts["months"].items())
    districts = str(edition.manifest["inputs"]["districts"])
    members = catalogue.lake.require("matched", str(month), vintage, districts).path("district_member")
    staged = catalogue.lake.require("staged", str(month), vintage).path("workplace")
    placed = pq.read_table(members, columns=["row_number", "district_id", "workplace_id"])
    names = pq.read_table(staged, columns=["row_number", "workplace_name", "business_number_prefix"])
    joined = placed.filter(placed["district_id"].is_valid()).join(names, "row_number").to_pylist()
    return Workplaces(
        month,
        {
            (row["district_id"], _plain(row["workplace_name"] or ""), row["business_number_prefix"]): row[
                "workplace_id"
            ]
            for row in joined
        },
    )


def _read(file: Path, workplaces: Workplaces, today: dt.date, problems: Problems) -> list[dict[str, Any]]:
    """Read the valid rows of a sheet; validation problems are recorded per row."""
    required = [name for name in COLUMNS if name not in OPTIONAL]
    valid = []
    for number, cells in read_table(file, required, problems, PAGE):
        row = {COLUMNS[name]: cell for name, cell in cells.items() if name in COLUMNS}
        complaints, values = _values(row, workplaces, today)
        for complaint in complaints:
            problems.add(file.name, complaint, number)
        valid.append({"row_number": number, **values})
    if not valid and not problems:
        problems.add(file.name, f"it has no rows; see {PAGE}")
    return valid


def _values(
    row: Mapping[str, str], workplaces: Workplaces, today: dt.date
) -> tuple[list[str], dict[str, Any]]:
    """Return the validation problems of a row, and its values if there are none."""
    complaints: list[str] = []
    given_on = _date(row.get("given_on", ""))
    if given_on is None:
        complaints.append(f"지원일 {row.get('given_on', '')!r} is not a date such as 2026-09-15")
    elif given_on > today:
        complaints.append(f"지원일 {given_on} is after today, {today}")
    programme = row.get("programme_id", "")
    if programme not in {one.id for one in programmes()}:
        complaints.append(f"사업 번호 {programme!r} is not in the list; `sogong programmes list` shows it")
    district = row.get("district_id", "")
    prefix = re.sub(r"\D", "", row.get("business_number", ""))[:PREFIX]
    workplace = workplaces.ids.get((district, _plain(row.get("workplace_name", "")), prefix))
    if district not in workplaces.district_ids:
        complaints.append(f"밀집지역 번호 {district!r} has no workplace in {workplaces.month}")
    elif workplace is None:
        complaints.append(
            f"사업장명 and 사업자등록번호 match no workplace of {district} in {workplaces.month}"
        )
    amount = row.get("amount_krw", "").replace(",", "")
    if amount and not re.fullmatch(r"\d{1,15}", amount, re.ASCII):
        complaints.append(f"지원 금액(원) {row['amount_krw']!r} is not a number of won")
        amount = ""
    return complaints, {
        "given_on": given_on,
        "district_id": district,
        "workplace_id": workplace,
        "programme_id": programme,
        "support": row.get("support") or None,
        "amount_krw": int(amount) if amount else None,
    }


def _date(text: str) -> dt.date | None:
    """Parse a day as written by offices: 2026-09-15, 2026.9.15, 2026. 9. 15."""
    parts = re.fullmatch(r"(\d{4})[-./] ?(\d{1,2})[-./] ?(\d{1,2})\.?", text.strip(), re.ASCII)
    if parts is None:
        return None
    try:
        return dt.date(*map(int, parts.groups()))
    except ValueError:
        return None


def _plain(name: str) -> str:
    """Return a name without blanks, for comparison."""
    return "".join(name.split())


def by_programme(rows: Iterable[Support]) -> dict[str, tuple[int, int | None]]:
    """Return the number of workplaces per programme, and the total won if any were entered."""
    workplaces: dict[str, set[str]] = {}
    won: dict[str, int] = {}
    for row in rows:
        workplaces.setdefault(row.programme_id, set()).add(row.workplace_id)
        if row.amount_krw is not None:
            won[row.programme_id] = won.get(row.programme_id, 0) + row.amount_krw
    return {name: (len(ids), won.get(name)) for name, ids in sorted(workplaces.items())}
