"""A report as one HTML file that needs nothing but itself: no script to read it, no font, no network."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from sogong_pipeline.reports import palette
from sogong_pipeline.reports.model import ReportModel
from sogong_pipeline.reports.source import STAGES
from sogong_pipeline.reports.wording import texts


def render(model: ReportModel) -> str:
    """Lay a report out as HTML; the same model always gives the same text."""
    style = _environment().get_template("style.css.j2").render(head=model.masthead, palette=palette)
    script = files(__package__).joinpath("templates", "table.js").read_text(encoding="utf-8")
    return _environment().get_template("report.html.j2").render(
        model=model,
        head=model.masthead,
        words=texts().report,
        style=style,
        script=script,
        style_digest=_digest(style),
        script_digest=_digest(script),
        marks={stage: palette.mark(stage, 6, 6, 9) for stage in STAGES},
    )  # fmt: skip


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["css_string"] = _css_string
    return environment


def _css_string(text: str) -> str:
    """Text as a quoted CSS string; all but letters, digits and blanks as escapes, each ended by a blank."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"'


def _digest(text: str) -> str:
    """What the page's own content security policy lets through."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
