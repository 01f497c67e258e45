"""Limited-memory BFGS with a preconditioner and an exact line search in raw space."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..utils import Number
from ._base import Raw, SmoothProblem, Solution, Solver, moved

STEEP = 0.5  # a step is taken where the slope is at most so much of what it was
REFRESHED = (0, 2, 8)  # iterations after which the preconditioner takes up the curvature reached
MISJUDGED = 1.5  # a step so far from one says that the preconditioner has the wrong curvature


class Pair(NamedTuple):
    """A step, the change of the gradient along it, both also under the metric, and 1 / <step, change>."""

    step: np.ndarray
    change: np.ndarray
    metric_step: np.ndarray
    metric_change: np.ndarray
    rho: float


class LBFGS(Solver):
    """Limited-memory BFGS that starts from the problem's preconditioner.

    Along a line raw predictions are affine, so that the line search needs no product with the data: an iteration
    costs one product with the data and one with their transpose, however many steps it tries.

    Parameters
    ----------
    max_iter : int, default=1000
        Largest number of iterations.

    tol : float, default=1e-16
        Stop where half the squared quasi-Newton decrement, an estimate of the distance to the optimum of the
        objective, is at most tol times the scale of the problem.

    memory : int, default=10
        Number of steps remembered.

    See Also
    --------
    ConjugateGradient : For quadratic losses.

    References
    ----------
    J. Nocedal and S. J. Wright (2006). Numerical Optimization, 2nd edition, algorithm 7.4.

    Examples
    --------
    Any problem with the methods of ``SmoothProblem`` will do. Here, sum(cosh(v - 1)) + ||v||^2 / 2:

    >>> import numpy as np
    >>> from skmtl.solvers import LBFGS
    >>> class Chain:
    ...     scale = 1.0
    ...     def predict(self, v): return [v]
    ...     def gradient(self, v, raw): return np.sinh(raw[0] - 1.0) + v
    ...     def advance(self, v, raw, D): return [D], self.gradient(v + D, [raw[0] + D])
    ...     def loss_slope(self, raw, change): return np.sinh(raw[0] - 1.0) @ change[0]
    ...     def penalty_product(self, v): return v
    ...     def preconditioner(self, raw): return lambda v: v / 2.0
    ...     def metric(self, v): return v
    >>> LBFGS().solve(Chain(), np.zeros(2)).v.round(4)
    array([0.5099, 0.5099])
    """

    _rules = Solver._rules | {"memory": Number(1, whole=True)}

    def __init__(self, max_iter: int = 1000, tol: float = 1e-16, memory: int = 10) -> None:
        self.max_iter = max_iter
        self.tol = tol
        self.memory = memory

    def solve(self, problem: SmoothProblem, start: np.ndarray) -> Solution:
        """Minimise the problem from start.

        Parameters
        ----------
        problem : SmoothProblem
            What to minimise.

        start : ndarray of shape (n,)
            Where to start.

        Returns
        -------
        solution : Solution
            Where the method stopped.
        """
        v, raw = start.copy(), problem.predict(start)
        C = problem.gradient(v, raw)
        precondition = problem.preconditioner(raw)
        pairs: deque[Pair] = deque(maxlen=self.memory)
        for n_iter in range(self.max_iter + 1):
            D = -quasi_newton(precondition, pairs, C)
            slope = problem.metric(C) @ D
            estimate = -0.5 * slope / problem.scale
            if estimate <= self.tol or n_iter == self.max_iter:
                break
            with np.errstate(over="ignore", invalid="ignore"):  # a step too long is found out below
                change, C_new = problem.advance(v, raw, D)
                ahead = problem.metric(C_new) @ D
            step = 1.0
            if not abs(ahead) <= STEEP * abs(slope):
                step = search(problem, v, D, slope, raw, change)
                C_new = problem.gradient(v + step * D, moved(raw, step, change))
            if step == 0.0:
                break
            v += step * D
            raw = moved(raw, step, change)
            remember(problem, pairs, step * D, C_new - C)
            C = C_new
            if n_iter in REFRESHED or not 1.0 / MISJUDGED < step < MISJUDGED:
                precondition = problem.preconditioner(raw)
        return Solution(v, raw, float(estimate), n_iter, bool(estimate <= self.tol))


def quasi_newton(precondition: Callable, pairs: deque[Pair], C: np.ndarray) -> np.ndarray:
    """Return the inverse Hessian that the pairs stand for times C: the two-loop recursion."""
    Q = C.copy()
    shares = []
    for pair in reversed(pairs):
        share = pair.rho * (pair.metric_step @ Q)
        Q -= share * pair.change
        shares.append(share)
    Z = precondition(Q)
    for pair, share in zip(pairs, reversed(shares), strict=True):
        Z += (share - pair.rho * (pair.metric_change @ Z)) * pair.step
    return Z


def remember(
    problem: SmoothProblem, pairs: deque[Pair], step: np.ndarray, change: np.ndarray
) -> None:
    """Keep a step whose curvature is positive beyond rounding."""
    metric_change = problem.metric(change)
    curvature = step @ metric_change
    if curvature > 0:
        pairs.append(Pair(step, change, problem.metric(step), metric_change, 1.0 / curvature))


def search(
    problem: SmoothProblem, v: np.ndarray, D: np.ndarray, start: float, raw: Raw, change: Raw
) -> float:
    """Find a step along D where the slope is at most STEEP times that at the start, without touching the data.

    The objective is convex, so its slope along the line grows: bracket its root, and close in by the secant or,
    where that leaves the bracket, by halving it.
    """
    penalty_D = problem.penalty_product(D)
    linear, square = problem.metric(v) @ penalty_D, problem.metric(D) @ penalty_D
    low, slope_low, high, slope_high, step = 0.0, start, np.inf, np.nan, 1.0
    for _ in range(60):
        with np.errstate(invalid="ignore", over="ignore"):
            slope = problem.loss_slope(moved(raw, step, change), change) + linear + step * square
        if abs(slope) <= STEEP * abs(start):
            return step
        if slope < 0:
            low, slope_low = step, slope
        else:
            high, slope_high = step, slope
        if high == np.inf:
            step *= float(np.clip(start / (start - slope) if slope > start else 10.0, 2.0, 10.0))
            continue
        guess = low - slope_low * (high - low) / (slope_high - slope_low)
        inside = low + 0.1 * (high - low) <= guess <= high - 0.1 * (high - low)  # False for nan
        step = guess if inside else 0.5 * (low + high)
    return low
