"""The layers of the lake, each declared once: status, clean, verify, forecast and the inputs of editions follow.

`builder` is a dotted name that `steps/` alone resolves: nothing here imports what it names. The queries of a layer are
those of the folder of its name in `sql/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["kept", "derived", "edition"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer.

    Attributes:
        name: The folder of the lake.
        key: What its partitions are about, part by part.
        kind: kept for ever, derived from the others at any time, or an edition: derived from the state of the others
            at one time, and kept because decisions cite it.
        about: What a partition holds.
        needs: The layers whose partitions it is made from.
        builder: The function that makes a partition, as a dotted name.
        data: The data files its code reads, as patterns below the package, or beside `sql/` and `expectations/`.
        command: What makes a partition, with the first part of its key; empty where no command does again.
    """

    name: str
    key: tuple[str, ...]
    kind: Kind
    about: str
    needs: tuple[str, ...] = ()
    builder: str = ""
    data: tuple[str, ...] = ()
    command: str = ""


INGEST, PROPOSE = "ingest {0}", "propose {0}"
REGIONS = "regions/data/*"
INDUSTRIES = "industries/data/*"
RATES = "rates/contribution.yaml"
BREAKS = "indicators/series_breaks.yaml"

LAYERS: tuple[Layer, ...] = (
    Layer("raw", ("month", "vintage"), "kept", "the file as received", command=INGEST),
    Layer(
        "registry",
        ("version",),
        "kept",
        "the districts as loaded, with the files they came in",
        command="registry load FILE",
    ),
    Layer(
        "registers",
        ("version",),
        "kept",
        "factory registers as read, without what is not needed of them",
        command="factories load FILE",
    ),
    Layer(
        "aliases",
        ("version",),
        "kept",
        "names of complexes that a person settled",
        command="factories names --record FILE",
    ),
    Layer(
        "staged",
        ("month", "vintage"),
        "derived",
        "typed rows, and quarantined ones with their reason",
        needs=("raw",),
        builder="sogong_pipeline.nps.file.staging.stage",
        data=("nps/file/headers.yaml",),
    ),
    Layer(
        "checked",
        ("month", "vintage"),
        "derived",
        "the outcome of every check of the file; the log of which vintage counts",
        needs=("staged",),
        builder="sogong_pipeline.quality.gate.check_month",
        data=("expectations/*.yaml", REGIONS, RATES),
    ),
    Layer(
        "revised",
        ("month", "vintage"),
        "derived",
        "what a later vintage changed against the first",
        needs=("staged",),
        builder="sogong_pipeline.quality.revision.revise",
        data=(REGIONS,),
    ),
    Layer(
        "traced",
        ("month", "vintage", "vintage before"),
        "derived",
        "the workplace that every row is, from month to month",
        needs=("staged", "traced"),
        builder="sogong_pipeline.workplaces.trace.trace_month",
    ),
    Layer(
        "firms",
        ("registers",),
        "derived",
        "the firms of the registers in force, with plain name, legal dong, road and number",
        needs=("registers",),
        builder="sogong_pipeline.factories.firms.build_firms",
        data=(REGIONS, "factories/forms.yaml"),
    ),
    Layer(
        "joined",
        ("month", "vintage", "registers"),
        "derived",
        "the rows of registers that workplaces of a month are",
        needs=("staged", "traced", "firms"),
        builder="sogong_pipeline.factories.evidence.join_month",
        data=(REGIONS,),
    ),
    Layer(
        "book",
        ("districts",),
        "derived",
        "what registers say of workplaces at their addresses, and the places learned from them",
        needs=("firms", "joined", "aliases", "registry"),
        builder="sogong_pipeline.districts.book.build_book",
        data=(REGIONS, "districts/kinds.yaml", "factories/*.yaml"),
    ),
    Layer(
        "addresses",
        ("month", "vintage"),
        "derived",
        "the distinct addresses of a month in today's regions, and that of every row",
        needs=("staged",),
        builder="sogong_pipeline.districts.addresses.list_addresses",
        data=(REGIONS, INDUSTRIES),
    ),
    Layer(
        "matched",
        ("month", "vintage", "districts"),
        "derived",
        "the district of every row, with the grade of the match, and who speaks for each address",
        needs=("staged", "traced", "addresses", "registry", "book", "matched"),
        builder="sogong_pipeline.districts.matching.match",
        data=(REGIONS, INDUSTRIES, "districts/kinds.yaml", "factories/learning.yaml"),
    ),
    Layer(
        "placed",
        ("month", "vintage", "districts", "vintage before"),
        "derived",
        "the outcome of every check of how the month was placed and traced",
        needs=("matched",),
        builder="sogong_pipeline.quality.placing.check_placing",
        data=("expectations/placing_profile.yaml", "expectations/sido_bounds.yaml"),
    ),
    Layer(
        "held",
        ("month", "vintage", "number"),
        "kept",
        "what held a month, and what a person accepted of it and why",
        command="month accept {0}",
    ),
    Layer(
        "moved",
        ("month", "vintage", "districts", "vintage before"),
        "derived",
        "the workplaces that came to and left districts",
        needs=("staged", "traced", "matched"),
        builder="sogong_pipeline.workplaces.flows.move_month",
        data=(RATES,),
    ),
    Layer(
        "measured",
        ("month", "vintage", "districts"),
        "derived",
        "the facts of a month by district, region, industry, size and grade",
        needs=("matched",),
        builder="sogong_pipeline.indicators.month.measure_month",
        data=(REGIONS, INDUSTRIES, RATES, BREAKS, "expectations/month_account.yaml"),
    ),
    Layer(
        "editions",
        ("quarter", "edition"),
        "edition",
        "the facts of a quarter",
        needs=("measured", "matched", "moved"),
        builder="sogong_pipeline.indicators.edition.measure_edition",
        data=(REGIONS, INDUSTRIES, RATES, BREAKS, "indicators/seasonality.yaml"),
        command=PROPOSE,
    ),
    Layer(
        "histories",
        ("quarter", "inputs"),
        "derived",
        "what the months of a quarter say of each workplace, in districts and in the nation",
        needs=("matched",),
        builder="sogong_pipeline.stages.likelihood.histories.sum_quarter",
        data=(INDUSTRIES, RATES),
        command=PROPOSE,
    ),
    Layer(
        "norms",
        ("quarter", "inputs"),
        "derived",
        "how the nation's workplaces fared over each lag, by size and industry",
        needs=("histories",),
        builder="sogong_pipeline.stages.likelihood.norm_files.measure_norm_files",
        data=(INDUSTRIES, RATES),
        command=PROPOSE,
    ),
    Layer(
        "proposals",
        ("quarter", "edition", "rule set", "version"),
        "edition",
        "the stage of every district by one rule set, with its confidence or its evidence",
        needs=("editions", "histories", "norms"),
        builder="sogong_pipeline.stages.doubt.propose_or_hold",
        data=(
            "sql/reference/labels.yaml",
            RATES,
            INDUSTRIES,
            "stages/rules/*.yaml",
            "stages/likelihood/sentences.yaml",
        ),
        command=PROPOSE,
    ),
    Layer(
        "sheets", ("period", "issue"), "kept", "the decision sheets as issued", command="decide sheets {0}"
    ),
    Layer(
        "drawn",
        ("quarter", "draw"),
        "kept",
        "the lists of a survey as drawn",
        command="survey draw {0}",
    ),
    Layer(
        "answers",
        ("quarter", "office", "recording"),
        "kept",
        "what came back of a survey, with the files it came in",
    ),
    Layer(
        "support",
        ("recording",),
        "kept",
        "who got what under which programme, with the sheets it came in",
        command="programmes record FILE",
    ),
    Layer(
        "counts",
        ("version",),
        "kept",
        "counts of small manufacturers as loaded, with the files they came in",
        command="clusters load FILE",
    ),
    Layer(
        "centre_lists",
        ("version",),
        "kept",
        "official lists of centres for small manufacturers: names, operators, trades, no addresses",
        command="clusters load --official FILE",
    ),
    Layer(
        "corporations",
        ("month", "vintage"),
        "derived",
        "small corporations of manufacturing by dong and division",
        needs=("staged",),
        builder="sogong_pipeline.clusters.corporations.count_corporations",
        data=(REGIONS, INDUSTRIES),
        command="clusters load",
    ),
    Layer(
        "clusters",
        ("version",),
        "derived",
        "dongs and divisions against the law's number, shares, small corporations by month",
        needs=("counts", "centre_lists", "corporations"),
        builder="sogong_pipeline.clusters.building.build_clusters",
        data=(REGIONS, INDUSTRIES, "clusters/*.yaml", "clusters/data/*.csv"),
        command="clusters load",
    ),
    Layer(
        "outside",
        ("indicator", "vintage"),
        "kept",
        "indicators of other agencies and the office's own, what each call or file brought new, with what it came in",
        command="outside fetch {0}",
    ),
    Layer(
        "received", ("period", "office", "file"), "kept", "returned sheets that wait, and the answers given"
    ),
    Layer("decisions", ("period", "office", "recording"), "kept", "what the councils decided"),
    Layer("delivered", ("quarter",), "kept", "which final report was mailed to whom"),
)
BY_NAME = {layer.name: layer for layer in LAYERS}


def named(*kinds: Kind) -> tuple[str, ...]:
    """The names of the layers of some kinds, in the order of the table."""
    return tuple(layer.name for layer in LAYERS if layer.kind in kinds)


def remedy(name: str, *key: str) -> str:
    """How a missing partition of a layer is made or brought back; to be put into a refusal."""
    layer = BY_NAME.get(name)
    if layer and (command := layer.command or INGEST * (layer.kind == "derived")):
        return f"run `sogong {command.format(*key)}` first"
    return f"restore lake/{name} from the backup"


def below(name: str) -> tuple[str, ...]:
    """A layer and every layer it rests on that code makes, in the order of the table."""
    reached, pending = {name}, [name]
    while pending:
        for need in BY_NAME[pending.pop()].needs:
            if need not in reached:
                reached.add(need)
                pending.append(need)
    return tuple(layer.name for layer in LAYERS if layer.name in reached and layer.builder)
