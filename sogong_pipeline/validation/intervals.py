"""Intervals for shares counted on few rows."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959964


@dataclass(frozen=True)
class Share:
    """A count out of a total, with Wilson's 95 % interval; all three are None for a total of zero."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        """The share."""
        return self.count / self.total if self.total else None

    @property
    def low(self) -> float | None:
        """The lower limit."""
        return self._limit(-1)

    @property
    def high(self) -> float | None:
        """The upper limit."""
        return self._limit(1)

    def _limit(self, sign: int) -> float | None:
        """Return a limit of Wilson's interval (1927): the shares that the count does not contradict at 95 %."""
        if not self.total:
            return None
        share, n, z2 = self.count / self.total, self.total, Z95 * Z95
        middle = share + z2 / (2 * n)
        spread = Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
        return min(max((middle + sign * spread) / (1 + z2 / n), 0.0), 1.0)

    def figures(self) -> dict[str, float | int | None]:
        """Return count, total, share and limits, rounded to four decimals."""
        values = {"share": self.value, "low": self.low, "high": self.high}
        rounded = {name: None if value is None else round(value, 4) for name, value in values.items()}
        return {"count": self.count, "of": self.total, **rounded}

    def __str__(self) -> str:
        """Format the share in percent with its interval and the counts."""
        if self.value is None or self.low is None or self.high is None:
            return "- (0 of 0)"
        return f"{self.value:.1%} ({self.low:.1%} to {self.high:.1%}; {self.count:,} of {self.total:,})"


NO_ROW = Share(0, 0)
"""Nothing was counted."""
