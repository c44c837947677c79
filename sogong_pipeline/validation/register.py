"""Accuracy of placing on real rows: joined rows are withheld a tenth at a time and placed by all other evidence.

A factory register is the only truth about real rows that the placing rules were not tuned on. A withheld row loses
its own register evidence and teaches no place, so this measures everything but the register. The register itself is
judged by the number of names that join in a legal dong drawn at random, and by rows of one firm that contradict each
other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sogong_pipeline.districts.matching import Book, weigh
from sogong_pipeline.factories.evidence import learn_places, thresholds
from sogong_pipeline.factories.firms import plain_names
from sogong_pipeline.sql_engine import Engine
from sogong_pipeline.validation.intervals import NO_ROW, Share

TENTHS = 10
SIZES = ("1-4", "5-9", "10-29", "30-99", "100-299", "300+")
CUTS = ("grade", "evidence", "sido_code", "kind", "trade")
"""Cuts by which the outcomes of withheld rows are reported."""
OUTCOMES = ("right", "wrong", "unnamed", "untold", "neither")
"""Of a hidden row: in the district its register row names; in another one; in one though its row names none; in none
though it names one; in none, and it names none."""
COVERED = 0.01
"""Fewest register rows of a sido for it to count as covered."""


@dataclass(frozen=True)
class Month:
    """Files of one month that a measurement reads.

    Attributes:
        workplace: Staged rows.
        placed: The same rows placed by addresses alone.
        address_evidence: Evidence of the registers (sql/book/address_evidence).
        learned_place: Places learned from joined workplaces (sql/book/learned_place).
        factory_firm: The firms of the registers (sql/firms/factory_firm).
    """

    workplace: Path
    placed: Path
    address_evidence: Path
    learned_place: Path
    factory_firm: Path


@dataclass(frozen=True)
class Measured:
    """Results of the measurement.

    Attributes:
        coverage: Shares of the manufacturers of covered sidos that a register names or a learned place covers, by
            source: register, placed_by_register, learned_place, unnamed_place, together, placed_together.
        joined_by_size: Share joined to a register, by size band of manufacturers, and of the other trades.
        hidden: One row per hidden workplace: grade, evidence, sido_code, kind, trade, outcome.
        random_dong: Manufacturers that join in a legal dong of another sido drawn at random.
        contradictions: Joined workplaces whose register rows name different places.
        several: Joined workplaces whose name of a complex stands for several districts.
    """

    coverage: dict[str, Share]
    joined_by_size: dict[str, Share]
    hidden: pd.DataFrame
    random_dong: Share
    contradictions: Share
    several: Share

    def precision(self, cut: str, *, strict: bool = True) -> dict[str, Share]:
        """Return the precision of placed withheld rows by a cut; `strict` counts an unnamed row as outside."""
        placed = self.hidden[
            self.hidden["outcome"].isin(["right", "wrong", *(["unnamed"] if strict else [])])
        ]
        return {
            str(key): Share(int((rows["outcome"] == "right").sum()), len(rows))
            for key, rows in placed.groupby(cut, sort=True)
        }

    def counts(self, cut: str) -> pd.DataFrame:
        """Return withheld rows by a cut and outcome, every outcome a column."""
        table = pd.crosstab(self.hidden[cut], self.hidden["outcome"])
        return table.reindex(columns=list(OUTCOMES), fill_value=0)


def measure(month: Month, kinds: Mapping[str, str], seed: int, workspace: Path) -> Measured:
    """Measure placing on the joined rows of a month.

    Args:
        month: its files.
        kinds: the kind of each district.
        seed: seed for the folds of withheld rows and the drawn legal dongs.
        workspace: an empty folder.

    Returns:
        Figures of counted rows only.
    """
    rows = _rows(month, workspace)
    tenths = [_hide(month, rows, (seed, tenth), kinds, workspace) for tenth in range(TENTHS)]
    hidden = pd.concat(tenths)
    joined = rows[rows["verdict"].notna()]
    return Measured(
        coverage=_coverage(rows),
        joined_by_size=_by_size(rows),
        hidden=hidden.reset_index(drop=True),
        random_dong=_random_dong(month, rows, seed, workspace),
        contradictions=Share(int((joined["verdict"] == "disagree").sum()), len(joined)),
        several=Share(int((joined["verdict"] == "several").sum()), len(joined)),
    )


def _rows(month: Month, workspace: Path) -> pd.DataFrame:
    """Return the counted rows with the evidence of the register and of places learned from all joined rows."""
    with Engine(workspace) as engine:
        for name in ("workplace", "placed", "address_evidence", "learned_place", "factory_firm"):
            engine.view(name, getattr(month, name))
        engine.variables({**thresholds(), "covered": COVERED})
        frame: pd.DataFrame = engine.execute(
            """
            WITH covered AS (
                SELECT sido_code
                FROM (
                    SELECT code[:2] AS sido_code, count(*) AS rows
                    FROM (SELECT unnest(sigungu_codes) AS code FROM factory_firm WHERE site = 1)
                    GROUP BY ALL
                )
                QUALIFY rows >= getvariable('covered') * sum(rows) OVER ()
            )
            SELECT
                placed.row_number, placed.workplace_id, workplace.workplace_name, placed.sido_code, placed.size_band,
                placed.division BETWEEN getvariable('first_division') AND getvariable('last_division')
                    AS is_manufacturer,
                covered.sido_code IS NOT NULL AS is_covered,
                evidence.verdict,
                CASE WHEN evidence.verdict = 'one' THEN evidence.district_ids[1] END AS named_id,
                coalesce(place.is_learned, false) AS is_learned,
                coalesce(place.is_unnamed, false) AS is_unnamed
            FROM placed
            JOIN workplace USING (row_number)
            LEFT JOIN covered ON covered.sido_code = placed.sido_code
            LEFT JOIN address_evidence AS evidence
                ON evidence.workplace_id = placed.workplace_id
                AND evidence.postal_code IS NOT DISTINCT FROM workplace.postal_code
                AND evidence.legal_dong_code IS NOT DISTINCT FROM placed.legal_dong_code
                AND evidence.road IS NOT DISTINCT FROM nullif(road_name(workplace.road_address), '')
            LEFT JOIN learned_place AS place
                ON place.cell = 'postal_dong' AND place.postal_code = workplace.postal_code
                AND place.legal_dong_code = placed.legal_dong_code
            WHERE placed.is_counted
            ORDER BY placed.row_number
            """
        ).df()
    return frame


def _coverage(rows: pd.DataFrame) -> dict[str, Share]:
    makers = rows[rows["is_covered"] & rows["is_manufacturer"]]
    joined, total = makers["verdict"].notna(), len(makers)
    learned = ~joined & makers["is_learned"]
    unnamed = ~joined & ~makers["is_learned"] & makers["is_unnamed"]
    by_register = makers["named_id"].notna()
    counted = {
        "register": joined,
        "placed_by_register": by_register,
        "learned_place": learned,
        "unnamed_place": unnamed,
        "together": joined | learned | unnamed,
        "placed_together": by_register | learned,
    }
    return {name: Share(int(mask.sum()), total) for name, mask in counted.items()}


def _by_size(rows: pd.DataFrame) -> dict[str, Share]:
    covered = rows[rows["is_covered"]]
    makers, others = covered[covered["is_manufacturer"]], covered[~covered["is_manufacturer"]]
    sizes = {size: makers[makers["size_band"] == size] for size in SIZES} | {"other trades": others}
    return {name: Share(int(of["verdict"].notna().sum()), len(of)) for name, of in sizes.items()}


def _hide(
    month: Month, rows: pd.DataFrame, drawn: tuple[int, int], kinds: Mapping[str, str], workspace: Path
) -> pd.DataFrame:
    """Withhold a tenth of the joined workplaces and place them by all other evidence."""
    with Engine(workspace) as engine:
        engine.view("address_evidence", month.address_evidence)
        engine.view("placed", month.placed)
        engine.variables({"seed": str(drawn[0]), "tenths": TENTHS, "tenth": drawn[1]})
        is_hidden = (
            "(md5_number_lower(concat_ws('|', getvariable('seed'), workplace_id)) % getvariable('tenths'))"
            " = getvariable('tenth')"
        )
        engine.view("workplace", month.workplace)
        rest, hidden, published = (workspace / f"{name}.parquet" for name in ("rest", "hidden", "published"))
        engine.write(f"SELECT * FROM address_evidence WHERE NOT {is_hidden}", rest)
        engine.write(
            f"""
            SELECT * FROM placed
            WHERE {is_hidden} AND is_counted
                AND workplace_id IN (SELECT workplace_id FROM address_evidence WHERE verdict IN ('one', 'unnamed'))
            ORDER BY row_number
            """,
            hidden,
        )
        engine.view("hidden", hidden)
        engine.write(
            "SELECT workplace.* FROM workplace SEMI JOIN hidden USING (row_number) ORDER BY row_number",
            published,
        )
    places, member = workspace / "places.parquet", workspace / "member.parquet"
    learn_places(rest, places, workspace)
    weigh(published, hidden, Book(rest, places), member)
    placed = pq.read_table(member, columns=["row_number", "district_id", "grade", "evidence"]).to_pandas()
    truth = rows[rows["verdict"].isin(["one", "unnamed"])]
    placed = placed.merge(
        truth[["row_number", "sido_code", "named_id", "is_manufacturer"]], on="row_number", how="inner"
    )
    has_place, has_name = placed["district_id"].notna(), placed["named_id"].notna()
    outcome = pd.Series("neither", index=placed.index)
    outcome[has_place & has_name] = "wrong"
    outcome[has_place & (placed["district_id"] == placed["named_id"])] = "right"
    outcome[has_place & ~has_name] = "unnamed"
    outcome[~has_place & has_name] = "untold"
    outcomes: pd.DataFrame = placed.assign(
        outcome=outcome,
        evidence=placed["evidence"].fillna("none"),
        kind=placed["named_id"].fillna(placed["district_id"]).map(kinds).fillna("none"),
        trade=placed["is_manufacturer"].map({True: "manufacturing", False: "other"}),
    )
    return outcomes[["row_number", *CUTS, "outcome"]]


def _random_dong(month: Month, rows: pd.DataFrame, seed: int, workspace: Path) -> Share:
    """Return the share of manufacturers that join by name in a random legal dong of another sido.

    Dongs are drawn with the frequency of register rows in them.
    """
    makers = rows.loc[rows["is_manufacturer"], ["row_number", "workplace_name", "sido_code"]]
    with Engine(workspace) as engine:
        engine.view("factory_firm", month.factory_firm)
        engine.connection.register("maker", pa.Table.from_pandas(makers, preserve_index=False))
        names = pa.chunked_array([pa.array(makers["workplace_name"].tolist(), pa.string())])
        engine.connection.register("row_name", plain_names(engine, names))
        engine.variables({"seed": str(seed)})
        row: dict[str, Any] = engine.rows(
            """
            WITH site AS (
                SELECT DISTINCT plain_name, unnest(legal_dong_codes) AS legal_dong_code FROM factory_firm
            ),
            numbered AS (
                SELECT legal_dong_code, row_number() OVER (ORDER BY legal_dong_code, plain_name) - 1 AS turn FROM site
            ),
            drawn AS (
                SELECT
                    maker.*, row_name.plain_name,
                    md5_number_lower(concat_ws('|', getvariable('seed'), row_number))
                        % (SELECT count(*) FROM site) AS turn
                FROM maker JOIN row_name ON row_name.name = maker.workplace_name
            )
            SELECT count(*) AS total, count(site.plain_name) AS joined
            FROM drawn
            JOIN numbered USING (turn)
            LEFT JOIN site ON site.plain_name = drawn.plain_name AND site.legal_dong_code = numbered.legal_dong_code
            WHERE numbered.legal_dong_code[:2] <> drawn.sido_code
            """
        )[0]
    return Share(int(row["joined"]), int(row["total"]))


def lines(measured: Measured) -> list[str]:
    """Format the figures as Markdown."""
    labels = {
        "register": "joined to a register row",
        "placed_by_register": "of which it names one district",
        "learned_place": "not joined, in a learned place",
        "unnamed_place": "not joined, in a place whose rows name none",
        "together": "known by register or learned place",
        "placed_together": "of which placed in a district",
    }
    made = [
        "| manufacturers of the sidos covered | share (95 % interval) |",
        "|---|---|",
        *(f"| {labels[name]} | {share} |" for name, share in measured.coverage.items()),
        "",
        "| subscribers | joined |",
        "|---|---|",
        *(f"| {name} | {share} |" for name, share in measured.joined_by_size.items()),
        "",
        f"Joined in a legal dong drawn at random: {measured.random_dong}. Contradicting rows of one firm: "
        f"{measured.contradictions}. Names of several districts: {measured.several}.",
        "",
        f"Hidden a tenth at a time and placed by everything else: {len(measured.hidden):,} rows.",
    ]
    for cut in CUTS:
        strict, named = measured.precision(cut), measured.precision(cut, strict=False)
        made += [
            "",
            f"| {cut} | {' | '.join(OUTCOMES)} | right, unnamed counted as wrong | right of those named |",
            "|---" * (len(OUTCOMES) + 3) + "|",
        ]
        for key, row in measured.counts(cut).iterrows():
            counts = " | ".join(f"{count:,}" for count in row)
            made.append(
                f"| {key} | {counts} | {strict.get(str(key), NO_ROW)} | {named.get(str(key), NO_ROW)} |"
            )
    return made
