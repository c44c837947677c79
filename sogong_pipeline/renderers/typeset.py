"""Typst in a process of its own, which is replaced after a few pages: it keeps what it laid out and would grow.

Run as `python -m sogong_pipeline.renderers.typeset`, it takes a job a line on standard input (JSON: template, format,
ppi, page) and answers with a line of JSON (`lengths` of the files that follow, or an `error`) and the files' bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typst

from sogong_pipeline.renderers.fonts import FOLDER

TEMPLATES = Path(__file__).parent / "templates"
MOMENT = 0
"""The time of creation that every file claims, so that the same page gives the same bytes."""


def typeset(job: dict[str, Any], fonts: typst.Fonts) -> list[bytes]:
    """One job: our fonts alone, no network, no clock."""
    compiler = typst.Compiler(
        input=TEMPLATES / job["template"], root=TEMPLATES, font_paths=fonts, sys_inputs={"page": job["page"]}
    )
    if job["format"] == "pdf":
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=MOMENT)
    else:
        made = compiler.compile(format="png", ppi=job["ppi"])
    return [made] if isinstance(made, bytes) else made or []


def main() -> None:
    """Take jobs until standard input ends."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)])
    for line in sys.stdin.buffer:
        files: list[bytes] = []
        try:
            files = typeset(json.loads(line), fonts)
            answer: dict[str, Any] = {"lengths": [len(file) for file in files]}
        except typst.TypstError as error:
            answer = {"error": f"{error}"}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(files))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
