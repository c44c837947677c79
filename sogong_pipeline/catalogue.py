"""The catalogue: what an installation has in its lake, and which vintage and edition counts. It only reads.

Documents, the warehouse and the command line ask here; nothing that is asked builds a partition.
"""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath

from sogong_pipeline.errors import RefusedError
from sogong_pipeline.lake.layers import named
from sogong_pipeline.lake.partitions import Lake, Partition
from sogong_pipeline.lake.store import open_lake
from sogong_pipeline.periods import Month, Quarter
from sogong_pipeline.settings import Settings


class Catalogue:
    """The lake that some settings name, and what counts in it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lake = Lake(open_lake(settings))

    def require_lake(self) -> None:
        """Refuse to go on where nothing was ever loaded: a wrong home looks like an empty lake.

        Raises:
            RefusedError: when no kept layer has anything in it.
        """
        if not any(self.lake.store.folders(PurePosixPath(layer)) for layer in named("kept")):
            raise RefusedError(
                f"there is no lake in {self.lake.store.address}; correct SOGONG_HOME (now "
                f"{self.settings.home.resolve()}) or "
                "SOGONG_LAKE_URL, or begin a lake with `sogong registry load FILE` and `sogong ingest MONTH`"
            )

    def now(self) -> str:
        """The time to record, Seoul, ISO 8601."""
        return self.settings.clock().isoformat()

    def passed(self) -> list[Month]:
        """The months that are in and passed the gate, oldest first."""
        landed = map(Month.parse, self.lake.children("raw"))
        return [month for month in landed if self.vintage_of(month) is not None]

    def vintage_of(self, month: Month, known: dt.datetime | None = None) -> str | None:
        """The vintage of a month that counts: the last that passed the gate, by a moment where one is given."""
        return self.lake.current("checked", str(month), known=known)

    def vintages(self, month: Month) -> list[str]:
        """The landed vintages of a month: the one ingested last, then the newest first."""
        landed = self.lake.partitions("raw", str(month))
        last = self.lake.current("raw", str(month))
        landed.sort(key=lambda raw: (raw.folder.name == last, int(raw.facts["number"])), reverse=True)
        return [partition.folder.name for partition in landed]

    def counted(self, month: Month) -> list[str]:
        """The vintages of a month that ever counted, in the order in which they came to."""
        return list(
            dict.fromkeys(turn.child for turn in self.lake.turns("checked", str(month)) if turn.child)
        )

    def revisions(self, month: Month) -> list[Partition]:
        """The comparisons of later vintages of a month with its first one, as far as they were made."""
        found = (self.lake.find("revised", str(month), vintage) for vintage in self.counted(month)[1:])
        return [partition for partition in found if partition is not None]

    def registries(self, known: dt.datetime | None = None) -> list[Partition]:
        """The loaded registries, oldest first, by a moment where one is given; the last is in force."""
        return [
            partition
            for partition in self.lake.partitions("registry")
            if known is None or dt.datetime.fromisoformat(partition.manifest["recorded_at"]) <= known
        ]

    def current_edition(self, quarter: Quarter, known: dt.datetime | None = None) -> str | None:
        """The name of the edition in force of a quarter, by a moment where one is given; None when it has none."""
        return self.lake.current("editions", str(quarter), known=known)

    def edition(self, quarter: Quarter, known: dt.datetime | None = None) -> Partition | None:
        """The edition a quarter was last proposed in, by a moment where one is given, or None when it never was."""
        current = self.current_edition(quarter, known)
        return self.lake.find("editions", str(quarter), current) if current else None

    def proposals(self, edition: Partition, rule_set: str) -> Partition | None:
        """The stages of an edition by a rule set, None when it was never judged by it.

        Editions made before proposals were a layer of their own hold theirs themselves.
        """
        place = (*edition.folder.parts[1:], rule_set)
        if version := self.lake.current("proposals", *place):
            return self.lake.find("proposals", *place, version)
        return edition if edition.facts.get("rule_set") == rule_set else None
