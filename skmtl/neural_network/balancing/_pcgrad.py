"""Projection of conflicting gradients."""

import numpy as np

from ._base import Balancing, Gram


class ProjectedGradients(Balancing):
    """What of a task's gradient goes against another's is taken off before they are added.

    Each task's gradient g_t is, in turn and in random order of the others, projected on the normal plane of every g_s
    with <g_t, g_s> < 0. All of it happens in the coefficients of the g_s, by their Gram matrix. It departs from the
    paper in where the gradients are compared: in the last shared values, not in all shared parameters, so that one
    backward pass serves all tasks; and in that one random order serves all t. Layers of a task keep their own
    gradient as it is, as in the paper.

    References
    ----------
    T. Yu, S. Kumar, A. Gupta, S. Levine, K. Hausman and C. Finn (2020). Gradient surgery for multi-task learning.
    NeurIPS, algorithm 1.
    """

    weighs_shared = True

    def shared_weights(self, gram: Gram) -> np.ndarray:
        """Return the sum of the coefficients of the projected gradients."""
        inner = np.asarray(gram(), dtype=np.float64)
        squares = inner.diagonal(axis1=1, axis2=2)
        # coefficients[:, t] are those of task t's projected gradient
        coefficients = np.tile(np.eye(self.n_tasks), (self.n_networks, 1, 1))
        for s in self.random.permutation(self.n_tasks):
            along = np.einsum("mtk,mk->mt", coefficients, inner[:, :, s])
            along[:, s] = 0.0
            length = squares[:, s, None]
            share = np.divide(
                np.minimum(along, 0.0), length, out=np.zeros_like(along), where=length > 0
            )
            coefficients[:, :, s] -= share
        return coefficients.sum(axis=1)
