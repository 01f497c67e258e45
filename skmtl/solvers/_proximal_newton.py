"""Proximal steps in the metric of the Gram matrix, extrapolated."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..utils import Number
from ._base import CompositeSolver, Parts
from ._damped_newton import EASY, INNER_ITERATIONS, damped_newton
from ._hybrid import Hybrid
from ._penalized import PenalizedProblem, Point, certified, objective, search
from ._progress import Progress

CLOSE = 0.01  # duality gap to which a model is solved, relative to that of the problem: steps that are extrapolated
WORSE = 2.0  # by which the duality gap may grow
RIDGE = 1e-12  # relative, on the squares of residuals that are to cancel
REFRESHED = (0, 1, 2, 4, 8, 16, 32, 64)  # steps after which a mean curvature is computed anew


class Step(NamedTuple):
    """A proximal step: where it leads, how far it goes, and that under the metric."""

    end: Point
    residual: np.ndarray
    metric_residual: np.ndarray


class ProximalNewton(CompositeSolver):
    """Proximal steps in the metric of the Gram matrix, with Anderson's extrapolation.

    Each step minimises a quadratic model of the loss, whose Hessian is the Gram matrix times a curvature for each
    column, plus the penalty, by Hybrid. It costs one product with the data and one with their transpose: images are
    affine, so that shortened and extrapolated steps cost none. A step that does not lower the objective is shortened;
    an extrapolation after which the objective rises is taken back. Where the Hessians themselves are cheap the model
    has these, and nothing is extrapolated: it is Newton's method then.

    Parameters
    ----------
    max_iter : int, default=1000
        Largest number of steps.

    tol : float, default=1e-12
        Stop where the duality gap is at most tol times the scale of the problem, or rounding allows no step.

    memory : int, default=6
        Number of steps that are combined; 1 for none.

    See Also
    --------
    FISTA : For quadratic losses of which the Gram matrix is known.

    Notes
    -----
    Minimises loss(image(V), best intercepts) + penalty(parts), V the sum of the parts. Each iteration:

    1. computes the best intercepts for the image, the gradient C there, and about the duality gap;
    2. where an extrapolation let the gap grow too much, goes back to the best point and forgets the steps before;
    3. stops where the gap is small enough, or rounding allows no progress, and returns the point with its exact gap;
    4. minimises the quadratic model plus the penalty by Hybrid, to a share of the gap; the curvature of the model,
       computed anew after some of the iterations only, is multiplied by the damping;
    5. goes towards that minimizer, and halves the step until the objective is no higher than the lowest so far: the
       damping doubles where it has to; where no step is left goes back as in 2, or stops where none is remembered;
    6. remembers the step, and extrapolates from those remembered, by the weights that make their combined residual
       shortest.

    References
    ----------
    J. D. Lee, Y. Sun and M. A. Saunders (2014). Proximal Newton-type methods for minimizing composite functions. SIAM
    Journal on Optimization 24, 1420-1443.

    V. Mai and M. Johansson (2020). Anderson acceleration of proximal gradient methods. ICML, 6620-6629.

    Examples
    --------
    It is what MultiTaskGLM uses where a penalty is not smooth and labels are missing or losses not quadratic:

    >>> from skmtl.solvers import ProximalNewton
    >>> ProximalNewton(max_iter=100).get_params()
    {'max_iter': 100, 'memory': 6, 'tol': 1e-12}
    """

    _rules = CompositeSolver._rules | {"memory": Number(1, whole=True)}

    def __init__(self, max_iter: int = 1000, tol: float = 1e-12, memory: int = 6) -> None:
        self.max_iter = max_iter
        self.tol = tol
        self.memory = memory

    def solve(self, problem: PenalizedProblem, start: np.ndarray) -> Parts:
        """Minimise the problem from start.

        Parameters
        ----------
        problem : PenalizedProblem
            What to minimise.

        start : ndarray of shape (n_terms, n_features, n_columns)
            Where to start.

        Returns
        -------
        solution : Parts
            Where the method stopped.
        """
        if problem.has_sample_hessians:
            return damped_newton(problem, start, self.max_iter, self.tol)
        here = Point(start, problem.image(start.sum(axis=0)), problem.start())
        best, best_value = here, np.inf
        steps: deque[Step] = deque(maxlen=self.memory)
        gap, damping, curvature, progress = np.inf, 1.0, None, Progress()
        for n_iter in range(self.max_iter + 1):
            settled = here.settled or problem.settle(here.image, here.intercepts)  # 1
            C = problem.gradient(settled)
            rough_gap = problem.rough_gap(here.parts, settled, C) / problem.scale
            if steps and not rough_gap <= WORSE * gap:  # 2
                steps.clear()  # the extrapolation was not worth it
                here = best
                if n_iter < self.max_iter:
                    continue
                settled = here.settled or problem.settle(here.image, here.intercepts)
            gap = rough_gap
            if best_value == np.inf:
                best_value = objective(problem, here.parts, settled)
            if gap <= self.tol or n_iter == self.max_iter or progress.has_ended(gap):  # 3
                return certified(problem, here, settled, n_iter, self.tol)
            if curvature is None or n_iter in REFRESHED:  # 4
                curvature = problem.curvature(settled)
            model = problem.model(here.parts.sum(axis=0), settled, C, curvature.times(damping))
            goal = max(EASY * self.tol, CLOSE * gap)
            minimizer = Hybrid(INNER_ITERATIONS, goal).solve(model, here.parts).parts
            length, end, value = search(problem, here, settled, minimizer, best_value)  # 5
            if length < 1.0:
                damping *= 2.0
            if length == 0.0:
                if not steps:
                    return certified(problem, here, settled, n_iter, self.tol)
                steps.clear()  # the extrapolation was not worth it, or rounding allows no more
                here = best
                continue
            residual = (end.parts - here.parts).sum(axis=0)  # 6
            steps.append(Step(end._replace(settled=None), residual, model.image(residual)))
            best, best_value = end, value
            here = extrapolated(steps) if len(steps) > 1 else end
        raise AssertionError("the loop returns")


def extrapolated(steps: deque[Step]) -> Point:
    """Combine the ends of steps, with weights that sum to one, so that what they go in sum is shortest."""
    K = np.array([[np.vdot(a.residual, b.metric_residual) for b in steps] for a in steps])
    K = 0.5 * (K + K.T)
    K[np.diag_indices_from(K)] += RIDGE * np.trace(K) + np.finfo(float).tiny
    if not np.isfinite(K).all():
        return steps[-1].end
    weights = np.linalg.lstsq(K, np.ones(len(K)), rcond=None)[0]
    total = float(weights.sum())
    if not np.isfinite(total) or total <= 0.0:
        return steps[-1].end
    weights = weights / total
    ends = [step.end for step in steps]
    images = zip(*(end.image for end in ends), strict=True)
    return Point(
        weighted(weights, [end.parts for end in ends]),
        [weighted(weights, blocks) for blocks in images],
        weighted(weights, [end.intercepts for end in ends]),
    )


def weighted(weights: np.ndarray, arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Return the weighted sum of arrays."""
    total = weights[0] * arrays[0]
    for weight, array in zip(weights[1:], arrays[1:], strict=True):
        total += weight * array
    return total
