"""Parameters of a rule set of the kind `likelihood`, as stated in its YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Parameters:
    """Numbers of one likelihood rule; docs/rules.md gives the reason of each.

    Attributes:
        lags: Quarters between base and judged quarter.
        bins: Smallest heads of each size bin, ascending.
        large_from: Heads from which a workplace counts as large.
        losses: Losses weighed against no loss, as shares.
        weights: Prior weight of each loss; they sum to 1.
        survival_least: Lower limit of a workplace's survival probability.
        survival_most: Upper limit of that probability.
        clip_sd: Multiple of the robust standard deviation at which growth is clipped.
        shrink_exits: Exits added to both sides of a division's ratio.
        calm_share: Share of districts, the calmest, that measure overdispersion.
        countries: Placebo countries a quarter.
        chance: Share of placebo districts that may reach the cut.
        classes: Lower limits of the size classes after the first, in workplaces.
        fewest_workplaces: Placebo districts with fewer set no cut.
        pooled_quarters: Quarters, the judged one included, whose placebo districts set the cut together.
        least_fall: Smallest fall of workers that can be flagged, as a share.
        severe_loss: Loss that counts as severe, as a share.
        severe_probability: Least probability of such a loss.
        severe_fall: Smallest fall of workers that can be severe, as a share.
        leave_log_bf: A flag stays while the log Bayes factor against its base reaches this.
        lasting_quarters: Age of the base from which a low level is called lasting.
        visible_loss: A district is undetermined when a loss of this size would be overlooked.
        visible_share: How often a loss must be caught to count as visible.
        visible_losses: Losses that are planted, ascending, as shares.
        information_lag: Lag at which information on exits is measured.
        high_margin: Log Bayes factor above the cut from which a flag is of high confidence.
        seed: Seed of the placebo countries.
    """

    lags: tuple[int, ...]
    bins: tuple[int, ...]
    large_from: int
    losses: tuple[float, ...]
    weights: tuple[float, ...]
    survival_least: float
    survival_most: float
    clip_sd: float
    shrink_exits: float
    calm_share: float
    countries: int
    chance: float
    classes: tuple[int, ...]
    fewest_workplaces: int
    pooled_quarters: int
    least_fall: float
    severe_loss: float
    severe_probability: float
    severe_fall: float
    leave_log_bf: float
    lasting_quarters: int
    visible_loss: float
    visible_share: float
    visible_losses: tuple[float, ...]
    information_lag: int
    high_margin: float
    seed: int

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Parameters:
        """Read the section `parameters` of a rule set; percentages become shares.

        Raises:
            ValueError: when the weights of the losses do not sum to 100.
        """
        losses = data["losses_pct"]
        if abs(sum(losses.values()) - 100) > 1e-9:
            raise ValueError(f"the weights of losses_pct sum to {sum(losses.values())}, not to 100")
        placebo, visible, severe = data["placebo"], data["visible"], data["severe"]
        return cls(
            lags=tuple(data["lags_quarters"]),
            bins=tuple(data["size_bins_from_heads"]),
            large_from=data["large_from_heads"],
            losses=tuple(loss / 100 for loss in losses),
            weights=tuple(weight / 100 for weight in losses.values()),
            survival_least=data["survival_pct"]["least"] / 100,
            survival_most=data["survival_pct"]["most"] / 100,
            clip_sd=data["clip_sd"],
            shrink_exits=data["shrink_exits"],
            calm_share=data["calm_share_pct"] / 100,
            countries=placebo["countries"],
            chance=placebo["chance_pct"] / 100,
            classes=tuple(placebo["classes_from_workplaces"]),
            fewest_workplaces=placebo["fewest_workplaces"],
            pooled_quarters=placebo["pooled_quarters"],
            least_fall=data["least_fall_pct"] / 100,
            severe_loss=severe["loss_pct"] / 100,
            severe_probability=severe["probability_pct"] / 100,
            severe_fall=severe["fall_pct"] / 100,
            leave_log_bf=data["leave_log_bf"],
            lasting_quarters=data["lasting_quarters"],
            visible_loss=visible["loss_pct"] / 100,
            visible_share=visible["caught_pct"] / 100,
            visible_losses=tuple(loss / 100 for loss in visible["losses_pct"]),
            information_lag=visible["information_lag_quarters"],
            high_margin=data["confidence"]["high_log_bf_above_cut"],
            seed=data["seed"],
        )

    def size_bin(self, heads: Floats) -> Integers:
        """Return the number of the size bin of each workplace."""
        return np.searchsorted(np.array(self.bins[1:]), heads, side="right")

    def size_class(self, workplaces: Floats) -> Integers:
        """Return the number of the size class of each district."""
        return np.searchsorted(np.array(self.classes), workplaces, side="right")

    @property
    def large_bin(self) -> int:
        """Return the number of the first size bin of large workplaces."""
        return self.bins.index(self.large_from)
