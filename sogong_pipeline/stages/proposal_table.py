"""Columns of `stage_proposal`, common to all kinds of rule set."""

from __future__ import annotations

import pyarrow as pa

PROPOSAL = pa.schema(
    [
        ("district_id", pa.string()),
        ("quarter", pa.string()),
        ("edition", pa.string()),
        ("rule_set", pa.string()),
        ("rule_set_version", pa.string()),
        ("stage", pa.string()),
        ("confidence", pa.string()),
        ("probability_caution_pct", pa.decimal128(14, 1)),
        ("probability_severe_pct", pa.decimal128(14, 1)),
        ("undetermined_reason", pa.string()),
        ("reason_ko", pa.string()),
    ]
)
