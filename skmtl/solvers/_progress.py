"""When rounding allows no more."""

from dataclasses import dataclass

import numpy as np

ROUNDED = (
    1e-11  # relative duality gap below which it may be rounding that keeps a method from going on
)
PATIENCE = 12  # looks at the gap without one that halves it


@dataclass
class Progress:
    """The smallest duality gap so far, and how often it was looked at since it was halved last."""

    least: float = np.inf
    since: int = 0

    def has_ended(self, gap: float) -> bool:
        """Take note of a gap; return whether there is no progress left to hope for."""
        if gap <= 0.5 * self.least:
            self.least, self.since = gap, 0
        else:
            self.since += 1
        return self.least < ROUNDED and self.since >= PATIENCE
