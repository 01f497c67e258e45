"""How the losses of training went, by task and epoch."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

KINDS = ("train", "validation")


@dataclass
class Curves:
    """Losses per label of the networks that trained in an epoch, each of shape (n_networks, n_tasks)."""

    parts: list[tuple[int, np.ndarray, tuple[np.ndarray, np.ndarray]]] = field(default_factory=list)

    def add(
        self, epoch: int, networks: np.ndarray, train: np.ndarray, validation: np.ndarray
    ) -> None:
        """Take down an epoch of some networks; 0 is before the first."""
        self.parts.append((epoch, networks, (train, validation)))

    def by_task(
        self, names: Sequence[Hashable], best_epoch: np.ndarray
    ) -> dict[str, dict[Hashable, np.ndarray]]:
        """Return the means over all networks of each task in each epoch.

        A network that has stopped goes on with the losses of the epoch that it kept: else its end would be a step of
        the mean.
        """
        n_epochs = max((epoch for epoch, *_ in self.parts), default=0)
        last = np.zeros(len(best_epoch), dtype=int)
        values = np.full((len(KINDS), n_epochs + 1, len(best_epoch), len(names)), np.nan)
        for epoch, networks, both in self.parts:
            values[:, epoch, networks] = both
            last[networks] = np.maximum(last[networks], epoch)
        for m, (epoch, kept) in enumerate(zip(last, best_epoch)):
            values[:, epoch + 1 :, m] = values[:, kept, m][:, None]
        known = ~np.isnan(values)
        totals = np.where(known, values, 0.0).sum(axis=2)
        counts = known.sum(axis=2)
        means = np.divide(totals, counts, out=np.full(totals.shape, np.nan), where=counts > 0)
        return {
            kind: {name: means[k, 1:, t] for t, name in enumerate(names)}
            for k, kind in enumerate(KINDS)
        }
