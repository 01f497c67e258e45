"""The multiple-gradient descent algorithm."""

import numpy as np
from scipy.optimize import nnls

from ._base import Balancing, Gram


class MultipleGradientDescent(Balancing):
    """Shared layers go along the shortest vector in the convex hull of the tasks' gradients.

    The upper bound of the paper (MGDA-UB): gradients in the last shared values, of which the Gram matrix is enough. It
    departs in scale, weights being multiplied by the number of tasks, so that equal ones are those of the sum; and the
    vector is computed exactly, by non-negative least squares, not by Frank-Wolfe steps. Layers of a task keep their own
    gradient.

    References
    ----------
    O. Sener and V. Koltun (2018). Multi-task learning as multi-objective optimization. NeurIPS, algorithm 2.
    """

    weighs_shared = True

    def shared_weights(self, gram: Gram) -> np.ndarray:
        """Return the weights of the shortest vector, times the number of tasks."""
        inner = np.asarray(gram(), dtype=np.float64)
        return self.n_tasks * np.array([shortest(each) for each in inner])


def shortest(inner: np.ndarray) -> np.ndarray:
    """Return convex weights of the shortest combination of vectors with these inner products.

    With V'V = inner, x >= 0 that minimises |V x|^2 + (sum x - 1)^2 is a multiple of them (Lawson and Hanson).
    """
    n = len(inner)
    size = np.abs(inner.diagonal()).max(initial=0.0)
    if not np.isfinite(inner).all() or size == 0.0:
        return np.full(n, 1.0 / n)
    values, vectors = np.linalg.eigh(inner / size)
    V = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    weights, _ = nnls(np.vstack([V, np.ones(n)]), np.append(np.zeros(n), 1.0))
    return weights / weights.sum()
