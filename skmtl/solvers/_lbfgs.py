"""Limited-memory BFGS with a preconditioner and an exact line search in raw space."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..utils import Number
from ._base import Raw, SmoothProblem, SmoothSolver, Solution, Stagnation, moved
from ._line_search import STEEP, line_search
from ._newton_step import QuadraticModel, newton_step

REFRESHED = (
    0,
    2,
    8,
)  # iterations from zero after which the preconditioner takes up the curvature reached
MISJUDGED = 1.5  # a step so far from one says that the preconditioner has the wrong curvature
PRECISE = 1e-12  # tolerance above which the better preconditioner is not worth its price
ROUNDED = 1e-13  # estimate at which lower precision has done what it can,
SOON = 5  # or iterations after which an estimate not half as large says so
QUADRATIC = 1e-11  # estimate so small that Newton's step leaves nothing


class Pair(NamedTuple):
    """A step, the change of the gradient along it, and 1 / <step, change>."""

    step: np.ndarray
    change: np.ndarray
    rho: float


class LBFGS(SmoothSolver):
    """Limited-memory BFGS that starts from the problem's preconditioner.

    Along a line raw predictions are affine, so that the line search needs no product with the data: an iteration
    costs one product with the data and one with their transpose, however many steps it tries. As long as rounding
    allows, these are in lower precision.

    Parameters
    ----------
    max_iter : int, default=1000
        Largest number of iterations.

    tol : float, default=1e-16
        Stop where half the squared quasi-Newton decrement, an estimate of the distance to the optimum of the
        objective, is at most tol times the scale of the problem, and the gradient meets the goal of the problem, or
        rounding lets it shrink no more. The step that the estimate is of is taken.

    memory : int, default=10
        Number of steps remembered.

    See Also
    --------
    ConjugateGradient : For quadratic losses.

    Notes
    -----
    Minimises f(v) = loss(raw(v)) + <v, P v> / 2, the gradient of which is C, in the lower precision that the problem
    offers, if any. Each iteration:

    1. takes the direction D, minus the inverse Hessian of the pairs and the preconditioner times C;
    2. where rounding ends progress in lower precision, takes C in double precision, and Newton's step D by conjugate
       gradients in lower precision: if that reaches the optimum v + D is returned, else all is in double from now on;
    3. stops, at v + D, where the estimate -<C, D> / 2 is small enough;
    4. takes the gradient at v + D and, where the slope there is steep, searches the line;
    5. remembers the step, and the change of C along it, and lets the preconditioner take up the curvature reached.

    References
    ----------
    J. Nocedal and S. J. Wright (2006). Numerical Optimization, 2nd edition, algorithm 7.4.

    Examples
    --------
    Any problem with the methods of ``SmoothProblem`` will do. Here, sum(cosh(v - 1)) + ||v||^2 / 2:

    >>> import numpy as np
    >>> from skmtl.solvers import LBFGS
    >>> class Chain:
    ...     scale, rounded, close_at = 1.0, None, ()
    ...     def goal(self, tol): return 1.0
    ...     def begin(self, v): return [v.copy()], self.gradient(v, [v])
    ...     def gradient(self, v, raw): return np.sinh(raw[0] - 1.0) + v
    ...     def advance(self, v, raw, D): return [D], self.gradient(v + D, [raw[0] + D])
    ...     def loss_slope(self, raw, change): return np.sinh(raw[0] - 1.0) @ change[0]
    ...     def penalty_product(self, v): return v
    ...     def preconditioner(self, v=None, raw=None, closely=False): return lambda C: C / 2.0
    >>> LBFGS().solve(Chain(), np.zeros(2)).v.round(4)
    array([0.5099, 0.5099])
    """

    _rules = SmoothSolver._rules | {"memory": Number(1, whole=True)}

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
            Where to start; at zero where the gradient there is not finite.

        Returns
        -------
        solution : Solution
            Where the method stopped.
        """
        v, exact = start.copy(), problem
        problem = exact.rounded or exact
        raw, C = problem.begin(v)
        if not np.isfinite(C).all():  # a start beyond what numbers hold: zero is none
            v[:] = 0.0
            raw, C = problem.begin(v)
        precondition = Preconditioner(problem, v, raw, self.tol)
        pairs: deque[Pair] = deque(maxlen=self.memory)
        scale, goal = exact.scale, exact.goal(self.tol)
        stagnation, coarse = Stagnation(), Stagnation(SOON)
        for n_iter in range(self.max_iter + 1):
            D, slope = descent(precondition, pairs, C)  # 1
            estimate = -0.5 * slope / scale
            is_rounded = estimate <= max(self.tol, ROUNDED) or coarse.has_come(estimate)
            if problem is not exact and (is_rounded or not np.isfinite(estimate)):  # 2
                rounded, rounded_raw, problem = problem, raw, exact
                raw, C = problem.begin(v)
                D, slope = descent(precondition, pairs, C)
                estimate = -0.5 * slope / scale
                if estimate <= QUADRATIC:
                    inverse = lambda C: quasi_newton(precondition, pairs, C)
                    model = QuadraticModel(exact, rounded, rounded_raw, C, inverse)
                    last = newton_step(model, self.max_iter - n_iter, self.tol)
                    if last is not None:
                        return last._replace(v=v + last.v, n_iter=n_iter + last.n_iter)
            if n_iter == self.max_iter or not np.isfinite(estimate):
                break
            square = C @ C
            is_near = problem is exact and estimate <= self.tol
            if is_near and (0.5 * square <= goal or stagnation.has_come(square)):  # 3
                v += D  # whoever asked for the solution looks at it once more
                break
            with np.errstate(over="ignore", invalid="ignore"):  # too long a step is shortened below
                change, C_new = problem.advance(v, raw, D)  # 4
                ahead = C_new @ D
            step = 1.0
            if not abs(ahead) <= STEEP * abs(slope):
                step = line_search(problem, v, D, slope, raw, change)
                C_new = problem.gradient(v + step * D, moved(raw, step, change))
            if step == 0.0:
                break
            v += step * D
            raw = moved(raw, step, change)
            remember(pairs, step * D, C_new - C)  # 5
            C = C_new
            precondition.refresh(problem, v, raw, n_iter, step, estimate)
        return Solution(v, float(estimate), n_iter, bool(estimate <= self.tol))


