"""The contract of loss balancing."""

from collections.abc import Callable

import numpy as np

Gram = Callable[[], np.ndarray]


class Balancing:
    """How the tasks' losses are weighed against each other while several networks train.

    weights, of shape (n_networks, n_tasks), multiply each task's loss; it is None where no method changes them. What
    shared layers receive of each task may be weighed on top of that, by shared_weights. Losses are
    means per label of the fitted tasks, NaN where there is no label.
    """

    weights: np.ndarray | None = None
    needs_losses: bool = False
    weighs_shared: bool = False

    def __init__(self, n_networks: int, n_tasks: int, random: np.random.Generator) -> None:
        self.n_networks, self.n_tasks, self.random = n_networks, n_tasks, random

    def keep(self, networks: np.ndarray) -> None:
        """Go on with some of the networks."""
        self.n_networks = int(np.count_nonzero(networks))
        if self.weights is not None:
            self.weights = self.weights[networks]

    def see_batch(self, losses: np.ndarray) -> None:
        """Learn from the losses of a batch, of shape (n_networks, n_tasks); where needs_losses is set."""

    def see_epoch(self, losses: np.ndarray) -> None:
        """Learn from the mean training losses of an epoch, of shape (n_networks, n_tasks)."""

    def shared_weights(self, gram: Gram) -> np.ndarray:
        """Return weights of the tasks' gradients in shared layers; asked for where weighs_shared is set."""
        return np.ones((self.n_networks, self.n_tasks))
