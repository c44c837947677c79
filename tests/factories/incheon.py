"""Build a factory register in form B, and the registry for it, from the labelled factories of Incheon.

    python -m tests.factories.incheon TEST_DATA FOLDER

writes FOLDER/registry.csv and a register, to be loaded and measured on a month of 2022 (docs/factories.md).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from sogong_pipeline.regions.crosswalk import legal_dongs
from tests.complexes import write_registry

REGISTER = "전국등록공장현황_20250630.csv"
ENDINGS = {"국가": "국가산업단지", "일반": "일반산업단지", "도시첨단": "도시첨단산업단지", "농공": "농공단지"}
"""How a register writes a complex of each type; the label holds the stem only."""


def write_register(test_data: Path, target: Path) -> int:
    """Write the labelled factories as a register whose 단지명 is the label with its ending; return its rows."""
    header = (
        (test_data / "membership" / "header_factoryon_full.csv")
        .read_text(encoding="utf-8-sig")
        .strip()
        .split(",")
    )
    source = test_data / "membership" / "factories_incheon_labelled.csv"
    with (test_data / "districts" / "complexes_1337_with_bdong.csv").open(encoding="utf-8-sig") as file:
        types = {row["dan_id"]: row["type"] for row in csv.DictReader(file)}
    count = 0
    with (
        source.open(encoding="utf-8-sig", newline="") as file,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.DictWriter(out, header, restval="", lineterminator="\r\n")
        writer.writeheader()
        for row in csv.DictReader(file):
            dong = legal_dongs().get(row["legal_dong_code"])
            writer.writerow(
                {
                    "시도명": "인천광역시",
                    "회사명": row["company_name"],
                    "단지명": row["complex_name"] + ENDINGS.get(types.get(row["complex_id"], ""), ""),
                    "업종명": row["business_type"],
                    "공장주소_지번": f"{dong.name} {row['lot']}" if dong else "",
                    "공장관리번호": row["factory_no"],
                }
            )
            count += 1
    return count


def main() -> None:
    """Write both files."""
    test_data, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    write_registry(test_data, folder / "registry.csv", month="2022-04")
    write_register(test_data, folder / REGISTER)


if __name__ == "__main__":
    main()
