"""How the losses of training went, by task and epoch."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Curves:
    """Losses per label of all networks that still trained, epoch by epoch, each of shape (n_networks, n_tasks)."""

    train: list[np.ndarray] = field(default_factory=list)
    validation: list[np.ndarray] = field(default_factory=list)

    def add(self, train: np.ndarray, validation: np.ndarray) -> None:
        """Take down an epoch."""
        self.train.append(train)
        self.validation.append(validation)

    def by_task(self, names: Sequence[Hashable]) -> dict[str, dict[Hashable, np.ndarray]]:
        """Return the means over networks of each task in each epoch."""
        return {
            kind: {
                name: np.array([mean(each[:, t]) for each in epochs])
                for t, name in enumerate(names)
            }
            for kind, epochs in (("train", self.train), ("validation", self.validation))
        }


def mean(values: np.ndarray) -> float:
    """Return the mean of the numbers among the values; NaN where there is none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else np.nan
