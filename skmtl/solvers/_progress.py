"""When rounding allows no more."""

from dataclasses import dataclass

import numpy as np

ROUNDED = (
    1e-11  # relative duality gap below which it may be rounding that keeps a method from going on
)
PATIENCE = 12  # looks at the gap without one that halves it
FALL = 0.1  # relative decrease of the objective that is progress


@dataclass
class Progress:
    """The smallest duality gap so far, and how often it was looked at since it was halved last.

    Some methods give the objective, too: where it still falls there is progress, whatever the gap.
    """

    least: float = np.inf
    since: int = 0
    lowest: float = np.inf

    def has_ended(self, gap: float) -> bool:
        """Take note of a gap; return whether there is no progress left to hope for."""
        if gap <= 0.5 * self.least:
            self.least, self.since = gap, 0
        else:
            self.since += 1
        return self.least < ROUNDED and self.since >= PATIENCE

    def has_stalled(self, gap: float, patience: int, value: float = np.inf) -> bool:
        """Take note of a gap, and of the objective; return whether there was no progress for long, whatever the gap."""
        ended = self.has_ended(gap)
        if np.isinf(self.lowest) or value < self.lowest - FALL * abs(self.lowest):
            self.since = self.since if np.isinf(value) else 0
            self.lowest = value
        return ended or self.since >= patience
