"""Industries: the KSIC division of a tax-office code, by rules on its first digits.

The tax office's own table that links its codes to the standard classification is not shipped here. Its codes are laid
out like an old KSIC, so two to six leading digits fix a division of today's; `data/industry_rule.csv` says which, and
how sure that is: `exact` (every name seen under the prefix lies in the division), `layout` (the layout says so, and
some detail codes may lie elsewhere).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import pyarrow as pa

from sogong_pipeline.lake.partitions import SHORT, digest_of

UNKNOWN = "unknown"
"""The division of a missing code, of one that no rule covers, and of freelancers (94), who are no industry."""
SOURCE = "layout of the tax office's codes and the names seen in the file; divisions of KSIC 10 and 11"
MANUFACTURING_SECTION = "C"


@dataclass(frozen=True, slots=True)
class Rule:
    """Codes that begin with a prefix lie in a division; the longest prefix wins."""

    code_prefix: str
    division: str
    quality: str
    note: str


@dataclass(frozen=True, slots=True)
class Division:
    """A two-digit KSIC division with its section letter and Korean name."""

    division: str
    section: str
    name: str

    @property
    def is_manufacturing(self) -> bool:
        """Whether it lies in section C: tax-office codes 15 to 36 less publishing (221)."""
        return self.section == MANUFACTURING_SECTION


def _read(name: str) -> list[dict[str, str]]:
    text = resources.files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by prefix."""
    return tuple(Rule(**row) for row in _read("industry_rule.csv"))


@cache
def divisions() -> dict[str, Division]:
    """Every division by its code."""
    return {row["division"]: Division(**row) for row in _read("division.csv")}


def classify(industry_code: str | None) -> tuple[str, str]:
    """The division of a tax-office code and the quality of the match: exact, layout or unknown."""
    found = [rule for rule in rules() if industry_code and industry_code.startswith(rule.code_prefix)]
    if not found or industry_code in {"000000", "999999"}:
        return UNKNOWN, UNKNOWN
    best = max(found, key=lambda rule: len(rule.code_prefix))
    return best.division, best.quality


def rule_table() -> pa.Table:
    """The rules as the view `industry_rule` of a query: code_prefix, division."""
    return pa.table(
        {
            "code_prefix": pa.array([rule.code_prefix for rule in rules()], pa.string()),
            "division": pa.array([rule.division for rule in rules()], pa.string()),
        }
    )


@cache
def industry_version() -> str:
    """A digest of the rules; a changed one makes what was classified with them stale."""
    return digest_of(_read("industry_rule.csv"))[:SHORT]