class Preconditioner:
    """That of a problem, which takes up the curvature reached now and then, and the better one near the optimum."""

    def __init__(self, problem: SmoothProblem, v: np.ndarray, raw: Raw, tol: float) -> None:
        is_warm = bool(v.any())
        self.apply = problem.preconditioner(v, raw) if is_warm else problem.preconditioner()
        self.due = () if is_warm else REFRESHED
        self.close_at = deque(problem.close_at if tol <= PRECISE else ())
        self.is_close = False

    def __call__(self, C: np.ndarray) -> np.ndarray:
        return self.apply(C)

    def refresh(
        self,
        problem: SmoothProblem,
        v: np.ndarray,
        raw: Raw,
        n_iter: int,
        step: float,
        estimate: float,
    ) -> None:
        """Look at the vector reached, and its raw predictions, by a step whose length and estimate are known."""
        if self.close_at and estimate < self.close_at[0]:
            while self.close_at and estimate < self.close_at[0]:
                self.close_at.popleft()
            self.apply, self.is_close = problem.preconditioner(v, raw, closely=True), True
        elif not self.is_close and (n_iter in self.due or not 1.0 / MISJUDGED < step < MISJUDGED):
            self.apply = problem.preconditioner(v, raw)


def descent(precondition: Callable, pairs: deque[Pair], C: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the step from where the gradient is C, and the slope along it; pairs by which it goes up are forgotten."""
    D = -quasi_newton(precondition, pairs, C)
    if C @ D > 0.0:  # rounding: no sign of an optimum
        pairs.clear()
        D = -precondition(C)
    return D, float(C @ D)


def quasi_newton(precondition: Callable, pairs: deque[Pair], C: np.ndarray) -> np.ndarray:
    """Return the inverse Hessian that the pairs stand for times C: the two-loop recursion."""
    Q = C.copy()
    shares = []
    for pair in reversed(pairs):
        share = pair.rho * (pair.step @ Q)
        Q -= share * pair.change
        shares.append(share)
    Z = precondition(Q)
    for pair, share in zip(pairs, reversed(shares), strict=True):
        Z += (share - pair.rho * (pair.change @ Z)) * pair.step
    return Z


def remember(pairs: deque[Pair], step: np.ndarray, change: np.ndarray) -> None:
    """Keep a step whose curvature is positive beyond rounding."""
    curvature = step @ change
    if curvature > 0:
        pairs.append(Pair(step, change, 1.0 / curvature))
