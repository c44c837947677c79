"""The formats a page can be written in: one entry and one module each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.pages.parts import Format, Page


@dataclass(frozen=True, slots=True)
class Renderer:
    """A format: what its files end in and are served as, and the module whose `render(page)` gives their bytes.

    The module is imported when it is used: whoever writes HTML alone does not load a typesetter.
    """

    suffix: Format
    media_type: str
    module: str

    def render(self, page: Page) -> bytes:
        """The page in this format; the same page always gives the same bytes."""
        rendered: bytes = import_module(self.module).render(page)
        return rendered


RENDERERS: Mapping[Format, Renderer] = {
    renderer.suffix: renderer
    for renderer in (
        Renderer("html", "text/html", f"{__package__}.html"),
        Renderer("pdf", "application/pdf", f"{__package__}.pdf"),
        Renderer(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            f"{__package__}.xlsx",
        ),
        Renderer("hwpx", "application/hwp+zip", f"{__package__}.hwpx"),
    )
}
EVERYDAY: Sequence[Format] = ("html", "pdf")
"""What drafts, bulletins, briefings and extracts are written in unless somebody asks for others."""
FINAL: Sequence[Format] = tuple(RENDERERS)
"""What final reports are written in."""
BROWSER: Format = "html"
"""The format that links lead to and that a person is shown."""


def file_name(stem: str, suffix: Format = BROWSER) -> str:
    """What a page's file is called in a format."""
    return f"{stem}.{suffix}"


def parse_formats(text: str) -> Sequence[Format]:
    """The formats of a list such as `html,pdf`, in the order of the registry.

    Raises:
        RefusedError: when one is unknown.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in RENDERERS]
    if unknown or not names:
        raise RefusedError(
            f"unknown format {', '.join(unknown) or repr(text)}; choose from {','.join(RENDERERS)}"
        )
    return in_order(name for name in RENDERERS if name in names)


def in_order(formats: Iterable[Format]) -> Sequence[Format]:
    """The formats in the order of the registry."""
    chosen = set(formats)
    return [suffix for suffix in RENDERERS if suffix in chosen]
