"""Write the pages on small manufacturers to a folder or a bucket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sogong_pipeline.catalogue import Catalogue
from sogong_pipeline.cluster_pages.areas import sido_page, trade_page
from sogong_pipeline.cluster_pages.cards import centre_page, cluster_page, wide_area_page
from sogong_pipeline.cluster_pages.collect import ClusterSource, collect
from sogong_pipeline.cluster_pages.index import divisions_of, index_page, sidos
from sogong_pipeline.lake.store import open_reports
from sogong_pipeline.pages.parts import Format, Page
from sogong_pipeline.renderers.published import Published, write_pages
from sogong_pipeline.renderers.registry import FINAL

FOLDER = "clusters"


def publish_clusters(catalogue: Catalogue, formats: Sequence[Format] = FINAL) -> Published:
    """Write every page; the overview is `index`.

    Raises:
        RefusedError: when no count of small manufacturers is loaded.
    """
    return write_pages(pages(collect(catalogue)), open_reports(catalogue.settings, FOLDER), formats)


def pages(source: ClusterSource) -> Iterator[Page]:
    """Yield every page, the overview first."""
    yield index_page(source)
    for division in divisions_of(source):
        yield trade_page(source, division)
    for code in sidos(source):
        yield sido_page(source, code)
    for row in source.shown:
        yield cluster_page(source, row)
    for centre in source.centres:
        if centre.kind == "wide_area":
            yield wide_area_page(source, centre)
        elif centre.kind != "complex":
            yield centre_page(source, centre)
