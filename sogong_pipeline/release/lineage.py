"""Where every figure comes from: digests of raw files, registry, decisions and code."""

from __future__ import annotations

import json
from typing import Any

from sogong_pipeline.lake.partitions import Partition
from sogong_pipeline.release.source import Source

PORTAL = "https://www.data.go.kr/data/15083277/fileData.do"
TITLE = "국민연금공단_국민연금 가입 사업장 내역"


def lineage(source: Source) -> dict[str, Any]:
    """The inputs of a release as the manifests of the lake have them; no name of a file, machine or person."""
    return {
        "quarter": str(source.quarter),
        "edition": source.edition.folder.name,
        "edition_inputs": source.edition.manifest["inputs"],
        "months": [
            {
                "data_month": raw.manifest["key"][0],
                "vintage": raw.manifest["key"][1],
                "label": raw.facts["label"],
                "sha256": raw.manifest["files"]["file"]["sha256"],
                "bytes": raw.manifest["files"]["file"]["bytes"],
                "retrieved_at": raw.manifest["recorded_at"],
                "rows": staged.facts["rows"],
                "quarantined_rows": staged.facts["quarantined_rows"],
            }
            for raw, staged, is_used in source.files()
            if is_used
        ],
        "registry": {
            "version": source.registry.version,
            "open": source.is_open,
            "simulated": source.is_simulated,
            "sha256": source.loaded[-1].manifest["files"]["registry"]["sha256"],
        },
        "rule_sets": {
            name: {"version": partition.facts.get("rule_set_version"), **_made(partition)}
            for name, partition in source.judged.items()
        },
        "decisions": [
            {
                "period": partition.manifest["key"][0],
                "office_code": partition.manifest["key"][1],
                "sha256": partition.manifest["files"]["decision"]["sha256"],
            }
            for partition in source.decisions()
        ],
    }


def sources(source: Source) -> list[dict[str, Any]]:
    """The raw files as sources of a data package, oldest month first."""
    return [
        {
            "title": f"{TITLE} {month['data_month']}",
            "path": PORTAL,
            "data_month": month["data_month"],
            "label": month["label"],
            "hash": f"sha256:{month['sha256']}",
            "bytes": month["bytes"],
        }
        for month in lineage(source)["months"]
    ]


def as_text(value: Any) -> str:
    """JSON that is the same text each time."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _made(partition: Partition) -> dict[str, Any]:
    return {"inputs": partition.manifest["inputs"]}
