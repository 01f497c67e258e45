"""Accelerated proximal gradients."""

import numpy as np

from ._base import CompositeSolver, Parts
from ._gram import GramProblem
from ._progress import Progress

FIRST_LOOK = (
    2  # iterations before the duality gap is first computed; then after a quarter more each time
)
ROUNDING = 8.0 * np.finfo(float).eps


class FISTA(CompositeSolver):
    """Accelerated proximal gradients with restart, for quadratic losses of which the Gram matrix is known.

    An iteration costs one product with the Gram matrix and one prox. Momentum is dropped where it points uphill. Where
    the penalty is a sum over features, steps are longer for features that vary less.

    Parameters
    ----------
    max_iter : int, default=1000
        Largest number of iterations.

    tol : float, default=1e-12
        Stop where the duality gap is at most tol times the scale of the problem, or rounding allows no step.

    Notes
    -----
    Minimises half_square - <B, V> + <V, H V> / 2 + penalty(parts), V the sum of the parts and H the curvature. Each
    iteration:

    1. takes a proximal gradient step from the extrapolated parts; L, which sets its length, grows until it bounds the
       second derivative along the step;
    2. computes the duality gap, now and then, and stops where it is small enough, or rounding allows no progress;
    3. drops the momentum where it points uphill;
    4. extrapolates from the last two parts by Nesterov's momentum; their images are linear, and extrapolated alike.

    References
    ----------
    A. Beck and M. Teboulle (2009). A fast iterative shrinkage-thresholding algorithm for linear inverse problems.
    SIAM Journal on Imaging Sciences 2, 183-202.

    B. O'Donoghue and E. Candès (2015). Adaptive restart for accelerated gradient schemes. Foundations of
    Computational Mathematics 15, 715-732.

    Examples
    --------
    ||V - 2||^2 / 2 + ||V||, for V of one row and one column:

    >>> import numpy as np
    >>> from skmtl.penalties import Columns, L21
    >>> from skmtl.solvers import FISTA, KroneckerCurvature, GramProblem
    >>> problem = GramProblem(
    ...     KroneckerCurvature.of(np.eye(1), kappa=np.ones(1)),
    ...     B=np.array([[2.0]]),
    ...     half_square=2.0,
    ...     penalty=L21(1.0).bind(Columns.alone("a"), None),
    ...     scale=2.0,
    ... )
    >>> FISTA().solve(problem, np.zeros((1, 1, 1))).parts.round(6)
    array([[[1.]]])
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
            Where the method stopped.
        """
        parts, image = start, problem.image(start.sum(axis=0))
        ahead, image_ahead = parts, image
        L, t = problem.lipschitz(start.shape[1:]), 1.0
        gap, next_look, progress = np.inf, FIRST_LOOK, Progress()
        for n_iter in range(1, self.max_iter + 1):
            C = problem.gradient(ahead.sum(axis=0), image_ahead)  # 1
            new, image_new, L = prox_gradient_step(problem, ahead, image_ahead, C, L)
            stuck = np.array_equal(new, ahead)
            if n_iter >= next_look or stuck or n_iter == self.max_iter:  # 2
                gap = problem.gap(new, image_new) / problem.scale
                next_look = n_iter + max(FIRST_LOOK, n_iter // 4)
                if gap <= self.tol or stuck or progress.has_ended(gap):
                    break
            if np.vdot(L * (ahead - new), new - parts) > 0.0:  # 3
                t = 1.0
            t, before = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * t * t)), t  # 4
            momentum = (before - 1.0) / t
            ahead = new + momentum * (new - parts)
            image_ahead = image_new + momentum * (image_new - image)
            parts, image = new, image_new
        return Parts(new, float(gap), n_iter, bool(gap <= self.tol))


def prox_gradient_step(
    problem: GramProblem,
    parts: np.ndarray,
    image: np.ndarray,
    C: np.ndarray,
    L: float | np.ndarray,
) -> tuple[np.ndarray, np.ndarray, float | np.ndarray]:
    """Take a proximal gradient step; return the new parts, their image and the curvature that was enough."""
    while True:
        step = 1.0 / (L * len(parts))
        new = problem.penalty.prox(parts - step * C, step)
        V = new.sum(axis=0)
        image_new = problem.image(V)
        D = V - parts.sum(axis=0)
        along, square = problem.along(D, image_new - image), float(np.vdot(D, L * D))
        error = ROUNDING * np.sqrt(square * np.vdot(V, L * V))
        if along <= square + error or not np.isfinite(along) or square == 0.0:
            return new, image_new, L
        L = max(1.02 * along / square, 1.1) * L
