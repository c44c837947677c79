"""The command line of the invented country: `python -m country COMMAND`, run in the checkout."""

from __future__ import annotations

from country import commands
from country.evaluation import commands as evaluation
from sogong_pipeline.cli.runner import application, command, group_of

app = application(__doc__)
evaluate_group = group_of(app, "evaluate", "Measure the accuracy of the results, where the truth is known.")

for group, name, run in (
    (app, "simulate", commands.simulate),
    (app, "portal", commands.portal),
    (evaluate_group, "matching", evaluation.evaluate_matching),
    (evaluate_group, "breaks", evaluation.evaluate_breaks),
    (evaluate_group, "stages", evaluation.evaluate_stages),
):
    command(group, name, run)


def main() -> None:
    """Run the command line."""
    app(prog_name="python -m country")


if __name__ == "__main__":
    main()
