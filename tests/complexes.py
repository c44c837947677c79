"""Write a registry file of the 1,337 real industrial complexes of the test data, as of 2022-04."""

from __future__ import annotations

import csv
from pathlib import Path

from sogong_pipeline.districts.template import TEMPLATE

KINDS = {
    "국가": "national_industrial_complex",
    "일반": "general_industrial_complex",
    "도시첨단": "urban_high_tech_complex",
    "농공": "agro_industrial_complex",
}
LISTED_ON = "2023-09-30"
"""The codes in the list of complexes are those of this day."""


def write_registry(test_data: Path, target: Path, *, month: str) -> int:
    """Write the complexes as a registry with the legal dong codes of a month; return their number.

    Eight of them lie on land so new that the list gives no legal dong; they are left out.
    """
    before = _codes_before(test_data / "regions" / "sgg_crosswalk_2023_2026.csv", month)
    with (test_data / "districts" / "complexes_1337_with_bdong.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["bjd_all"]]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TEMPLATE, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            dongs = [_dong_of(code, before) for code in row["bjd_all"].split("|")]
            writer.writerow(
                {
                    "district_id": row["dan_id"],
                    "name": row["name"],
                    "kind": KINDS[row["type"]],
                    "sigungu_code": dongs[0][:5],
                    "legal_dong_codes": "|".join(dongs),
                    "postal_codes": "",
                    "longitude": row["lon"],
                    "latitude": row["lat"],
                    "source": "industrial complexes of the test data",
                    "valid_from": "",
                    "valid_to": "",
                }
            )
    return len(rows)


def _codes_before(crosswalk: Path, month: str) -> dict[str, str]:
    """Return the earlier month's 시군구 code of each code of `LISTED_ON`, where it differs."""
    with crosswalk.open(encoding="utf-8-sig") as file:
        return {
            row["new_sgg"]: row["old_sgg"]
            for row in csv.DictReader(file)
            if not row["by_bdong"] and f"{month}-31" < row["effective"] <= LISTED_ON
        }


def _dong_of(code: str, before: dict[str, str]) -> str:
    return before.get(code[:5], code[:5]) + code[5:]
