"""Lists of uploads, and the order in which they are searched for a month; cheap to import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sogong_pipeline.nps.portal.pages import Publication
from sogong_pipeline.periods import Month

BytesProgress = Callable[[int, int | None], None]
"""Called with the bytes received so far and the bytes announced, None when they were not."""


@dataclass(frozen=True)
class Listing:
    """The uploads of a data set.

    Attributes:
        uploads: Newest label first.
        gap: The known gap in the list, for messages; blank when there is none.
    """

    uploads: list[Publication]
    gap: str = ""


def uploads_for(month: Month, uploads: list[Publication]) -> list[Publication]:
    """Return the uploads whose label allows them to hold `month`, the likeliest first.

    A file is extracted in the month after its data month, so that label month comes first; then the month itself
    (some labels give the data month) and the month after next (late uploads). Of two uploads in one label month the
    earlier comes first, because the first release is the one kept.
    """
    likely = (month.shift(1), month, month.shift(2))
    rank = {str(label_month).replace("-", ""): place for place, label_month in enumerate(likely)}
    candidates = [upload for upload in uploads if upload.label[:6] in rank]
    return sorted(candidates, key=lambda upload: (rank[upload.label[:6]], upload.label))
