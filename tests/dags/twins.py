"""One lake under the real scheduler, and its twin that the command line fills alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from sogong_pipeline.cli.main import app
from sogong_pipeline.settings import Settings
from sogong_pipeline.steps.installation import Installation
from sogong_pipeline.warehouse.load import Warehouse
from sogong_pipeline.warehouse.tables import metadata
from tests.warehouse.test_warehouse import dump

NOW = "2022-08-29T09:00:00+09:00"
"""The clock of both: two of the months are news, their bulletins are written unasked; the next one is late."""
Digest = Callable[[Path], dict[str, str]]
Export = dict[str, list[tuple[str, ...]]]


@dataclass(frozen=True)
class Twins:
    """Two installations: `scheduled` belongs to Airflow, `typed` to the command line, always on SQLite."""

    scheduled: Installation
    typed: Installation
    portal: str

    @classmethod
    def below(cls, folder: Path, portal: str, warehouse_url: str = "") -> Twins:
        """Two empty installations with a clock that stands still."""
        return cls(
            scheduled=Installation(Settings(home=folder / "home", now=NOW, warehouse_url=warehouse_url)),
            typed=Installation(Settings(home=folder / "typed", now=NOW)),
            portal=portal,
        )

    def type(self, *arguments: str | Path) -> None:
        """Run `sogong` for the twin."""
        home = str(self.typed.settings.home)
        told = {"SOGONG_HOME": home, "SOGONG_NOW": NOW, "SOGONG_PORTAL_URL": self.portal}
        done = CliRunner().invoke(app, list(map(str, arguments)), env=told)
        assert done.exit_code == 0, done.output

    def type_quarters(self) -> None:
        """Have the twin propose and publish every quarter that changed."""
        changed = self.typed.quarters.changed()
        self.type("propose", "--every")
        for quarter in changed:
            self.type("publish", str(quarter), "--draft")
            self.type("trend", str(quarter))
            self.type("release", str(quarter))

    def caught_up(self) -> bool:
        """Whether the scheduler has brought every quarter and its reports to where the twin is."""
        return self._reports(self.scheduled) == self._reports(self.typed) and all(
            self.scheduled.lake.current("editions", quarter) == self.typed.lake.current("editions", quarter)
            for quarter in self.typed.lake.children("editions")
        )

    def assert_alike(self, digest_tree: Digest) -> None:
        """Same files in the lake, same reports, same rows in the warehouse.

        A quarter proposed under the scheduler while its months were coming in has partial editions besides; they
        are left out, the twin waited for all three.
        """
        made = {
            layer: {
                name
                for quarter in self.typed.lake.children(layer)
                for name in self.typed.lake.children(layer, quarter)
            }
            for layer in ("editions", "histories", "norms")
        }
        editions = made["editions"]

        def lake(pipeline: Installation) -> dict[str, str]:
            tree = digest_tree(pipeline.settings.home / "lake")
            return {path: digest for path, digest in tree.items() if not is_left_out(*Path(path).parts)}

        def is_left_out(layer: str, *key: str) -> bool:
            """Partial editions with all they judge by, and the logs; `caught_up` compares their last line.

            Lists of a survey are drawn from each edition, the partial ones too.
            """
            if layer == "drawn":
                return True
            if layer == "proposals":
                layer = "editions"  # its key names one
            return layer in made and (key[-1] == "current" or key[1] not in made[layer])

        assert lake(self.scheduled) == lake(self.typed)
        assert self._reports(self.scheduled) == self._reports(self.typed)
        assert _export(self.scheduled, editions) == _export(self.typed, editions)

    @staticmethod
    def _reports(pipeline: Installation) -> dict[str, bytes]:
        folder = pipeline.settings.home / "reports"
        return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.html"))}


def _export(pipeline: Installation, editions: set[str]) -> dict[str, Any]:
    """The canonical export of a warehouse, of the quarters' tables some editions only, without their history."""
    rows = dump(Warehouse(pipeline))
    del rows["edition_in_force"]
    for name in rows:
        columns = list(metadata().tables[name.removesuffix("_latest")].columns.keys())
        if "edition" in columns:
            at = columns.index("edition")
            rows[name] = [row for row in rows[name] if row[at].strip("'") in editions]
    return rows
