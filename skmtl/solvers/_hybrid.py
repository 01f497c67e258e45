"""First-order steps, then Newton's method where they do not end."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ._augmented_lagrangian import AugmentedLagrangian
from ._base import CompositeSolver, Parts
from ._fista import FISTA
from ._gram import GramProblem
from ._newton_equations import LARGEST_DENSE, LARGEST_FACTORISED
from ._progress import ROUNDED

NEWTON_STEPS = 300
FEW_STEPS = 100  # first-order steps that are always worth a try before,
STEPS_AT = 1000  # and those that cost as much as Newton's method does
MIDDLING = 300  # with so many entries;
FEW_PRODUCTS = 300  # and those that do where its equations are solved by conjugate gradients


class Hybrid(CompositeSolver):
    """FISTA, and the augmented Lagrangian where a problem is badly conditioned.

    FISTA makes as many steps as would cost what the augmented Lagrangian takes: where it
    converges soon it is the faster method, and else not much is lost. Where its equations are solved by conjugate
    gradients and it does not end, they are factorised, if they are not too many. Where neither ends, FISTA goes on.

    Parameters
    ----------
    max_iter : int, default=1000
        Largest number of steps of both together.

    tol : float, default=1e-12
        Stop where the duality gap is at most tol times the scale of the problem, or rounding allows no step.

    See Also
    --------
    FISTA, AugmentedLagrangian : The two methods.

    Notes
    -----
    Minimises half_square - <B, V> + <V, H V> / 2 + penalty(parts), V the sum of the parts and H the curvature. Each
    step starts from the best solution so far, and is left out where the gap of that is small enough, or max_iter spent:

    1. FISTA, for about as many iterations as cost what the augmented Lagrangian takes;
    2. the augmented Lagrangian;
    3. the augmented Lagrangian with factorised equations, where those of step 2 were solved by conjugate gradients and
       are few enough to be factorised;
    4. FISTA again, for the iterations that are left.

    Examples
    --------
    It is what MultiTaskGLM uses where a penalty is not smooth and the Gram matrix is known:

    >>> from skmtl.solvers import Hybrid
    >>> Hybrid(max_iter=100).get_params()
    {'max_iter': 100, 'tol': 1e-12}
    """

    def __init__(self, max_iter: int = 1000, tol: float = 1e-12) -> None:
        self.max_iter = max_iter
        self.tol = tol

    def solve(self, problem: GramProblem, start: np.ndarray) -> Parts:
        """Minimise the problem from start.

        Parameters
        ----------
        problem : GramProblem
            What to minimise.

        start : ndarray of shape (n_terms, n_features, n_columns)
            Where to start.

        Returns
        -------
        solution : Parts
            Where the better of the methods stopped.
        """
        first = FISTA(self._first_steps(start.size), self.tol).solve(problem, start)  # 1
        solution = self._going_on(AugmentedLagrangian, NEWTON_STEPS, problem, first)  # 2
        is_left = self.max_iter - solution.n_iter >= NEWTON_STEPS
        if LARGEST_DENSE < start.size <= LARGEST_FACTORISED and is_left:  # 3
            exactly = partial(AugmentedLagrangian, factorise=LARGEST_FACTORISED)
            solution = self._going_on(exactly, NEWTON_STEPS, problem, solution)
        return self._going_on(FISTA, self.max_iter, problem, solution)  # 4

    def _going_on(
        self, method: Callable[..., Any], most: int, problem: GramProblem, before: Parts
    ) -> Parts:
        """Return the better of a solution and where another method stops, with so many steps at most, from there."""
        n_left = min(most, self.max_iter - before.n_iter)
        if before.gap <= max(self.tol, ROUNDED) or n_left <= 0:
            return before
        after = method(n_left, self.tol).solve(problem, before.parts)
        best = min(before, after, key=lambda solution: solution.gap)
        return best._replace(n_iter=before.n_iter + after.n_iter)

    def _first_steps(self, size: int) -> int:
        """Return how many steps FISTA has for a problem of a size."""
        if self.max_iter <= FEW_STEPS:
            return self.max_iter
        worth = FEW_STEPS + round(STEPS_AT * (size / MIDDLING) ** 3)
        if size > LARGEST_DENSE:
            worth = FEW_PRODUCTS
        return min(worth, max(self.max_iter - NEWTON_STEPS, FEW_STEPS))
