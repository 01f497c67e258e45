"""Proximal steps in the metric of the Gram matrix, extrapolated."""

from collections import deque
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..utils import Number
from ._base import Raw, Solver, moved
from ._fista import FISTA, Parts
from ._gram import GramProblem, Proximable

EASY = 0.5  # tolerance within a model, relative to that of the problem
INNER = 0.01  # duality gap to which a model is solved, relative to that of the problem
INNER_ITERATIONS = 500
SLACK = 1e-13  # relative increase of the objective that is no increase, but rounding
HALVINGS = 40
RIDGE = 1e-12  # relative, on the squares of residuals that are to cancel


class Settled(NamedTuple):
    """The best that intercepts can do for an image: loss is the loss then, and U its gradient in raw."""

    intercepts: np.ndarray
    raw: Raw
    loss: float
    U: Raw


class PenalizedProblem(Protocol):
    """Minimise loss(image(V), best intercepts) + penalty(parts), V the sum of the parts; images are linear in V."""

    penalty: Proximable

    @property
    def scale(self) -> float:
        """What tolerances are relative to."""

    @property
    def has_exact_model(self) -> bool:
        """Whether the quadratic model is the loss itself."""

    def image(self, V: np.ndarray) -> Raw:
        """Return what V contributes to the raw predictions."""

    def settle(self, image: Raw, intercepts: np.ndarray | None) -> Settled:
        """Find the best intercepts, from given ones."""

    def gradient(self, settled: Settled) -> np.ndarray:
        """Return the gradient of the loss in V."""

    def gap(self, parts: np.ndarray, settled: Settled, C: np.ndarray) -> float:
        """Return the duality gap; C is the gradient of the loss in V."""

    def model(
        self, V: np.ndarray, settled: Settled, C: np.ndarray, stretch: float, scale: float
    ) -> GramProblem:
        """Return a quadratic model of the loss about V, its curvature multiplied by stretch."""


class Step(NamedTuple):
    """A proximal step: where it leads, the image there, how far it goes, and that under the metric."""

    parts: np.ndarray
    image: Raw
    residual: np.ndarray
    metric_residual: np.ndarray


class ProximalNewton(Solver):
    """Proximal steps in the metric of the Gram matrix, with Anderson's extrapolation.

    Each step minimises a quadratic model of the loss, whose Hessian is the Gram matrix times a curvature for each
    column, plus the penalty, by FISTA. It costs one product with the data and one with their transpose: images are
    affine, so that shortened and extrapolated steps cost none. A step that does not lower the objective is shortened;
    an extrapolation after which the objective rises is taken back.

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

    _rules = Solver._rules | {"memory": Number(1, whole=True)}

    def __init__(self, max_iter: int = 1000, tol: float = 1e-12, memory: int = 6) -> None:
        self.max_iter = max_iter
        self.tol = tol
        self.memory = memory

    def solve(self, problem: PenalizedProblem, start: np.ndarray) -> Parts:  # type: ignore[override]
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
        here = start
        image = problem.image(here.sum(axis=0))
        settled = problem.settle(image, None)
        best, best_image, best_value = here, image, settled.loss + problem.penalty.value(here)
        steps: deque[Step] = deque(maxlen=self.memory)
        stretch = 1.0
        for n_iter in range(self.max_iter + 1):
            C = problem.gradient(settled)
            gap = problem.gap(here, settled, C) / problem.scale
            if gap <= self.tol or n_iter == self.max_iter:
                return Parts(here, float(gap), n_iter, bool(gap <= self.tol))
            goal = EASY * self.tol if problem.has_exact_model else max(INNER * gap, EASY * self.tol)
            model = problem.model(here.sum(axis=0), settled, C, stretch, problem.scale)
            aim = FISTA(INNER_ITERATIONS, goal).solve(model, here).parts
            found = search(problem, here, image, settled, aim, best_value)
            if found.length < 1.0:
                stretch *= 2.0
            if found.length == 0.0:
                if len(steps) == 0:
                    return Parts(here, float(gap), n_iter, bool(gap <= self.tol))
                steps.clear()  # the extrapolation was not worth it, or rounding is all there is
                here, image = best, best_image
                settled = problem.settle(image, settled.intercepts)
                continue
            residual = (found.parts - here).sum(axis=0)
            steps.append(Step(found.parts, found.image, residual, model.image(residual)))
            here, image, settled = next_point(problem, steps, found, best_value)
            best, best_image, best_value = found.parts, found.image, found.value
        raise AssertionError("the loop returns")


class Found(NamedTuple):
    """A step that lowers the objective, and which share of the way it is; 0 where there is none."""

    length: float
    parts: np.ndarray
    image: Raw
    settled: Settled
    value: float


def search(
    problem: PenalizedProblem,
    here: np.ndarray,
    image: Raw,
    settled: Settled,
    aim: np.ndarray,
    highest: float,
) -> Found:
    """Go from here towards aim, as far as the objective is no higher than highest."""
    change = problem.image((aim - here).sum(axis=0))
    length = 1.0
    for _ in range(HALVINGS):
        parts = here + length * (aim - here) if length < 1.0 else aim
        there = moved(image, length, change)
        with np.errstate(over="ignore", invalid="ignore"):  # a step too long is found out here
            tried = problem.settle(there, settled.intercepts)
            value = tried.loss + problem.penalty.value(parts)
        if value <= highest + SLACK * abs(highest):
            return Found(length, parts, there, tried, value)
        length *= 0.5
    return Found(0.0, here, image, settled, highest)


def next_point(
    problem: PenalizedProblem, steps: deque[Step], found: Found, highest: float
) -> tuple[np.ndarray, Raw, Settled]:
    """Return the extrapolation of the last steps, unless the objective there is higher than before the last of them."""
    if len(steps) > 1:
        parts, image = extrapolated(steps)
        with np.errstate(over="ignore", invalid="ignore"):
            settled = problem.settle(image, found.settled.intercepts)
            if settled.loss + problem.penalty.value(parts) <= highest:
                return parts, image, settled
    return found.parts, found.image, found.settled


def extrapolated(steps: deque[Step]) -> tuple[np.ndarray, Raw]:
    """Combine steps, with weights that sum to one, so that what they go in sum is shortest."""
    K = np.array([[np.vdot(a.residual, b.metric_residual) for b in steps] for a in steps])
    K = 0.5 * (K + K.T)
    K[np.diag_indices_from(K)] += RIDGE * np.trace(K) + np.finfo(float).tiny
    weights = np.linalg.lstsq(K, np.ones(len(K)), rcond=None)[0]
    total: Any = weights.sum()
    if not np.isfinite(total) or total <= 0.0:
        weights, total = np.eye(len(K))[-1], 1.0
    weights = weights / total
    parts = sum(w * step.parts for w, step in zip(weights, steps, strict=True))
    images = [
        sum(w * block for w, block in zip(weights, blocks, strict=True))
        for blocks in zip(*(step.image for step in steps), strict=True)
    ]
    return np.asarray(parts), images
