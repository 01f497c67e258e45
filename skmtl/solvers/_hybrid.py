"""First-order steps, then Newton's method where they do not end."""

import numpy as np

from ._augmented_lagrangian import AugmentedLagrangian
from ._base import Solver
from ._fista import FISTA, Parts
from ._gram import GramProblem
from ._progress import ROUNDED

LARGEST = 700  # entries of all parts, of which Newton's method solves equations
NEWTON_STEPS = 150
FEW_STEPS = 100  # first-order steps that are always worth a try before,
STEPS_AT = 1000  # and those that cost as much as Newton's method does
MIDDLING = 300  # with so many entries


class Hybrid(Solver):
    """FISTA, and the augmented Lagrangian where a small problem is badly conditioned.

    FISTA makes as many steps as would cost what the augmented Lagrangian takes: where it
    converges soon it is the faster method, and else not much is lost.

    Parameters
    ----------
    max_iter : int, default=1000
        Largest number of steps of both together.

    tol : float, default=1e-12
        Stop where the duality gap is at most tol times the scale of the problem, or rounding allows no step.

    See Also
    --------
    FISTA, AugmentedLagrangian : The two methods.

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

    def solve(self, problem: GramProblem, start: np.ndarray) -> Parts:  # type: ignore[override]
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
        n_first = self._first_steps(start.size)
        first = FISTA(n_first, self.tol).solve(problem, start)
        n_left = min(NEWTON_STEPS, self.max_iter - first.n_iter)
        if first.gap <= max(self.tol, ROUNDED) or n_left <= 0 or start.size > LARGEST:
            return first
        second = AugmentedLagrangian(n_left, self.tol).solve(problem, first.parts)
        best = min(first, second, key=lambda found: found.gap)
        return best._replace(n_iter=first.n_iter + second.n_iter)

    def _first_steps(self, size: int) -> int:
        """Return how many steps FISTA has for a problem of a size."""
        if size > LARGEST or self.max_iter <= FEW_STEPS:
            return self.max_iter
        worth = FEW_STEPS + round(STEPS_AT * (size / MIDDLING) ** 3)
        return min(worth, max(self.max_iter - NEWTON_STEPS, FEW_STEPS))
