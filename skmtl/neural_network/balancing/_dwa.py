"""Dynamic weight average."""

import numpy as np

from ._base import Balancing

TEMPERATURE = 2.0


class DynamicWeightAverage(Balancing):
    """Tasks whose loss falls more slowly weigh more.

    w_t = T exp(r_t / 2) / sum_s exp(r_s / 2), r_t the loss of the last epoch over that of the epoch before; 1 in the
    first two. As in the paper, but that each network of an ensemble has weights of its own.

    References
    ----------
    S. Liu, E. Johns and A. J. Davison (2019). End-to-end multi-task learning with attention. CVPR, equation 7.
    """

    def __init__(self, n_networks: int, n_tasks: int, random: np.random.Generator) -> None:
        super().__init__(n_networks, n_tasks, random)
        self.weights = np.ones((n_networks, n_tasks))
        self.former: np.ndarray | None = None

    def keep(self, networks: np.ndarray) -> None:
        super().keep(networks)
        if self.former is not None:
            self.former = self.former[networks]

    def see_epoch(self, losses: np.ndarray) -> None:
        if self.former is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.nan_to_num(losses / self.former, nan=1.0, posinf=1.0, neginf=1.0)
            grown = np.exp((ratio - ratio.max(axis=1, keepdims=True)) / TEMPERATURE)
            self.weights = self.n_tasks * grown / grown.sum(axis=1, keepdims=True)
        self.former = losses
