"""Places: every pair of legal dong and postal code of today, and the form of an address in a row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from country.resources import read_yaml
from sogong_pipeline.regions.reference import data_path

ROADS = 3
"""Invented roads of a place; the address after the last one has a blank road."""
VARIANTS = ROADS + 1


@dataclass(frozen=True)
class Places:
    """One entry a place, ordered by legal dong, then postal code.

    Attributes:
        legal_dong_code: Ten digits.
        postal_code: Five digits.
        name: Sido, sigungu and dong in Korean, without the ri.
        addresses: Addresses counted there in 2021, a measure of its density.
    """

    legal_dong_code: list[str]
    postal_code: list[str]
    name: list[str]
    addresses: NDArray[np.int64]

    def addresses_in(self, used: NDArray[np.int64]) -> pa.BinaryArray:
        """Return the address cells of a row for some places, from postal code to emd code.

        Args:
            used: Indexes of places, shape (n,).

        Returns:
            Length n * VARIANTS: for each place its roads, then a blank road; CP949.
        """
        syllables = read_yaml("names.yaml")["syllables"].split()
        cells = []
        for place in used.tolist():
            code, name = self.legal_dong_code[place], self.name[place]
            rural = name[-1] in "읍면"
            area = name if rural else name.rpartition(" ")[0]
            # Real rows name the administrative dong; its table is not ours, so town dongs read as the many
            # real rows do where only the sigungu is known.
            admin = code if rural else f"{code[:5]}00000"
            head = f"{self.postal_code[place]},{name},"
            tail = f",{code},{admin},{code[:2]},{code[2:5]},{code[5:8]}"
            for road in _roads(place, syllables):
                cells.append(f"{head}{area} {road}{tail}".encode("cp949"))
            cells.append(f"{head} {tail}".encode("cp949"))
        return pa.array(cells, pa.binary())


def _roads(place: int, syllables: list[str]) -> list[str]:
    one, two = syllables[place * 37 % 128], syllables[place // 128 * 53 % 128]
    return [f"가상{one}로", f"가상{one}로{place % 90 + 1}번길", f"시연{two}길"]


@cache
def load_places() -> Places:
    """Join the postal codes with the names of their legal dongs."""
    as_text = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(("legal_dong_code", "postal_code"), pa.string()), strings_can_be_null=False
    )
    codes = pa_csv.read_csv(data_path("postal_code.csv.gz"), convert_options=as_text)
    codes = codes.sort_by([("legal_dong_code", "ascending"), ("postal_code", "ascending")])
    names = {
        row["legal_dong_code"]: " ".join(filter(None, (row["sido"], row["sigungu"], row["dong"])))
        for row in pa_csv.read_csv(data_path("legal_dong.csv.gz"), convert_options=as_text).to_pylist()
    }
    legal_dong_code = codes["legal_dong_code"].to_pylist()
    return Places(
        legal_dong_code=legal_dong_code,
        postal_code=codes["postal_code"].to_pylist(),
        name=[names[code] for code in legal_dong_code],
        addresses=codes["addresses"].to_numpy(),
    )
