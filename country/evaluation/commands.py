"""The commands `evaluate matching`, `evaluate breaks`, `evaluate stages`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sogong_pipeline.cli.options import Json
from sogong_pipeline.cli.progress import steps
from sogong_pipeline.errors import RefusedError
from sogong_pipeline.periods import parse_months


def evaluate_matching(
    law: Annotated[int, typer.Option(help="2 addresses as vague as real ones, 3 harder.")] = 2,
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    districts: Annotated[int, typer.Option(help="Number of districts.")] = 120,
    outside: Annotated[float, typer.Option(help="Workplaces outside districts, per one inside.")] = 1.5,
    months: Annotated[str, typer.Option(metavar="FIRST..LAST")] = "2026-03..2026-08",
    page: Annotated[
        Path | None, typer.Option(help="Measure the countries of the docs and write their page.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Match a simulated country and compare grades, districts, exits and entity resolution with its truth."""
    from tempfile import TemporaryDirectory

    from country.evaluation import page as pages
    from country.evaluation.accuracy import measure_accuracy
    from country.evaluation.country import Evaluated, Recipe, recipes
    from country.evaluation.spread import measure_spread, spread_lines, spread_recipes

    one = Recipe(law, seed, districts, outside, tuple(parse_months(months)))
    results = {}
    requested = recipes() if page else {"country": one}
    more = spread_recipes() if page else {}
    count = sum(len(recipe.months) for recipe in requested.values()) + sum(map(len, more.values()))
    with steps(count) as shown:
        for name, recipe in requested.items():
            with TemporaryDirectory() as folder:
                shown.begin(f"evaluate {name}")
                evaluated = Evaluated(recipe, Path(folder), on_month=lambda _: shown.done())
                results[name] = (recipe, measure_accuracy(evaluated))
        if page:
            shown.begin("evaluate the spread")
            spread = spread_lines(measure_spread(more, lambda _: shown.done()))
            page.write_text(pages.page(results, spread), encoding="utf-8")
    return {
        **{
            name: {"recipe": str(recipe), **pages.figures(accuracy)}
            for name, (recipe, accuracy) in results.items()
        },
        "lines": [line for recipe, accuracy in results.values() for line in pages.lines(recipe, accuracy)],
    }


def evaluate_breaks(
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    districts: Annotated[int, typer.Option(help="Number of districts.")] = 400,
    outside: Annotated[float, typer.Option(help="Workplaces outside districts, per one inside.")] = 0.05,
    months: Annotated[
        str,
        typer.Option(metavar="FIRST..LAST", help="The first quarter judged is two years after the first."),
    ] = "2021-10..2026-09",
    page: Annotated[Path | None, typer.Option(help="Write the page of docs/, too.")] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Count the alarms in quarters with a break and without, in a country where nothing befalls any district."""
    from tempfile import TemporaryDirectory

    from country.evaluation import breaks_page
    from country.evaluation.breaks import judged_quarters, measure_break_alarms
    from country.evaluation.country import Evaluated, Recipe

    recipe = Recipe(4, seed, districts, outside, tuple(parse_months(months)))
    quarters = judged_quarters(recipe.months)
    if not quarters:
        raise RefusedError(
            f"{months} holds no whole quarter two years after its first; give 2021-10..2026-09"
        )
    with TemporaryDirectory() as folder, steps(len(recipe.months) + len(quarters)) as shown:
        shown.begin("evaluate breaks")
        evaluated = Evaluated(recipe, Path(folder), on_month=lambda _: shown.done())
        alarms = measure_break_alarms(
            evaluated.installation, recipe.months, on_quarter=lambda _: shown.done()
        )
    if page:
        page.write_text(breaks_page.page(recipe, alarms), encoding="utf-8")
    return {
        "recipe": str(recipe),
        **breaks_page.figures(alarms),
        "lines": breaks_page.lines(recipe, alarms),
    }


def evaluate_stages(
    law: Annotated[list[str] | None, typer.Option(help="1 to 5, N or M; may be given again.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another country.")] = 1,
    districts: Annotated[int, typer.Option(help="Number of districts.")] = 200,
    page: Annotated[
        Path | None, typer.Option(help="Measure the countries of the docs and write their page and table.")
    ] = None,
    as_json: Json = False,
) -> dict[str, Any]:
    """Measure all rule sets on quiet countries with planted losses: false alarms, catch, persistence, chance."""
    from country.evaluation.stages import page as pages
    from country.evaluation.stages.living import live
    from country.evaluation.stages.measure import measure, parts
    from country.law import load_law, parse_version
    from sogong_pipeline.stages import evaluation

    measured_recipes = [pages.Recipe(parse_version(one), seed, districts) for one in law or ["1"]]
    chosen = pages.recipes() if page else measured_recipes
    measured = {}
    with steps(len(chosen) * (1 + parts())) as shown:
        for recipe in chosen:
            shown.begin(str(recipe))
            lived = live(load_law(recipe.law), recipe.seed, recipe.districts)
            shown.done()
            measured[recipe] = measure(lived, lambda _: shown.done()).figures()
    if page:
        page.write_text(pages.page(measured), encoding="utf-8")
        evaluation.path().write_text(pages.table(measured), encoding="utf-8")
    return {
        **{str(recipe): pages.verdicts(results) for recipe, results in measured.items()},
        "lines": [line for recipe, results in measured.items() for line in pages.lines(recipe, results)],
    }
