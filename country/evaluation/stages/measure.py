"""Rule sets on one simulated country with true membership: false alarms, catch, persistence, flips, chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from country.evaluation.stages.living import Lived
from country.evaluation.stages.planting import BLEED, CLOSURES, KINDS, LAYOFFS, SHRINKING, Loss, plant
from country.evaluation.stages.tally import Key, Tally
from country.workplaces import Flags, Floats
from sogong_pipeline.stages.comparison import GOOD, UNDETERMINED, Comparison, compare, stages_of
from sogong_pipeline.stages.likelihood.judge import Judge, may_enter
from sogong_pipeline.stages.likelihood.memory import NEW, Memory
from sogong_pipeline.stages.likelihood.panel import Panel
from sogong_pipeline.stages.likelihood.placebo import cut_of, placebo_labels, placebo_signals, reached
from sogong_pipeline.stages.likelihood.planted import Visibility, measure_visibility, plant_all
from sogong_pipeline.stages.likelihood.replay import Replayed, against_base, replay
from sogong_pipeline.stages.rules import LikelihoodRuleSet, RuleSet, load_any, names

OWN = "own_1"
ENTRY = "own_1 entry"
FIRST_REPLAYED, FIRST_COUNTED = 9, 14
STRUCK = (14, 18, 21)
LASTING_STRUCK = 13
SIZES_PCT = (10, 15, 20)
CURVE_PCT = (5, 25, 30, 50)
LASTING_PCT = 25
ENDS_AFTER = 4
LEAST_WORKPLACES = 20
CLASSES = {"0-19": (0, 20), "20-39": (20, 40), "40-79": (40, 80), "80-159": (80, 160), "160+": (160, 10**9)}
Progress = Callable[[str], None]


def _silent(_: str) -> None:
    """Shows nothing."""


@dataclass(frozen=True)
class Quiet:
    """A country without planted losses.

    Attributes:
        lived: Its workplaces by month.
        panel: Its workplaces by quarter.
        judge: The likelihood rule on it.
        cuts: Cut of each size class by quarter.
        replayed: The likelihood rule's memory by quarter.
        compared: Changes by quarter.
    """

    lived: Lived
    panel: Panel
    judge: Judge
    cuts: dict[int, Floats]
    replayed: dict[int, Replayed]
    compared: dict[int, Comparison]


def threshold_sets() -> list[RuleSet]:
    """Return all rule sets of the kind `threshold` that ship."""
    return [rules for name in names() if isinstance(rules := load_any(name), RuleSet)]


def settle(lived: Lived) -> Quiet:
    """Judge every quarter of a quiet country by the likelihood rule."""
    rules = load_any(OWN)
    assert isinstance(rules, LikelihoodRuleSet)  # noqa: S101 - for the type checker
    panel = lived.panel()
    judge, parameters = Judge(panel, rules.likelihood), rules.likelihood
    quarters = range(FIRST_REPLAYED, panel.quarters)
    own = {quarter: reached(placebo_signals(judge, quarter, quarter), parameters) for quarter in quarters}
    pooled = parameters.pooled_quarters
    cuts = {q: cut_of([own[one] for one in range(q - pooled + 1, q + 1) if one in own]) for q in quarters}
    replayed: dict[int, Replayed] = {}
    replay(judge, quarters, cuts.__getitem__, lambda one: replayed.update({one.quarter: one}))
    compared = {quarter: compare(panel, quarter) for quarter in range(FIRST_COUNTED - 1, panel.quarters)}
    return Quiet(lived, panel, judge, cuts, replayed, compared)


def parts() -> int:
    """Return the number of progress reports of `measure`."""
    curves = sum(kind in {CLOSURES, SHRINKING} for kind in KINDS)
    return 2 + len(KINDS) * len(SIZES_PCT) + curves * len(CURVE_PCT) + 3 + 2


def measure(lived: Lived, progress: Progress = _silent) -> Tally:
    """Measure all rule sets on one quiet country, with and without planted losses.

    Args:
        lived: The country.
        progress: Called with the name of each part before it begins.
    """
    tally = Tally(lived.districts)
    progress("quiet quarters")
    quiet = settle(lived)
    last = quiet.panel.quarters - 1
    count_quiet(quiet, tally)
    progress("chance")
    visibility = count_chance(quiet, tally)
    for kind in KINDS:
        for size in SIZES_PCT + (CURVE_PCT if kind in {CLOSURES, SHRINKING} else ()):
            progress(f"{kind} {size} %")
            for quarter in STRUCK:
                count_catch(quiet, tally, Loss(kind, size / 100, 3 * min(quarter, last)), visibility)
    for kind in (CLOSURES, LAYOFFS, SHRINKING):
        progress(f"lasting {kind}")
        count_persistence(quiet, tally, Loss(kind, LASTING_PCT / 100, 3 * LASTING_STRUCK))
    for kind in (LAYOFFS, SHRINKING):
        progress(f"ending {kind}")
        until = 3 * (LASTING_STRUCK + ENDS_AFTER)
        count_closing(quiet, tally, Loss(kind, LASTING_PCT / 100, 3 * LASTING_STRUCK, until))
    return tally


def _by_size(tally: Tally, key: Key, workplaces: Floats, success: Flags, trial: Flags) -> None:
    """Count districts of 20 workplaces and more, of all sizes, and each class."""
    tally.add(key, success, trial & (workplaces >= LEAST_WORKPLACES))
    tally.add(_of_size(key, "all"), success, trial)
    for name, (low, high) in CLASSES.items():
        tally.add(_of_size(key, name), success, trial & (workplaces >= low) & (workplaces < high))


def _of_size(key: Key, size: str) -> Key:
    return Key(key.measure, key.rule_set, key.kind, key.loss_pct, size)


def count_quiet(quiet: Quiet, tally: Tally) -> None:
    """Count false alarms, changes of stage from quarter to quarter, and districts without a stage."""
    before: dict[str, np.ndarray[tuple[int], np.dtype[np.str_]]] = {}
    for quarter in range(FIRST_COUNTED - 1, quiet.panel.quarters):
        seen = quiet.compared[quarter]
        is_there = seen.workplaces > 0
        stages = {rules.rule_set: stages_of(seen, rules) for rules in threshold_sets()}
        flagged = quiet.replayed[quarter].memory.is_flagged
        stages[OWN] = np.where(flagged, "caution", GOOD).astype("<U12")
        stages[ENTRY] = np.where(
            may_enter(quiet.replayed[quarter].signal, quiet.cuts[quarter], quiet.judge.parameters),
            "caution",
            GOOD,
        ).astype("<U12")
        if quarter >= FIRST_COUNTED:
            for name, stage in stages.items():
                judged = is_there & (stage != UNDETERMINED)
                _by_size(tally, Key("false", name), seen.workplaces, judged & (stage != GOOD), judged)
                if name not in {OWN, ENTRY}:
                    tally.add(Key("undetermined", name, size="all"), stage == UNDETERMINED, is_there)
                both = judged & (before[name] != UNDETERMINED) & (seen.workplaces >= LEAST_WORKPLACES)
                tally.add(Key("changes a year", name), 4.0 * (stage != before[name]), both)
        before = stages


def count_chance(quiet: Quiet, tally: Tally) -> dict[int, Visibility]:
    """Count alarms in placebo districts, and districts in which the rule's loss would be overlooked.

    Returns:
        Visibility of planted losses in each struck quarter.
    """
    rule = quiet.judge.parameters
    visibility_of = {}
    for quarter in sorted({min(one, quiet.panel.quarters - 1) for one in STRUCK}):
        seed = (rule.seed, quarter)
        labels = list(placebo_labels(quiet.panel, seed, 2))
        planted = plant_all(quiet.judge, quarter, labels, losses=rule.visible_losses, seed=seed)
        visibility_of[quarter] = measure_visibility(planted, quiet.cuts[quarter], rule)
        for one in planted:
            if one.loss is not None:
                continue
            seen = compare(quiet.panel, quarter, one.labels)
            for rules in threshold_sets():
                stages = stages_of(seen, rules)
                judged = np.asarray(stages != UNDETERMINED)
                _by_size(
                    tally,
                    Key("chance", rules.rule_set),
                    seen.workplaces,
                    judged & np.asarray(stages != GOOD),
                    judged,
                )
            enters = may_enter(one.signal, quiet.cuts[quarter], rule)
            _by_size(tally, Key("chance", ENTRY), seen.workplaces, enters, np.asarray(seen.workplaces > 0))
        replayed = quiet.replayed[quarter]
        visible = (
            visibility_of[quarter].least_visible_loss(replayed.signal.information) <= rule.visible_loss + 1e-9
        )
        is_there = quiet.compared[quarter].workplaces > 0
        _by_size(
            tally,
            Key("undetermined", OWN),
            quiet.compared[quarter].workplaces,
            ~visible & ~replayed.memory.is_flagged,
            is_there,
        )
    return visibility_of


def _run(quiet: Quiet, judge: Judge, quarters: range) -> dict[int, Memory]:
    """Return the memory after each quarter of a struck country, starting from that of the quiet one."""
    memory = quiet.replayed[quarters.start - 1].memory
    memory_of = {}
    for quarter in quarters:
        signal = judge.signal(quarter)
        since_base, _ = against_base(judge, quarter, memory)
        enters = may_enter(signal, quiet.cuts[quarter], judge.parameters)
        memory = memory.advance(quarter, enters, signal.lag, since_base, judge.parameters)
        memory_of[quarter] = memory
    return memory_of


def _struck(quiet: Quiet, loss: Loss) -> tuple[Panel, Judge]:
    seed = [KINDS.index(loss.kind), round(100 * loss.share), loss.full_month]
    panel = quiet.lived.panel(*plant(quiet.lived, loss, np.random.default_rng(seed)))
    return panel, quiet.judge.on(panel)


def count_catch(quiet: Quiet, tally: Tally, loss: Loss, visibility: dict[int, Visibility]) -> None:
    """Count the districts flagged in the first quarter wholly after the full loss."""
    quarter = loss.full_month // 3
    panel, judge = _struck(quiet, loss)
    workplaces = quiet.compared[quarter].workplaces
    trial = workplaces > 0
    size = round(100 * loss.share)
    seen = compare(panel, quarter)
    for rules in threshold_sets():
        stages = stages_of(seen, rules)
        flagged = np.asarray((stages != GOOD) & (stages != UNDETERMINED))
        _by_size(tally, Key("catch", rules.rule_set, loss.kind, size), workplaces, flagged, trial)
    memories = _run(quiet, judge, range(quarter - (4 if loss.kind == BLEED else 1), quarter + 1))
    flagged = memories[quarter].is_flagged
    _by_size(tally, Key("catch", OWN, loss.kind, size), workplaces, flagged, trial)
    enters = may_enter(judge.signal(quarter), quiet.cuts[quarter], judge.parameters)
    _by_size(tally, Key("catch", ENTRY, loss.kind, size), workplaces, enters, trial)
    visible = visibility[quarter].least_visible_loss(quiet.replayed[quarter].signal.information)
    determined = trial & (visible <= judge.parameters.visible_loss + 1e-9)
    tally.add(Key("catch where determined", OWN, loss.kind, size, "all"), flagged, determined)


def count_persistence(quiet: Quiet, tally: Tally, loss: Loss) -> None:
    """Count the struck districts still flagged 4 and 8 quarters later, and the months until the first flag."""
    quarter, size = loss.full_month // 3, round(100 * loss.share)
    panel, judge = _struck(quiet, loss)
    trial = quiet.compared[quarter].workplaces >= LEAST_WORKPLACES
    memories = _run(quiet, judge, range(quarter - 1, quarter + 9))
    raised: dict[str, Floats] = {}
    for later in range(9):
        seen = compare(panel, quarter + later)
        flags = {}
        for rules in threshold_sets():
            stages = stages_of(seen, rules)
            flags[rules.rule_set] = np.asarray((stages != GOOD) & (stages != UNDETERMINED))
        flags[OWN] = memories[quarter + later].is_flagged
        for name, flagged in flags.items():
            if later in {4, 8}:
                key = Key(f"still shown after {later} quarters", name, loss.kind, size)
                tally.add(key, flagged, trial)
            months = raised.setdefault(name, np.full(flagged.size, np.nan))
            months[flagged & np.isnan(months)] = 3 * (later + 1)
    for name, months in raised.items():
        tally.add(
            Key("months until the first flag", name, loss.kind, size),
            np.nan_to_num(months),
            trial & ~np.isnan(months),
        )


def count_closing(quiet: Quiet, tally: Tally, loss: Loss) -> None:
    """Count the flags that are down in the first whole quarter after a loss has ended."""
    assert loss.until is not None  # noqa: S101 - for the type checker
    quarter, ended, size = loss.full_month // 3, loss.until // 3, round(100 * loss.share)
    panel, judge = _struck(quiet, loss)
    memories = _run(quiet, judge, range(quarter - 1, ended + 1))
    workplaces = quiet.compared[quarter].workplaces >= LEAST_WORKPLACES
    up = memories[ended - 1].is_flagged & workplaces
    is_new = np.asarray(memories[ended].state == NEW)
    tally.add(Key("closed within a quarter", OWN, loss.kind, size), ~memories[ended].is_flagged & ~is_new, up)
    for rules in threshold_sets():
        before, after = (stages_of(compare(panel, one), rules) for one in (ended - 1, ended))
        was = np.asarray((before != GOOD) & (before != UNDETERMINED)) & workplaces
        key = Key("closed within a quarter", rules.rule_set, loss.kind, size)
        tally.add(key, np.asarray((after == GOOD) | (after == UNDETERMINED)), was)
