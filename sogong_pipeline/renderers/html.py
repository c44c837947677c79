"""A page as one HTML file that needs nothing but itself: no script to read it, no font, no network."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sogong_pipeline.pages import palette
from sogong_pipeline.pages.drawings import Drawing
from sogong_pipeline.pages.parts import Page
from sogong_pipeline.pages.wording import texts
from sogong_pipeline.renderers.svg.draw import draw
from sogong_pipeline.renderers.svg.marks import mark
from sogong_pipeline.vocabulary import STAGES, legend, statuses


def render(page: Page) -> bytes:
    """Lay a page out as HTML; the same page always gives the same bytes.

    Each kind has a template, and a style of its own after the common one where it needs any; only reports have a
    script, which searches and sorts their tables.
    """
    environment, kind = _environment(), page.kind
    style = environment.get_template("style.css.j2").render(head=page.masthead, palette=palette, kind=kind)
    script = ""
    if kind == "report":
        script = files(__package__).joinpath("templates", "table.js").read_text(encoding="utf-8")
    text = environment.get_template("base.html.j2").render(
        kind=kind,
        model=page,
        head=page.masthead,
        words=texts().report,
        style=style,
        script=script,
        style_digest=_digest(style),
        script_digest=_digest(script),
        marks={stage: mark(stage, 6, 6, 9) for stage in STAGES if kind in {"report", "briefing", "clusters"}},
    )
    return text.encode()


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
    environment.globals.update(statuses=statuses(), legend_of=legend, draw=_draw)
    return environment


def _draw(drawing: Drawing | None) -> Markup:
    """A drawing as markup; nothing where nothing is known to draw."""
    return Markup(draw(drawing) if drawing else "")  # noqa: S704 - the drawer escapes what it writes


def _css_string(text: str) -> str:
    """Text as a quoted CSS string; all but letters, digits and blanks as escapes, each ended by a blank."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text) + '"'


def _digest(text: str) -> str:
    """What the page's own content security policy lets through."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
