"""Weights from homoscedastic uncertainty."""

import numpy as np

from ._base import Balancing

RATE, EPSILON = 0.01, 1e-8
MOST = 1e6  # of a loss
LARGEST = 5.0  # of a logarithm of a variance: weights stay between 1/150 and 150


class Uncertainty(Balancing):
    """Each task's loss is divided by a variance that is learnt with the network.

    The variances minimise sum_t e^(-s_t) L_t + s_t / 2, L_t the mean loss per label of a batch: half a squared error
    gives e^(-s) (y - z)^2 / 2 + s / 2, minus the log likelihood of a normal distribution with variance e^s. Classes
    and counts are treated alike, where the paper has s_t in place of s_t / 2 and calls that an approximation; it
    moves e^s by a factor of 2. s_t is kept in [-5, 5] and moves by Adam's rule without momentum.

    References
    ----------
    A. Kendall, Y. Gal and R. Cipolla (2018). Multi-task learning using uncertainty to weigh losses for scene geometry
    and semantics. CVPR, equations 7 and 10.
    """

    needs_losses = True

    def __init__(self, n_networks: int, n_tasks: int, random: np.random.Generator) -> None:
        super().__init__(n_networks, n_tasks, random)
        self.log_variance = np.zeros((n_networks, n_tasks))
        self.squares = np.zeros((n_networks, n_tasks))
        self.weights = np.ones((n_networks, n_tasks))

    def keep(self, networks: np.ndarray) -> None:
        super().keep(networks)
        self.log_variance, self.squares = self.log_variance[networks], self.squares[networks]

    def see_batch(self, losses: np.ndarray) -> None:
        """Move the variances of the tasks with labels in the batch: NaN says that there is none."""
        slope = 0.5 - np.exp(-self.log_variance) * np.minimum(losses, MOST)
        slope = np.nan_to_num(slope)
        self.squares = 0.99 * self.squares + 0.01 * slope**2
        moved = self.log_variance - RATE * slope / (np.sqrt(self.squares) + EPSILON)
        self.log_variance = np.clip(moved, -LARGEST, LARGEST)
        self.weights = np.exp(-self.log_variance)
