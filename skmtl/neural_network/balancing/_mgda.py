"""The multiple-gradient descent algorithm."""

import numpy as np

from ._base import Balancing, Gram

N_STEPS = 50
TOLERANCE = 1e-6


class MultipleGradientDescent(Balancing):
    """Shared layers go along the shortest vector in the convex hull of the tasks' gradients.

    The upper bound of the paper (MGDA-UB): gradients in the last shared values, whose Gram matrix is all that the
    Frank-Wolfe method needs. It departs in scale: weights are multiplied by the number of tasks, so that equal ones are
    those of the sum. Layers of a task keep their own gradient.

    References
    ----------
    O. Sener and V. Koltun (2018). Multi-task learning as multi-objective optimization. NeurIPS, algorithms 1 and 2.
    """

    weighs_shared = True

    def shared_weights(self, gram: Gram) -> np.ndarray:
        """Return the weights of the shortest vector, times the number of tasks."""
        inner = np.asarray(gram(), dtype=np.float64)
        return self.n_tasks * np.array([shortest(each) for each in inner])


def shortest(inner: np.ndarray) -> np.ndarray:
    """Return convex weights of the shortest combination of vectors with these inner products, by Frank-Wolfe."""
    n = len(inner)
    weights = np.full(n, 1.0 / n)
    size = np.abs(inner.diagonal()).max(initial=0.0)
    if not np.isfinite(size) or size == 0.0:
        return weights
    for _ in range(N_STEPS):
        along = inner @ weights
        t = int(along.argmin())
        gap = weights @ along - along[t]
        if gap <= TOLERANCE * size:
            break
        length = weights @ along - 2.0 * along[t] + inner[t, t]
        step = min(1.0, gap / length) if length > 0 else 1.0
        weights *= 1.0 - step
        weights[t] += step
    return weights
